/** Answers for witnessing (C2SP tlog-witness): the request for cosignatures, a witness's answer, and who cosigned (witness.md). */
import { concat, equal, fromBase64, fromUtf8, toBase64, utf8 } from '../bytes.ts'
import { Rejected } from '../errors.ts'
import type { PartyId, Seconds } from '../names.ts'
import {
  type Checkpoint,
  type LedgerKeys,
  type LedgerSigner,
  parseCheckpoint,
  type VerifiedCheckpoint,
  verifyWitnesses,
} from './checkpoint.ts'
import { cosign, verifyCosignature } from './cosignature.ts'
import { hashLength } from './merkle.ts'
import {
  formatNote,
  type NoteKey,
  type NoteSignature,
  noteKey,
  noteTypes,
  parseNote,
  signaturesBy,
} from './note.ts'

export interface AddCheckpoint {
  /** The size of what the witness cosigned last; 0 when nothing is known to be. */
  readonly old: number
  /** RFC 9162 §2.1.4, from that size to the checkpoint's. */
  readonly proof: readonly Uint8Array[]
  /** The signed note, letter for letter. */
  readonly checkpoint: string
}

/** A request as read: `origin` is what the checkpoint says, to look its keys up; nothing is verified. */
export type AskedCheckpoint = AddCheckpoint & { readonly origin: string }

const maxRequestBytes = 516 * 1024
const maxProof = 63

export function formatAddCheckpoint({ old, proof, checkpoint }: AddCheckpoint): string {
  return [`old ${old}`, ...proof.map(toBase64), '', checkpoint].join('\n')
}

/** Throws `bad-note`, also for a checkpoint that is smaller than what it is said to grow from. */
export function parseAddCheckpoint(bytes: Uint8Array): AskedCheckpoint {
  const text = textOf(bytes)
  const end = text.indexOf('\n\n')
  if (end < 0) malformed('a size, a proof, an empty line and a checkpoint expected')
  const [first = '', ...lines] = text.slice(0, end).split('\n')
  const old = first.startsWith('old ') ? sizeOf(first.slice(4)) : malformed('"old" and a size expected')
  if (lines.length > maxProof) malformed(`more than ${maxProof} hashes`)
  const checkpoint = text.slice(end + 2)
  const { origin, size } = parseCheckpoint(utf8(checkpoint))
  if (old > size) malformed('the checkpoint is smaller than the old size')
  return { old, proof: lines.map(parseHash), checkpoint, origin }
}

/** What a witness answers with 409: how far it has cosigned. */
export const sizeMediaType = 'text/x.tlog.size'

export function formatSize(size: number): string {
  return `${size}\n`
}

export function parseSize(bytes: Uint8Array): number {
  const text = textOf(bytes)
  return text.endsWith('\n') ? sizeOf(text.slice(0, -1)) : malformed('a size and a newline expected')
}

/** The keys under which a ledger signs as a witness of others: its own, of other types. */
export function witnessKeys({ origin, ed25519, mlDsa44 }: LedgerKeys): readonly [NoteKey, NoteKey] {
  const { ed25519Cosignature, mlDsa44Cosignature } = noteTypes
  return [noteKey(origin, ed25519Cosignature, ed25519), noteKey(origin, mlDsa44Cosignature, mlDsa44)]
}

/** Both lines of a witness, for a checkpoint that it has seen to continue what it cosigned before. */
export function cosignCheckpoint(
  checkpoint: VerifiedCheckpoint,
  { keys, pair }: LedgerSigner,
  at: Seconds,
): readonly [NoteSignature, NoteSignature] {
  if (checkpoint.origin === keys.origin) throw new RangeError('a ledger is no witness of itself')
  const [ed25519, mlDsa44] = witnessKeys(keys)
  const seen = { ...checkpoint, text: checkpoint.note.text }
  return [cosign(ed25519, pair[0], seen, at), cosign(mlDsa44, pair[1], seen, at)]
}

