/** Answers for whether a ledger that is given out somewhere continues what was seen of it before. */
import { equal } from '../../protocol/bytes.ts'
import { Rejected } from '../../protocol/errors.ts'
import type { CheckpointBody } from '../../protocol/ledger/checkpoint.ts'
import { consistencyRanges, proveConsistency, verifyConsistency } from '../../protocol/ledger/merkle-proof.ts'
import { nodesAt, type PublicLedger } from './public-ledger.ts'

type Seen = Pick<CheckpointBody, 'size' | 'root'>

/** Whether the tree of `second`, whose tiles `ledger` gives out, begins with that of `first`. Throws what reading throws. */
export async function continues(ledger: PublicLedger, first: Seen, second: Seen): Promise<boolean> {
  if (first.size > second.size) return false
  if (first.size === second.size) return equal(first.root, second.root)
  if (first.size === 0) return true
  const nodes = await nodesAt(ledger, second.size, consistencyRanges(first.size, second.size))
  try {
    verifyConsistency(first.root, proveConsistency(first.size, second.size, nodes), second.root)
    return true
  } catch (error) {
    if (error instanceof Rejected && error.code === 'bad-proof') return false
    throw error
  }
}
