/** Answers for which agreement a transfer rests on when its sender names none: the only one that is live for all. */
import type { Directory } from '../../protocol/directory.ts'
import { Rejected } from '../../protocol/errors.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import { takesTransfers } from '../../protocol/policy/others.ts'
import { agreementsBetween } from '../../protocol/policy/rules.ts'

/** Throws `bad-request`, naming the candidates, unless there is exactly one. */
export function onlyLiveAgreement(
  { rules }: Directory,
  from: PartyId,
  to: readonly PartyId[],
  at: Seconds,
): string {
  const [first = [], ...others] = to.map((party) => agreementsBetween(rules, from, party, at))
  const candidates = first
    .filter((agreement) => others.every((between) => between.includes(agreement)))
    .filter((agreement) => takesTransfers(rules, agreement, at))
    .map(({ id }) => id)
  const [only] = candidates
  if (only !== undefined && candidates.length === 1) return only
  const found = candidates.length === 0 ? 'no live agreement covers all recipients' : candidates.join(', ')
  throw new Rejected('bad-request', `name the agreement: ${found}`)
}
