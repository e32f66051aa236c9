/** Answers for the rules of a shipped profile in tests: as a registry would carry them, with every party that they name. */
import { decodeAs, encodeAs } from '../../protocol/codec.ts'
import type { Label } from '../../protocol/label.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import { type Agreement, agreement } from '../../protocol/policy/agreement.ts'
import { decide, type Decision } from '../../protocol/policy/decide.ts'
import type { Question } from '../../protocol/policy/facts.ts'
import { type Rules, type RuleSources, rulesFrom } from '../../protocol/policy/rules.ts'
import { agreementFrom } from '../../src/registry/agreement-plan.ts'
import { type ProfileName, type Profile, shippedProfile } from '../../src/registry/profile.ts'
import { groupsOf, schemesOf } from '../../src/registry/shipped-rules.ts'

/** Through the codec, as they come out of signed bytes. */
export function agreementsOf(profile: Profile): readonly Agreement[] {
  return profile.agreements.map((plan) => decodeAs(agreement, encodeAs(agreement, agreementFrom(plan))))
}

/** With changes of the agreements; everybody is accredited to the highest level. */
export function rulesOf(
  name: ProfileName,
  change: (agreement: Agreement) => Agreement = (same) => same,
): Rules {
  return rulesFrom(sourcesOf(name, change))
}

export function sourcesOf(
  name: ProfileName,
  change: (agreement: Agreement) => Agreement = (same) => same,
): RuleSources {
  const profile = shippedProfile(name)
  const agreements = agreementsOf(profile).map(change)
  const groups = groupsOf([profile])
  const sides = agreements.flatMap(({ first, second }) => [...first, ...second])
  const members = groups.flatMap((group) => group.members.map(({ party }) => party))
  const parties = [...new Set([...sides, ...members])]
    .filter((id) => members.includes(id) || !groups.some((group) => group.id === id))
    .map((id) => ({ id, accreditation: 4, compartments: [] }))
  return { parties, groups, schemes: schemesOf([profile]), agreements }
}

export function dayOf(date: string): Seconds {
  return Date.parse(date) / 1000
}

/** What a row of a table of decisions says; what it leaves out is as in the row's own `usual`. */
export interface Asking {
  readonly from: PartyId
  readonly to: PartyId
  /** `ISSUER:MARKING`. */
  readonly marking: string
  readonly agreement: string
  readonly purpose: string
  readonly category: string
  readonly on: string
  readonly label?: Partial<Label>
  readonly more?: Partial<Question>
}

export function asked(rules: Rules, { from, to, marking, on, label, more, ...rest }: Asking): Decision {
  const [policy = '', ...words] = marking.split(':')
  const at = dayOf(on)
  const whole: Label = {
    ...{ policy, marking: words.join(':'), at, compartments: [], releasability: 'unrestricted', caveats: [] },
    ...label,
  }
  return decide({ from, to, label: whole, ...rest, ...more }, rules, at)
}

/** `yes`, or the codes of the grounds. */
export function verdict({ allow, grounds }: Decision): string {
  return allow ? 'yes' : [...new Set(grounds.map(({ code }) => code))].join(' ')
}
