/** Answers for what a witness is asked next: which of the ledger's checkpoints, if any, and which lines are of no more use. */
import type { PartyId, Seconds } from '../../../protocol/names.ts'
import type { Cosigned } from './cosignatures-table.ts'
import { sizesWith } from './standing.ts'

export interface Turn {
  readonly witness: PartyId
  /** What the witness is known to have cosigned last; 0 for nothing. */
  readonly known: number
  /** Of the newest checkpoint. */
  readonly newest: number
  readonly cosigned: readonly Cosigned[]
  /** The greatest that any level needs. */
  readonly quorum: number
}

/**
 * The checkpoint that this witness should cosign. Most often the newest; but where others have gone ahead of it together,
 * the one that most of them cosigned and that is still short of the quorum: witnesses that each took the newest of another
 * moment would never meet.
 */
export function nextSize({ witness, known, newest, cosigned, quorum }: Turn): number {
  const [reached = 0] = sizesWith(cosigned, quorum)
  const ahead = cosigned.filter((row) => row.witness !== witness && row.size > Math.max(known, reached))
  const most = Math.max(0, ...ahead.map(({ size }) => ahead.filter((row) => row.size === size).length))
  const [meeting] = sizesWith(ahead, most)
  return quorum < 2 || meeting === undefined ? newest : meeting
}

/** Whether it is worth asking: for a size that the witness has not cosigned, or because it was long not heard of. */
export function isDue(
  size: number,
  { witness, known, cosigned }: Turn,
  now: Seconds,
  refreshSeconds: Seconds,
): boolean {
  const own = cosigned.filter((row) => row.witness === witness)
  const heard = Math.max(0, ...own.map(({ at }) => at))
  const has = own.some((row) => row.size === size) || size < known
  return !has || now - heard >= refreshSeconds
}

/** How many checkpoints back a witness that comes late may still complete. */
const keptSizes = 32

/** Sizes that nobody needs any more: behind what is witnessed for every quorum, and behind the newest few. */
export function sizesToForget(cosigned: readonly Cosigned[], quorums: readonly number[]): readonly number[] {
  const sizes = sizesWith(cosigned, 1)
  const witnessed = quorums.flatMap((quorum) => sizesWith(cosigned, Math.max(quorum, 1)).slice(0, 1))
  const last = [...new Set(cosigned.map(({ witness }) => witness))].map((id) =>
    Math.max(...cosigned.filter(({ witness }) => witness === id).map(({ size }) => size)),
  )
  const kept = new Set([...sizes.slice(0, keptSizes), ...witnessed, ...last])
  return sizes.filter((size) => !kept.has(size))
}
