/** Answers for C2SP tlog-cosignature: what a timestamped signature of type 0x04 or 0x06 covers (checkpoint.md). */
import { concat, utf8 } from '../bytes.ts'
import { Rejected } from '../errors.ts'
import type { SigningKey } from '../key.ts'
import type { Seconds } from '../names.ts'
import type { CheckpointBody } from './checkpoint.ts'
import type { Range } from './merkle.ts'
import { type NoteKey, type NoteSignature, noteTypes } from './note.ts'

/** A checkpoint and the text of its note. */
export type CosignedBody = CheckpointBody & { readonly text: string }

/** Signs a checkpoint as seen at a time. For 0x06 the key's name is in what is signed; for 0x04 it is not. */
export function cosign(
  { name, id, type }: NoteKey,
  signer: SigningKey,
  checkpoint: CosignedBody,
  at: Seconds,
): NoteSignature {
  const message = cosignedMessage(type, name, checkpoint, at)
  return { name, keyId: id, signature: concat(uint64(at), signer.sign(message)) }
}

/** The same beside the calling thread. */
export async function cosignOffThread(
  { name, id, type }: NoteKey,
  signer: SigningKey,
  checkpoint: CosignedBody,
  at: Seconds,
): Promise<NoteSignature> {
  const signature = await signer.signOffThread(cosignedMessage(type, name, checkpoint, at))
  return { name, keyId: id, signature: concat(uint64(at), signature) }
}

/** The time that the cosignature states, or `undefined` when it does not verify. */
export function verifyCosignature(
  { name, type, key }: NoteKey,
  checkpoint: CosignedBody,
  timestamped: Uint8Array,
): Seconds | undefined {
  if (timestamped.length <= 8) return undefined
  const at = Number(new DataView(timestamped.buffer, timestamped.byteOffset).getBigUint64(0))
  if (!Number.isSafeInteger(at)) return undefined
  const message = cosignedMessage(type, name, checkpoint, at)
  return key.verify(message, timestamped.subarray(8)) ? at : undefined
}

function cosignedMessage(
  type: NoteKey['type'],
  name: string,
  { text, origin, size, root }: CosignedBody,
  at: Seconds,
): Uint8Array {
  switch (type) {
    case noteTypes.ed25519Cosignature:
      return utf8(`cosignature/v1\ntime ${at}\n${text}`)
    case noteTypes.mlDsa44Cosignature:
      return subtreeMessage(name, at, origin, { start: 0, end: size }, root)
    case noteTypes.ed25519:
      throw new Rejected('wrong-algorithm', `note key ${name} makes no cosignatures`)
  }
}

/** `cosigned_message`. A checkpoint is the subtree from 0 to its size. */
export function subtreeMessage(
  cosigner: string,
  at: Seconds,
  origin: string,
  { start, end }: Range,
  hash: Uint8Array,
): Uint8Array {
  return concat(
    ...[subtreeLabel, opaque8(cosigner), uint64(at)],
    ...[opaque8(origin), uint64(start), uint64(end), hash],
  )
}

const subtreeLabel = utf8('subtree/v1\n\0')

/** RFC 8446 §3.4: a vector of 1 to 255 bytes after its length. */
function opaque8(text: string): Uint8Array {
  const bytes = utf8(text)
  if (bytes.length < 1 || bytes.length > 255)
    throw new Rejected('bad-note', 'a name of 1 to 255 bytes expected')
  return concat(Uint8Array.of(bytes.length), bytes)
}

function uint64(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value))
  return bytes
}
