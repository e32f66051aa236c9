/** Answers for C2SP tlog-checkpoint: a ledger's signed statement of its size and root (checkpoint.md). */
import { fromBase64, toBase64, utf8 } from '../bytes.ts'
import { Rejected } from '../errors.ts'
import type { SigningKey, VerificationKey } from '../key.ts'
import type { Seconds } from '../names.ts'
import { type Trace, untraced } from '../report.ts'
import { cosign, cosignOffThread, verifyCosignature } from './cosignature.ts'
import {
  formatNote,
  type Note,
  type NoteKey,
  noteKey,
  noteTypes,
  parseNote,
  signaturesBy,
  verifyText,
} from './note.ts'

export interface CheckpointBody {
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
}

/** A checkpoint as read, nothing of it verified. */
export interface Checkpoint extends CheckpointBody {
  readonly extensions: readonly string[]
  readonly note: Note
}

declare const verified: unique symbol
/** A checkpoint that the ledger signed with both keys, and when it did. */
export type VerifiedCheckpoint = Checkpoint & { readonly at: Seconds; readonly [verified]: true }

/** The public halves of what a ledger signs with. */
export interface LedgerKeys {
  readonly origin: string
  readonly ed25519: VerificationKey
  readonly mlDsa44: VerificationKey
}

/** What a ledger signs with: the Ed25519 key, then the ML-DSA-44 one. */
export interface LedgerSigner {
  readonly keys: LedgerKeys
  readonly pair: readonly [SigningKey, SigningKey]
}

export function signCheckpoint(body: CheckpointBody, { keys, pair }: LedgerSigner, at: Seconds): string {
  if (body.origin !== keys.origin) throw new RangeError('a ledger signs its own checkpoints')
  const [ed25519, mlDsa44] = noteKeys(keys)
  const text = checkpointText(body)
  const plain = { name: ed25519.name, keyId: ed25519.id, signature: pair[0].sign(utf8(text)) }
  return formatNote({ text, signatures: [plain, cosign(mlDsa44, pair[1], { ...body, text }, at)] })
}

/** The same beside the calling thread, both keys at once. */
export async function signCheckpointOffThread(
  body: CheckpointBody,
  { keys, pair }: LedgerSigner,
  at: Seconds,
): Promise<string> {
  if (body.origin !== keys.origin) throw new RangeError('a ledger signs its own checkpoints')
  const [ed25519, mlDsa44] = noteKeys(keys)
  const text = checkpointText(body)
  const [signature, cosigned] = await Promise.all([
    pair[0].signOffThread(utf8(text)),
    cosignOffThread(mlDsa44, pair[1], { ...body, text }, at),
  ])
  const plain = { name: ed25519.name, keyId: ed25519.id, signature }
  return formatNote({ text, signatures: [plain, cosigned] })
}

export const checkpointChecks = ['format', 'origin', 'ed25519', 'ml-dsa-44'] as const
export type CheckpointCheck = (typeof checkpointChecks)[number]

/** Throws `bad-note`, `missing-signature` or `bad-signature`. Lines of other keys are for `verifyWitnesses`. */
export function verifyCheckpoint(
  bytes: Uint8Array,
  keys: LedgerKeys,
  trace: Trace<CheckpointCheck> = untraced,
): VerifiedCheckpoint {
  trace('format')
  const checkpoint = parseCheckpoint(bytes)
  // The ML-DSA-44 signature covers origin, size and root alone: nothing further may hang on Ed25519 alone.
  if (checkpoint.extensions.length > 0) throw new Rejected('bad-note', 'profile 1 has no extension lines')
  trace('origin')
  if (checkpoint.origin !== keys.origin) throw new Rejected('bad-note', 'the checkpoint has another origin')
  const [ed25519, mlDsa44] = noteKeys(keys)
  trace('ed25519')
  if (signedTimes(checkpoint, ed25519).length === 0) throw new Rejected('missing-signature', 'Ed25519')
  trace('ml-dsa-44')
  const at = Math.max(0, ...signedTimes(checkpoint, mlDsa44))
  if (at === 0) throw new Rejected('missing-signature', 'ML-DSA-44, at a time')
  return { ...checkpoint, at } as VerifiedCheckpoint
}

/** Which of the witnesses cosigned the checkpoint, and the last time at which each did. A wrong line is `bad-signature`. */
export function verifyWitnesses(
  checkpoint: VerifiedCheckpoint,
  witnesses: readonly NoteKey[],
): ReadonlyMap<NoteKey, Seconds> {
  const times = witnesses.map((witness) => [witness, signedTimes(checkpoint, witness)] as const)
  return new Map(times.filter(([, at]) => at.length > 0).map(([witness, at]) => [witness, Math.max(...at)]))
}

/** When the key signed, once for each of its lines (0 for a signature without time); throws if one is wrong. */
function signedTimes(checkpoint: Checkpoint, key: NoteKey): readonly Seconds[] {
  return signaturesBy(checkpoint.note, key).map((signature) => {
    const at = signedTime(checkpoint, key, signature)
    if (at === undefined) throw new Rejected('bad-signature', `note key ${key.name}`)
    return at
  })
}

function signedTime(checkpoint: Checkpoint, key: NoteKey, signature: Uint8Array): Seconds | undefined {
  if (key.type === noteTypes.ed25519) return verifyText(key, checkpoint.note, signature) ? 0 : undefined
  return verifyCosignature(key, { ...checkpoint, text: checkpoint.note.text }, signature)
}

/** The names under which a ledger's own signatures stand in its checkpoints: its origin, for both. */
export function noteKeys({ origin, ed25519, mlDsa44 }: LedgerKeys): readonly [NoteKey, NoteKey] {
  return [noteKey(origin, noteTypes.ed25519, ed25519), noteKey(origin, noteTypes.mlDsa44Cosignature, mlDsa44)]
}

export function checkpointText({ origin, size, root }: CheckpointBody): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`
}

/** Reads a checkpoint of any C2SP log, extension lines and all, and verifies nothing. */
export function parseCheckpoint(bytes: Uint8Array): Checkpoint {
  const note = parseNote(bytes)
  const [origin = '', sizeText = '', rootText = '', ...extensions] = note.text.slice(0, -1).split('\n')
  const root = fromBase64(rootText)
  const size = /^(0|[1-9][0-9]{0,15})$/.test(sizeText) ? Number(sizeText) : Number.NaN
  if (origin === '' || !Number.isSafeInteger(size) || root?.length !== 32 || extensions.includes('')) {
    throw new Rejected('bad-note', 'a checkpoint has the lines origin, size and root')
  }
  return { origin, size, root, extensions, note }
}
