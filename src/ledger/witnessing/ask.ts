/**
 * Answers for asking one witness to cosign one checkpoint (C2SP tlog-witness): the proof that it continues what the witness
 * has, the request, and what of the answer is good.
 */
import { toHex, utf8 } from '../../../protocol/bytes.ts'
import { clockSkewSeconds } from '../../../protocol/clock-skew.ts'
import { Rejected } from '../../../protocol/errors.ts'
import type { LedgerKeys, VerifiedCheckpoint } from '../../../protocol/ledger/checkpoint.ts'
import { consistencyRanges, proveConsistency } from '../../../protocol/ledger/merkle-proof.ts'
import { parseNote } from '../../../protocol/ledger/note.ts'
import {
  formatAddCheckpoint,
  formatCosignatures,
  joinCosignatures,
  parseSize,
  readCosignatures,
  witnessesOf,
} from '../../../protocol/ledger/witness.ts'
import type { PartyId, Seconds } from '../../../protocol/names.ts'
import type { Database } from '../../database/open.ts'
import type { PeerConnections } from '../../exchange/peer/peer-connections.ts'
import { readNodes } from '../store.ts'
import type { CosignatureRow } from './cosignatures-table.ts'

export interface Asked {
  readonly party: PartyId
  readonly keys: LedgerKeys
  /** Origin of its gateway. */
  readonly gateway: string
  /** The size that it is believed to have. */
  readonly known: number
}

export interface Asking {
  readonly database: Database
  readonly peers: PeerConnections
  readonly now: Seconds
  readonly timeoutMilliseconds: number
  readonly stop: AbortSignal
}

/** The witness has cosigned more of this ledger than it was asked to. */
export class WitnessAhead extends Error {
  override readonly name = 'WitnessAhead'
  readonly size: number

  constructor(size: number) {
    super(`cosigned ${size} already`)
    this.size = size
  }
}

/** What it cosigned, verified. Throws `WitnessAhead`, `Rejected` for an answer that is not good, or what `fetch` throws. */
export async function askWitness(
  asking: Asking,
  witness: Asked,
  checkpoint: VerifiedCheckpoint,
  note: string,
): Promise<CosignatureRow> {
  let answer = await addCheckpoint(asking, witness, checkpoint, note, witness.known)
  if (answer.status === 409) {
    const held = parseSize(answer.body)
    if (held > checkpoint.size) throw new WitnessAhead(held)
    answer = await addCheckpoint(asking, witness, checkpoint, note, held)
  }
  if (answer.status !== 200) throw new Rejected('unavailable', `witness: status ${answer.status}`)
  return cosignatureIn(answer.body, checkpoint, witness, asking.now)
}

interface WitnessAnswer {
  readonly status: number
  readonly body: Uint8Array
}

async function addCheckpoint(
  { database, peers, timeoutMilliseconds, stop }: Asking,
  { gateway }: Asked,
  { size }: VerifiedCheckpoint,
  checkpoint: string,
  old: number,
): Promise<WitnessAnswer> {
  const proof = await proofBetween(database, old, size)
  return peers.ask(new URL('/witness/add-checkpoint', gateway), {
    method: 'POST',
    body: utf8(formatAddCheckpoint({ old, proof, checkpoint })),
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    signal: AbortSignal.any([stop, AbortSignal.timeout(timeoutMilliseconds)]),
  })
}

async function proofBetween(database: Database, old: number, size: number): Promise<readonly Uint8Array[]> {
  if (old === 0 || old === size) return []
  return proveConsistency(old, size, await readNodes(database, size, consistencyRanges(old, size))).path
}

/** Its lines, if they are both there and of this checkpoint, at a time that has come. */
function cosignatureIn(
  body: Uint8Array,
  checkpoint: VerifiedCheckpoint,
  { party, keys }: Asked,
  now: Seconds,
): CosignatureRow {
  const signatures = readCosignatures(body, checkpoint, keys)
  const joined = { ...checkpoint, note: parseNote(utf8(joinCosignatures(checkpoint, signatures))) }
  const at = witnessesOf(joined, new Map([[party, keys]])).get(party)
  if (at === undefined) throw new Rejected('missing-signature', `${party}: ${toHex(checkpoint.root)}`)
  if (at > now + clockSkewSeconds) throw new Rejected('not-yet-valid', `cosignature of ${party}`)
  return { size: checkpoint.size, witness: party, lines: formatCosignatures(signatures), at }
}
