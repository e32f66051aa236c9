/** Answers for opening an envelope: checks 9 to 14 of envelope.md. Every failure of decryption is one code. */
import { suite } from '#suite'
import { parseAttestation, type VerifiedAttestation, verifyParsed } from '../attestation/verify.ts'
import { equalInConstantTime, isZero } from '../bytes.ts'
import { decodeAs } from '../codec.ts'
import { type CoseEncrypt, encStructure, recipientProtected } from '../cose.ts'
import type { Directory } from '../directory.ts'
import { Rejected } from '../errors.ts'
import { recipientInfo, unwrapKey } from '../hpke.ts'
import type { OpeningKey } from '../key.ts'
import type { Seconds } from '../names.ts'
import { type Trace, untraced } from '../report.ts'
import { parseWithdrawal, type VerifiedWithdrawal, verifyParsedWithdrawal } from '../withdrawal.ts'
import { commitmentTo, externalAad, type MessageType, plaintext } from './format.ts'
import { isSizeClass } from './padding.ts'
import type { EnvelopeCheck, VerifiedEnvelope } from './verify.ts'

declare const opened: unique symbol
/** What a recipient holds at the end of all checks; `openEnvelope` alone makes it. */
export interface OpenedEnvelope {
  readonly [opened]: true
  readonly envelope: VerifiedEnvelope
  /** Of a certificate; none in other messages. */
  readonly attestations: readonly VerifiedAttestation[]
  /** Of a message that withdraws; none in other messages. */
  readonly withdrawals: readonly VerifiedWithdrawal[]
}

/** Checks 9 to 14: gives what the message carries, each document verified at `now`. */
export function openEnvelope(
  envelope: VerifiedEnvelope,
  keys: readonly OpeningKey[],
  directory: Directory,
  now: Seconds,
  trace: Trace<EnvelopeCheck> = untraced,
): OpenedEnvelope {
  const documents = decrypt(envelope, keys, trace)
  return { envelope, ...read[envelope.messageType](documents, directory, now, trace) } as OpenedEnvelope
}

type Read = (
  documents: readonly Uint8Array[],
  directory: Directory,
  now: Seconds,
  trace: Trace<EnvelopeCheck>,
) => Pick<OpenedEnvelope, 'attestations' | 'withdrawals'>

const read: Readonly<Record<MessageType, Read>> = {
  'clearance.certificate': (documents, directory, now, trace) => ({
    attestations: proven(documents, parseAttestation, (each) => verifyParsed(each, directory, now), trace),
    withdrawals: [],
  }),
  'clearance.withdrawal': (documents, directory, now, trace) => ({
    attestations: [],
    withdrawals: proven(
      documents,
      parseWithdrawal,
      (each) => verifyParsedWithdrawal(each, directory, now),
      trace,
    ),
  }),
}

/** All are of their form before the first proof is looked at. */
function proven<P, V>(
  documents: readonly Uint8Array[],
  parse: (document: Uint8Array) => P,
  prove: (parsed: P) => V,
  trace: Trace<EnvelopeCheck>,
): readonly V[] {
  trace('documents')
  const parsed = documents.map((document, i) => acceptable(i, () => parse(document)))
  trace('document-proofs')
  return parsed.map((each, i) => acceptable(i, () => prove(each)))
}

/** The fault is the document's and not the envelope's, so it has a code of its own; the detail names the document's. */
function acceptable<T>(index: number, check: () => T): T {
  try {
    return check()
  } catch (cause) {
    if (!(cause instanceof Rejected)) throw cause
    throw new Rejected('bad-document', `document ${index}: ${cause.message}`, { cause })
  }
}

/**
 * Checks 9 to 12: gives the documents' bytes, not yet verified. Throws `not-a-recipient` when no key fits, and
 * `cannot-open` for every other failure, whichever it was.
 */
export function decrypt(
  { parsed }: VerifiedEnvelope,
  keys: readonly OpeningKey[],
  trace: Trace<EnvelopeCheck> = untraced,
): readonly Uint8Array[] {
  const { headerBytes, sealed, header } = parsed
  const [, { iv }, ciphertext, recipients] = sealed
  const aad = externalAad(headerBytes)
  trace('key-agreement')
  const contentKey = unwrap(recipients, keys, suite.sha384(aad))
  trace('decryption')
  const body = required(suite.aes256GcmOpen(contentKey, iv, encStructure(aad), ciphertext))
  trace('padding')
  const { documents } = readPlaintext(body)
  trace('commitment')
  if (!equalInConstantTime(commitmentTo(body), header.commitment)) throw new Rejected('cannot-open')
  return documents
}

function unwrap(recipients: CoseEncrypt[3], keys: readonly OpeningKey[], extra: Uint8Array): Uint8Array {
  for (const key of keys) {
    const found = recipients.find(([{ kid }]) => kid === key.id)
    if (found === undefined) continue
    const [, { ek }, wrapped] = found
    return required(unwrapKey(key, ek, recipientInfo(recipientProtected(key.id), extra), wrapped))
  }
  throw new Rejected('not-a-recipient')
}

function required(result: Uint8Array | undefined): Uint8Array {
  if (result === undefined) throw new Rejected('cannot-open')
  return result
}

function readPlaintext(body: Uint8Array) {
  try {
    const read = decodeAs(plaintext, body)
    if (isSizeClass(body.length) && isZero(read.padding)) return read
  } catch (error) {
    if (!(error instanceof Rejected)) throw error
  }
  throw new Rejected('cannot-open')
}
