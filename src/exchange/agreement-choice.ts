/** Answers for which agreement a transfer rests on when its sender names none: the only one that is live for all. */
import type { Directory } from '../../protocol/directory.ts'
import { Rejected } from '../../protocol/errors.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import { type Agreement, liveStates, stateAt } from '../../protocol/policy/agreement.ts'
import { agreementsBetween } from '../../protocol/policy/rules.ts'

/** Throws `bad-request`, naming the candidates, unless there is exactly one. */
export function onlyLiveAgreement(
  { rules }: Directory,
  from: PartyId,
  to: readonly PartyId[],
  at: Seconds,
): string {
  const between = to.map((party) => new Set(agreementsBetween(rules, from, party, at)))
  const forAll = [...(between[0] ?? [])].filter((id) => between.every((ids) => ids.has(id)))
  const candidates = forAll.filter((id) => {
    const agreement = rules.agreements.get(id)
    return agreement !== undefined && isLive(agreement, at)
  })
  const [only] = candidates
  if (only !== undefined && candidates.length === 1) return only
  const found = candidates.length === 0 ? 'no live agreement covers all recipients' : candidates.join(', ')
  throw new Rejected('bad-request', `name the agreement: ${found}`)
}

function isLive(agreement: Agreement, at: Seconds): boolean {
  const state = stateAt(agreement, at)
  const inTerm = agreement.from <= at && (agreement.until === undefined || at < agreement.until)
  return inTerm && state !== undefined && liveStates.has(state)
}