/** A witness's answer with 200. */
export function formatCosignatures(signatures: readonly NoteSignature[]): string {
  return formatNote({ text: '', signatures }).slice(1)
}

/**
 * The witness's own lines of its answer, verified for exactly this checkpoint; lines of others are left out. Throws
 * `bad-note`, `missing-signature` unless both are there, `bad-signature`.
 */
export function readCosignatures(
  answer: Uint8Array,
  checkpoint: VerifiedCheckpoint,
  witness: LedgerKeys,
): readonly NoteSignature[] {
  const { text } = checkpoint.note
  const note = parseNote(concat(utf8(`${text}\n`), answer))
  if (note.text !== text) malformed('signature lines expected')
  if (cosignedAt({ ...checkpoint, note }, witness) === undefined)
    throw new Rejected('missing-signature', `both lines of the witness ${witness.origin}`)
  return note.signatures.filter((signature) => witnessKeys(witness).some((key) => isBy(key, signature)))
}

/** The checkpoint with these lines, in place of earlier ones of the same keys. */
export function joinCosignatures(
  checkpoint: VerifiedCheckpoint,
  signatures: readonly NoteSignature[],
): string {
  const { text, signatures: earlier } = checkpoint.note
  const isReplaced = (line: NoteSignature): boolean =>
    signatures.some(({ name, keyId }) => isBy({ name, id: keyId }, line))
  return formatNote({ text, signatures: [...earlier.filter((line) => !isReplaced(line)), ...signatures] })
}

/** Whose witnesses cosigned with both of their keys, and when: the older of the two times. A wrong line is `bad-signature`. */
export function witnessesOf(
  checkpoint: VerifiedCheckpoint,
  witnesses: ReadonlyMap<PartyId, LedgerKeys>,
): ReadonlyMap<PartyId, Seconds> {
  const found = new Map<PartyId, Seconds>()
  for (const [party, keys] of witnesses) {
    const at = cosignedAt(checkpoint, keys)
    if (at !== undefined) found.set(party, at)
  }
  return found
}

/** The ledger's own type 0x06 line would pass for half a witness: nobody counts as a witness of itself. */
function cosignedAt(checkpoint: VerifiedCheckpoint, witness: LedgerKeys): Seconds | undefined {
  if (witness.origin === checkpoint.origin) return undefined
  const keys = witnessKeys(witness)
  const times = verifyWitnesses(checkpoint, keys)
  const oldest = Math.min(...keys.map((key) => times.get(key) ?? 0))
  return oldest > 0 ? oldest : undefined
}

/** Whether both lines of a witness are there, whoever signed the checkpoint: by this a witness knows its own word again. */
export function isCosignedBy(checkpoint: Checkpoint, witness: LedgerKeys): boolean {
  const seen = { ...checkpoint, text: checkpoint.note.text }
  return witnessKeys(witness).every((key) =>
    signaturesBy(checkpoint.note, key).some((line) => verifyCosignature(key, seen, line) !== undefined),
  )
}

function isBy(key: Pick<NoteKey, 'name' | 'id'>, { name, keyId }: NoteSignature): boolean {
  return key.name === name && equal(key.id, keyId)
}

function textOf(bytes: Uint8Array): string {
  if (bytes.length > maxRequestBytes) malformed(`more than ${maxRequestBytes} bytes`)
  try {
    return fromUtf8(bytes)
  } catch (cause) {
    throw new Rejected('bad-note', 'witness: not UTF-8', { cause })
  }
}

function sizeOf(text: string): number {
  const size = /^(0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(size) ? size : malformed('a size in decimal expected')
}

function parseHash(line: string): Uint8Array {
  const hash = fromBase64(line)
  return hash?.length === hashLength ? hash : malformed('a hash of 32 bytes expected')
}

function malformed(detail: string): never {
  throw new Rejected('bad-note', `witness: ${detail}`)
}
