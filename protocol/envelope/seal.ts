/** Answers for sealing: documents, signed and encrypted to every recipient, as envelope.md says. */
import { suite } from '#suite'
import { encodeAs } from '../codec.ts'
import {
  type CoseEncrypt,
  type CoseSign,
  contentProtected,
  coseEncrypt,
  encStructure,
  plainCoseSign,
  recipientProtected,
  signOffThreadWith,
  signWith,
} from '../cose.ts'
import { Rejected } from '../errors.ts'
import { recipientInfo, type WrappedKey, wrapKey, wrapKeyOffThread } from '../hpke.ts'
import type { SealingKey, SigningPair } from '../key.ts'
import type { Label } from '../label.ts'
import { algorithms } from '../numbers.ts'
import type { PartyId, Seconds } from '../names.ts'
import { type Justification, justificationOf } from '../policy/justification.ts'
import {
  commitmentTo,
  criticalOf,
  type EnvelopeHeader,
  encodeHeader,
  externalAad,
  fixedHeader,
  type MessageType,
  maxEnvelopeBytes,
  plaintext,
  requireValidity,
} from './format.ts'
import { paddingFor } from './padding.ts'

export interface Sealing {
  readonly issuer: PartyId
  readonly messageType: MessageType
  readonly documents: readonly Uint8Array[]
  readonly label: Label
  readonly purpose: string
  /** Id of the agreement that the transfer rests on. */
  readonly agreement: string
  /** What is stated beside label and purpose. */
  readonly justification?: Justification
  readonly recipients: readonly { readonly party: PartyId; readonly key: SealingKey }[]
  readonly signers: SigningPair
  readonly issuedAt: Seconds
  readonly expiresAt: Seconds
}

/** Signs and encrypts documents to every recipient; gives the envelope's bytes. Throws `too-large` and `bad-validity`. */
export function seal(sealing: Sealing): Uint8Array {
  const { headerBytes, content, wraps } = prepared(sealing)
  const recipients = wraps.map(({ key, info }) => recipientOf(key, wrapKey(key, info, content.key)))
  const sealed = encodeSealed(content, recipients)
  return encodeEnvelope(headerBytes, sealed, signWith(sealing.signers, headerBytes, sealed))
}

/** The same, with keys wrapped and signatures made off the calling thread. */
export async function sealOffThread(sealing: Sealing): Promise<Uint8Array> {
  const { headerBytes, content, wraps } = prepared(sealing)
  const recipients = await Promise.all(
    wraps.map(async ({ key, info }) => recipientOf(key, await wrapKeyOffThread(key, info, content.key))),
  )
  const sealed = encodeSealed(content, recipients)
  const signatures = await signOffThreadWith(sealing.signers, headerBytes, sealed)
  return encodeEnvelope(headerBytes, sealed, signatures)
}

/** Everything but the wrapped keys and the signatures. */
function prepared(sealing: Sealing) {
  requireValidity(sealing.issuedAt, sealing.expiresAt)
  const body = encodePlaintext(sealing.documents)
  const headerBytes = encodeHeader(headerOf(sealing, commitmentTo(body)))
  const aad = externalAad(headerBytes)
  const extra = suite.sha384(aad)
  const wraps = sealing.recipients.map(({ key }) => ({
    key,
    info: recipientInfo(recipientProtected(key.id), extra),
  }))
  return { headerBytes, content: encrypt(body, aad), wraps }
}

interface Content {
  readonly key: Uint8Array
  readonly iv: Uint8Array
  readonly ciphertext: Uint8Array
}

function encrypt(body: Uint8Array, aad: Uint8Array): Content {
  const key = suite.randomBytes(32)
  const iv = suite.randomBytes(12)
  return { key, iv, ciphertext: suite.aes256GcmSeal(key, iv, encStructure(aad), body) }
}

function encodeSealed({ iv, ciphertext }: Content, recipients: CoseEncrypt[3]): Uint8Array {
  return encodeAs(coseEncrypt, [contentProtected, { iv }, ciphertext, recipients])
}

function recipientOf({ id }: SealingKey, { ek, wrapped }: WrappedKey): CoseEncrypt[3][number] {
  return [{ alg: algorithms.hpke9Ke, kid: id }, { ek }, wrapped]
}

function encodeEnvelope(headerBytes: Uint8Array, sealed: Uint8Array, signatures: CoseSign[3]): Uint8Array {
  const envelope = encodeAs(plainCoseSign, [headerBytes, {}, sealed, signatures])
  if (envelope.length > maxEnvelopeBytes) throw new Rejected('too-large', `${envelope.length} bytes`)
  return envelope
}

function headerOf(sealing: Sealing, commitment: Uint8Array): EnvelopeHeader {
  const { issuer, messageType, issuedAt, expiresAt, label, purpose, agreement, signers, recipients } = sealing
  const stated = sealing.justification && justificationOf(sealing.justification)
  return {
    ...fixedHeader,
    crit: criticalOf(stated),
    claims: { iss: issuer, sub: messageType, iat: issuedAt, exp: expiresAt, cti: suite.randomBytes(16) },
    label,
    purpose,
    agreement,
    commitment,
    signers: [signers[0].id, signers[1].id],
    recipients: recipients.map(({ party, key }) => ({ party, kid: key.id })),
    ...(stated && { justification: stated }),
  }
}

function encodePlaintext(documents: readonly Uint8Array[]): Uint8Array {
  const salt = suite.randomBytes(32)
  const bare = encodeAs(plaintext, { salt, documents, padding: new Uint8Array(0) })
  return encodeAs(plaintext, { salt, documents, padding: new Uint8Array(paddingFor(bare.length)) })
}
