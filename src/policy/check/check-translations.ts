/**
 * Answers for the proof that no chain of translations lowers: what a receiver marks as its own, and passes on as its own,
 * is never worth less than what it got. Each step of every chain is looked at, so no chain need be followed further. What an
 * agreement has protected by measures beyond the receiver's marking is not translated: it keeps its own when passed on.
 */
import type { PartyId, Seconds } from '../../../protocol/names.ts'
import type { Agreement } from '../../../protocol/policy/agreement.ts'
import { hasTableFor, levelOf, protectAs, rowFor } from '../../../protocol/policy/equivalence.ts'
import type { Level } from '../../../protocol/policy/level.ts'
import { takesTransfers } from '../../../protocol/policy/others.ts'
import { markingAt } from '../../../protocol/policy/rules.ts'
import type { Marking, Scheme } from '../../../protocol/policy/scheme.ts'
import { failure, many, type Objection, type Progress, type Proof, type Subject, warning } from '../proof.ts'
import { partiesNamed } from '../registry-rules.ts'

/** A marking of an issuer reaches a receiver under an agreement, at a level. */
interface Step {
  readonly issuer: PartyId
  readonly form: string
  readonly labelled: Seconds
  readonly level: Level
  /** What the receiver does beyond its own marking, by the agreement's row. */
  readonly measures: readonly string[]
  readonly receiver: PartyId
  readonly agreement: Agreement
  readonly at: Seconds
}

export function translationsProof(subject: Subject, progress: Progress): Proof {
  const objections = new Map<string, Objection>()
  let steps = 0
  const live = liveAgreements(subject)
  const outs = new Map(subject.moments.map((at) => [at, worthOut(subject, at)]))
  for (const [i, { agreement, at }] of live.entries()) {
    progress(i, live.length)
    const out = outs.get(at) ?? worthOut(subject, at)
    for (const step of stepsUnder(agreement, at, subject)) {
      steps++
      for (const objection of lowered(step, out, subject)) objections.set(objection.text, objection)
    }
  }
  progress(live.length, live.length)
  return {
    name: 'translations',
    claim: 'no chain of translations ends lower than it began',
    extent: `${many(steps, 'step')} at ${many(subject.moments.length, 'moment')}`,
    objections: [...objections.values()],
  }
}

function liveAgreements({ document, rules, moments }: Subject) {
  return moments.flatMap((at) =>
    document.agreements
      .filter((agreement) => takesTransfers(rules, agreement, at))
      .map((agreement) => ({ agreement, at })),
  )
}

/** Every marking that ever was, as of a day on which it was in force, to every receiver, where the agreement lets it pass. */
function* stepsUnder(agreement: Agreement, at: Seconds, { document, rules }: Subject): Generator<Step> {
  const receivers = receiversOf(agreement, at, rules)
  const ceiling = Math.max(-1, ...agreement.ceilings.values())
  for (const { issuer, markings } of document.schemes)
    for (const marking of markings) {
      const labelled = dayOf(marking, at)
      const [form = ''] = marking.forms
      const row = rowFor(agreement, issuer, marking)
      const level = levelOf(marking, row)
      const isCovered = row !== undefined || !hasTableFor(agreement, issuer)
      if (labelled === undefined || !isCovered || level > ceiling) continue
      for (const receiver of receivers)
        if (level <= (rules.parties.get(receiver)?.accreditation ?? -1))
          yield { issuer, form, labelled, level, measures: row?.measures ?? [], receiver, agreement, at }
    }
}

function receiversOf(agreement: Agreement, at: Seconds, rules: Subject['rules']): readonly PartyId[] {
  const { first, second, direction } = agreement
  return partiesNamed(rules, direction === 'both' ? [...first, ...second] : second, at)
}

/** Today while it lasts, its last day once it is over. */
function dayOf({ from = -Infinity, until = Infinity }: Marking, at: Seconds): Seconds | undefined {
  return from > at ? undefined : Math.min(at, until - 1)
}

/** For a marking that a party gives to its own: the least it is worth to anyone, and under which agreement. */
type WorthOut = (party: PartyId, marking: Marking) => { readonly level: Level; readonly by: string }

function worthOut({ document, rules }: Subject, at: Seconds): WorthOut {
  const known = new Map<Marking, ReturnType<WorthOut>>()
  return (party, marking) => {
    const found = known.get(marking)
    if (found !== undefined) return found
    const rows = document.agreements
      .filter((agreement) => takesTransfers(rules, agreement, at))
      .flatMap((agreement) => {
        const row = rowFor(agreement, party, marking)
        return row === undefined ? [] : [{ level: levelOf(marking, row), by: `agreement ${agreement.id}` }]
      })
    const scheme = { level: levelOf(marking, undefined), by: 'its own scheme' }
    const least = rows.reduce((low, each) => (each.level < low.level ? each : low), scheme)
    known.set(marking, least)
    return least
  }
}

function lowered(step: Step, out: WorthOut, { rules }: Subject): readonly Objection[] {
  const { issuer, form, labelled, level, receiver, agreement, at } = step
  const own = rules.schemes.get(receiver)
  if (own === undefined) return []
  const given = protectAs(rules, { policy: issuer, marking: form, at: labelled }, receiver, at, agreement)
  if (given === undefined) return [warning(unprotected(receiver, level, own.scheme))]
  const marking = markingAt(own, given, at)
  if (marking === undefined) return []
  const next = out(receiver, marking)
  if (next.level >= level) return []
  if (step.measures.length > 0) return [warning(keptAsItIs(step, given))]
  return [
    failure(`${issuer}:${form} is lowered from level ${level} to ${next.level} through ${receiver}`, [
      `${issuer}:${form} reaches ${receiver} by agreement ${agreement.id}, at level ${level}`,
      `${receiver} protects it as ${receiver}:${given}`,
      `${receiver} passes ${receiver}:${given} on, worth level ${next.level} by ${next.by}`,
    ]),
  ]
}

/** No translation: the agreement has it protected by more than the receiver's marking, which therefore may not replace its own. */
function keptAsItIs({ issuer, form, receiver, agreement }: Step, given: string): string {
  return (
    `${receiver} protects ${issuer}:${form} as ${given} with measures beyond it (${agreement.id}): ` +
    `passed on, it keeps the marking ${issuer}:${form}`
  )
}

function unprotected(receiver: PartyId, level: Level, { markings }: Scheme): string {
  const highest = Math.max(...markings.map(({ low }) => low))
  return `${receiver} has no marking worth level ${level} for what it may be sent; its highest is worth ${highest}`
}
