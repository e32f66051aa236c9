/** Answers for C2SP signed notes: text, signature lines, key ids and vkeys (note.md). */
import { suite } from '#suite'
import { concat, equal, fromBase64, fromHex, fromUtf8, toBase64, toHex, utf8 } from '../bytes.ts'
import { Rejected } from '../errors.ts'
import { type VerificationKey, verificationKey } from '../key.ts'

export interface NoteSignature {
  readonly name: string
  /** Four bytes. With the name it says which key signed, and how. */
  readonly keyId: Uint8Array
  readonly signature: Uint8Array
}

export interface Note {
  /** Ends in a newline; what an Ed25519 note signature covers. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

/** Signature types: Ed25519 over the text; Ed25519 and ML-DSA-44 cosignatures (C2SP tlog-cosignature). */
export const noteTypes = { ed25519: 0x01, ed25519Cosignature: 0x04, mlDsa44Cosignature: 0x06 } as const

export type NoteType = (typeof noteTypes)[keyof typeof noteTypes]

/** A key under the name and for the type by which notes know it. */
export interface NoteKey {
  readonly name: string
  readonly type: NoteType
  readonly id: Uint8Array
  readonly key: VerificationKey
}

const algorithms = {
  [noteTypes.ed25519]: 'ed25519',
  [noteTypes.ed25519Cosignature]: 'ed25519',
  [noteTypes.mlDsa44Cosignature]: 'ml-dsa-44',
} as const satisfies Record<NoteType, VerificationKey['algorithm']>

const maxNoteBytes = 512 * 1024
const maxSignatures = 100

export function noteKey(name: string, type: NoteType, key: VerificationKey): NoteKey {
  if (key.algorithm !== algorithms[type]) throw new Rejected('wrong-algorithm', `note key ${name}`)
  if (!isName(name)) throw new Rejected('bad-note', 'a key name has no spaces and no plus')
  return { name, type, id: noteKeyId(name, type, key.bytes), key }
}

function noteKeyId(name: string, type: number, publicKey: Uint8Array): Uint8Array {
  return suite.sha256(concat(utf8(`${name}\n`), Uint8Array.of(type), publicKey)).slice(0, 4)
}

/** `<name>+<id in hexadecimal>+<base64 of type and public key>`. */
export function vkey({ name, type, id, key }: NoteKey): string {
  return `${name}+${toHex(id)}+${toBase64(concat(Uint8Array.of(type), key.bytes))}`
}

export function parseVkey(text: string): NoteKey {
  const [, name = '', idText = '', keyText = ''] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? []
  const [id, typed] = [fromHex(idText), fromBase64(keyText)]
  const type = Object.values(noteTypes).find((candidate) => candidate === typed?.[0])
  if (id === undefined || typed === undefined || type === undefined)
    throw new Rejected('bad-note', 'not a vkey')
  const key = noteKey(name, type, verificationKey(algorithms[type], typed.slice(1)))
  if (!equal(key.id, id)) throw new Rejected('bad-note', 'the vkey has another id')
  return key
}

export function formatNote({ text, signatures }: Note): string {
  const lines = signatures.map(
    ({ name, keyId, signature }) => `\u2014 ${name} ${toBase64(concat(keyId, signature))}\n`,
  )
  return `${text}\n${lines.join('')}`
}

export function parseNote(bytes: Uint8Array): Note {
  if (bytes.length > maxNoteBytes) malformed(`more than ${maxNoteBytes} bytes`)
  const note = decodeText(bytes)
  const blank = note.lastIndexOf('\n\n')
  if (blank < 0 || !note.endsWith('\n')) malformed('text, an empty line and signature lines expected')
  const lines = note
    .slice(blank + 2)
    .split('\n')
    .slice(0, -1)
  if (lines.length === 0 || lines.length > maxSignatures)
    malformed(`1 to ${maxSignatures} signatures expected`)
  return { text: note.slice(0, blank + 1), signatures: lines.map(parseSignature) }
}

function decodeText(bytes: Uint8Array): string {
  let text: string
  try {
    text = fromUtf8(bytes)
  } catch (cause) {
    throw new Rejected('bad-note', 'not UTF-8', { cause })
  }
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) < 0x20 && text[i] !== '\n') malformed('control character')
  }
  return text
}

function parseSignature(line: string): NoteSignature {
  const [, name = '', encoded = ''] = /^\u2014 (\S+) (\S+)$/.exec(line) ?? []
  const bytes = fromBase64(encoded)
  if (!isName(name) || bytes === undefined || bytes.length < 5) malformed('signature line')
  return { name, keyId: bytes.slice(0, 4), signature: bytes.slice(4) }
}

/** The lines that this key signed; a line with its name or its id alone is another key's. */
export function signaturesBy(note: Note, { name, id }: NoteKey): readonly Uint8Array[] {
  return note.signatures
    .filter((signature) => signature.name === name && equal(signature.keyId, id))
    .map(({ signature }) => signature)
}

/** C2SP: which of the keys signed the text. Throws when one of them did so wrongly, or none of them did. */
export function verifyNote(
  note: Note,
  keys: readonly NoteKey[],
  verify: (key: NoteKey, note: Note, signature: Uint8Array) => boolean = verifyText,
): readonly NoteKey[] {
  const signers = keys.filter((key) => signaturesBy(note, key).length > 0)
  for (const [i, key] of signers.entries()) {
    if (signers.findIndex((other) => isSame(other, key)) !== i)
      throw new Rejected('bad-note', `key ${key.name} given twice`)
    for (const signature of signaturesBy(note, key)) {
      if (!verify(key, note, signature)) throw new Rejected('bad-signature', `note key ${key.name}`)
    }
  }
  if (signers.length === 0) throw new Rejected('missing-signature', 'the note is signed by no known key')
  return signers
}

/** A plain Ed25519 signature; the other types sign a checkpoint, not a text. */
export function verifyText({ type, key }: NoteKey, { text }: Note, signature: Uint8Array): boolean {
  return type === noteTypes.ed25519 && key.verify(utf8(text), signature)
}

function isSame(a: NoteKey, b: NoteKey): boolean {
  return a.name === b.name && equal(a.id, b.id)
}

function isName(name: string): boolean {
  return name.length > 0 && !/[\s\u0085+]/u.test(name)
}

function malformed(detail: string): never {
  throw new Rejected('bad-note', detail)
}
