/** Answers for markings that count otherwise under one version of an agreement and its schemes than under another. */
import { compareNames, type PartyId, type Seconds } from '../../../protocol/names.ts'
import type { Agreement } from '../../../protocol/policy/agreement.ts'
import { hasTableFor, levelOf, rowFor } from '../../../protocol/policy/equivalence.ts'
import type { Level } from '../../../protocol/policy/level.ts'
import { markingAt, type Rules } from '../../../protocol/policy/rules.ts'
import { isInForce } from '../../../protocol/policy/scheme.ts'

export interface MarkingChange {
  readonly issuer: PartyId
  readonly marking: string
  /** `null`: not known, not in force, or not covered by the agreement. */
  readonly before: Level | null
  readonly after: Level | null
}

interface Side {
  readonly rules: Rules
  readonly agreement: Agreement | undefined
}

export function markingChanges(old: Side, next: Side, at: Seconds): readonly MarkingChange[] {
  const issuers = [...new Set([...old.rules.schemes.keys(), ...next.rules.schemes.keys()])].sort(compareNames)
  return issuers.flatMap((issuer) =>
    formsOf([old.rules, next.rules], issuer, at).flatMap((marking) => {
      const [before, after] = [old, next].map((side) => worth(side, issuer, marking, at))
      return before === undefined || after === undefined || before === after
        ? []
        : [{ issuer, marking, before, after }]
    }),
  )
}

/** The first spelling of each marking that is in force in either. */
function formsOf(both: readonly Rules[], issuer: PartyId, at: Seconds): readonly string[] {
  const forms = both.flatMap(({ schemes }) => {
    const markings = schemes.get(issuer)?.scheme.markings ?? []
    return markings
      .filter((marking) => isInForce(marking, at))
      .flatMap((marking) => marking.forms.slice(0, 1))
  })
  return [...new Set(forms)]
}

/** What a label with the marking is worth under the agreement; `null` where it is refused whatever the level. */
function worth({ rules, agreement }: Side, issuer: PartyId, form: string, at: Seconds): Level | null {
  const scheme = rules.schemes.get(issuer)
  const marking = scheme && markingAt(scheme, form, at)
  if (marking === undefined) return null
  const row = agreement && rowFor(agreement, issuer, marking)
  if (row === undefined && agreement !== undefined && hasTableFor(agreement, issuer)) return null
  return levelOf(marking, row)
}
