/** Answers for C2SP tlog-proof files: a checkpoint, a leaf and its path in one text that verifies offline (proof.md). */
import { equal, fromBase64, fromUtf8, toBase64, utf8 } from '../bytes.ts'
import { Rejected } from '../errors.ts'
import { type Trace, untraced } from '../report.ts'
import { type LedgerKeys, type VerifiedCheckpoint, verifyCheckpoint } from './checkpoint.ts'
import { leafHash } from './merkle.ts'
import { verifyInclusion } from './merkle-proof.ts'

export interface TlogProof {
  readonly index: number
  readonly path: readonly Uint8Array[]
  /** The signed note, letter for letter. */
  readonly checkpoint: string
  /** In this profile: the leaf. */
  readonly extra?: Uint8Array
}

const firstLine = 'c2sp.org/tlog-proof@v1'
const maxProofBytes = 1024 * 1024
const maxPath = 64

export function formatProof({ index, path, checkpoint, extra }: TlogProof): string {
  const extraLines = extra === undefined ? [] : [`extra ${toBase64(extra)}`]
  return [firstLine, ...extraLines, `index ${index}`, ...path.map(toBase64), '', checkpoint].join('\n')
}

/** Reads a proof of any C2SP log and verifies nothing. */
export function parseProof(bytes: Uint8Array): TlogProof {
  const text = proofText(bytes)
  const end = text.indexOf('\n\n')
  const [first, ...lines] = text.slice(0, Math.max(end, 0)).split('\n')
  if (end < 0 || first !== firstLine) malformed(`"${firstLine}" expected`)
  const extra = lines[0]?.startsWith('extra ') === true ? fromBase64(lines.shift()?.slice(6) ?? '') : null
  if (extra === undefined) malformed('base64 after "extra" expected')
  const index = parseIndex(lines.shift())
  if (lines.length > maxPath) malformed(`more than ${maxPath} hashes`)
  const proof = { index, path: lines.map(parseHash), checkpoint: text.slice(end + 2) }
  return extra === null ? proof : { ...proof, extra }
}

function proofText(bytes: Uint8Array): string {
  if (bytes.length > maxProofBytes) malformed(`more than ${maxProofBytes} bytes`)
  try {
    return fromUtf8(bytes)
  } catch (cause) {
    throw new Rejected('bad-note', 'proof: not UTF-8', { cause })
  }
}

function parseIndex(line = ''): number {
  const index = /^index (0|[1-9][0-9]{0,15})$/.test(line) ? Number(line.slice(6)) : Number.NaN
  return Number.isSafeInteger(index) ? index : malformed('"index" and a number expected')
}

function parseHash(line: string): Uint8Array {
  const hash = fromBase64(line)
  return hash?.length === 32 ? hash : malformed('a hash of 32 bytes expected')
}

export const proofChecks = ['format', 'checkpoint', 'leaf', 'path'] as const
export type ProofCheck = (typeof proofChecks)[number]

export interface VerifiedProof {
  readonly checkpoint: VerifiedCheckpoint
  readonly index: number
  readonly leaf: Uint8Array
}

/** The leaf is the one that the file carries. The other function is for a leaf that the reader brings. */
export function verifyProof(
  bytes: Uint8Array,
  keys: LedgerKeys,
  trace: Trace<ProofCheck> = untraced,
): VerifiedProof {
  return verify(bytes, keys, undefined, trace)
}

export function verifyProofOf(
  leaf: Uint8Array,
  bytes: Uint8Array,
  keys: LedgerKeys,
  trace: Trace<ProofCheck> = untraced,
): VerifiedProof {
  return verify(bytes, keys, leaf, trace)
}

function verify(
  bytes: Uint8Array,
  keys: LedgerKeys,
  given: Uint8Array | undefined,
  trace: Trace<ProofCheck>,
): VerifiedProof {
  trace('format')
  const { index, path, extra, checkpoint: noteText } = parseProof(bytes)
  trace('checkpoint')
  const checkpoint = verifyCheckpoint(utf8(noteText), keys)
  trace('leaf')
  const leaf = given ?? extra
  if (leaf === undefined) throw new Rejected('bad-proof', 'the proof carries no leaf')
  if (extra !== undefined && !equal(extra, leaf))
    throw new Rejected('bad-proof', 'the proof is of another leaf')
  trace('path')
  verifyInclusion(leafHash(leaf), { index, size: checkpoint.size, path }, checkpoint.root)
  return { checkpoint, index, leaf }
}

function malformed(detail: string): never {
  throw new Rejected('bad-note', `proof: ${detail}`)
}
