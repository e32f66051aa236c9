/** Answers for what checks 9 to 14 of an envelope refuse, though gateways let it pass: each row wrong in one place. */
import { concat } from '../../protocol/bytes.ts'
import { type CborValue, decode, encode, Tag } from '../../protocol/cbor.ts'
import { idBytes, type SigningKey } from '../../protocol/key.ts'
import { headers } from '../../protocol/numbers.ts'
import { flipped } from './bytes.ts'
import {
  altered,
  bodyOf,
  bodyWith,
  commitmentTo,
  type Fields,
  type ForgedRecipient,
  type Forgery,
  forge,
  signaturesOf,
  zeros,
} from './forge.ts'
import { attestation, envelope, issuing } from './objects.ts'
import { day, directoryWhere, est, nld, now, openingOf } from './parties.ts'
import type { Row } from './reports.ts'

const honest = forge()
const rows = (check: Row['check'], list: readonly Omit<Row, 'check'>[]): readonly Row[] =>
  list.map((row) => ({ ...row, check }))
/** A failure whose reason the sender is not told. */
const closed = (check: Row['check'], list: readonly (readonly [string, Forgery])[]): readonly Row[] =>
  list.map(([name, forgery]) => ({ check, name, code: 'cannot-open', bytes: forge(forgery) }))
/** Bad documents in a good envelope. */
const carrying = (
  check: Row['check'],
  list: readonly (readonly [string, Uint8Array, Partial<Row>?])[],
): readonly Row[] =>
  list.map(([name, document, rest]) => ({
    ...{ check, name, code: 'bad-document', bytes: envelope({ documents: [attestation(), document] }) },
    ...rest,
  }))

/** The same body under signatures made anew, by whoever thinks it is worth it. */
function resigned(
  signers: readonly SigningKey[],
  change: (header: Fields) => void,
  bytes = honest,
): Uint8Array {
  return altered(bytes, (parts) => {
    parts.header.set(
      headers.signers,
      signers.map(({ id }) => idBytes(id)),
    )
    change(parts.header)
    parts.signatures = signaturesOf(encode(parts.header), parts.payload, signers)
  })
}
const first = (change: (recipient: ForgedRecipient) => Partial<ForgedRecipient>): Forgery => ({
  sealed: ([one, ...others]) => (one === undefined ? [] : [{ ...one, ...change(one) }, ...others]),
})

/** One recipient fewer, in the signed list and in the body. */
function withoutSecond(): Uint8Array {
  return altered(honest, (parts) => {
    const { value } = decode(parts.payload) as Tag
    const [head = 0, iv = 0, ciphertext = 0, recipients] = value as CborValue[]
    const list = parts.header.get(headers.recipients) as CborValue[]
    parts.header.set(headers.recipients, list.slice(0, 1))
    parts.payload = encode(new Tag(96, [head, iv, ciphertext, (recipients as CborValue[]).slice(0, 1)]))
    parts.signatures = signaturesOf(encode(parts.header), parts.payload, est.signing)
  })
}

const document = attestation()
const silent = zeros(600)
const padded = (length: number) => bodyWith([silent], zeros(length))
const fill = 1024 - padded(300).length + 300

export const recipientRows: readonly Row[] = [
  ...rows('key-agreement', [
    { name: 'no key of a recipient', code: 'not-a-recipient', bytes: honest, keys: [openingOf('stranger')] },
    { name: 'no key at all', code: 'not-a-recipient', bytes: honest, keys: [] },
    {
      name: 'stripped and signed again by another party',
      code: 'cannot-open',
      bytes: resigned(nld.signing, (header) => (header.get(headers.cwtClaims) as Fields).set(1, 'NLD')),
    },
    {
      name: 'another purpose, signed again by its sender',
      code: 'cannot-open',
      bytes: resigned(est.signing, (header) => header.set(headers.purpose, 'visit')),
    },
    {
      name: 'another id, signed again by its sender',
      code: 'cannot-open',
      bytes: resigned(est.signing, (header) => (header.get(headers.cwtClaims) as Fields).set(7, zeros(16))),
    },
    { name: 'a recipient removed, signed again by its sender', code: 'cannot-open', bytes: withoutSecond() },
  ]),
  ...closed('key-agreement', [
    ['a wrapped key damaged', first(({ wrapped }) => ({ wrapped: flipped(wrapped, 7) }))],
    ['its ML-KEM part damaged', first(({ ek }) => ({ ek: flipped(ek, 7) }))],
    ['its X25519 part damaged', first(({ ek }) => ({ ek: flipped(ek, 8 * 1100) }))],
    ['an X25519 part of low order', first(({ ek }) => ({ ek: concat(ek.subarray(0, 1088), zeros(32)) }))],
    ['an X25519 part with another top bit', first(({ ek }) => ({ ek: flipped(ek, 8 * 1119 + 7) }))],
    ['an ek of zeros', first(() => ({ ek: zeros(1120) }))],
    [
      'keys swapped between recipients',
      {
        sealed: ([a, b]) =>
          a && b
            ? [
                { ...b, protectedHeader: a.protectedHeader },
                { ...a, protectedHeader: b.protectedHeader },
              ]
            : [],
      },
    ],
  ]),
  ...closed('decryption', [
    ['another content key for this recipient', { contentKeys: [zeros(32)] }],
    ['a ciphertext of another key', { ciphertext: new Uint8Array(16_400) }],
    ['a ciphertext shorter than its tag', { ciphertext: zeros(1) }],
    ['a ciphertext that is a tag alone', { ciphertext: zeros(16) }],
  ]),
  ...closed('padding', [
    ['padding that is not zero', { body: bodyWith([silent], zeros(fill).with(fill - 1, 1)) }],
    ['padding of another size class', { body: padded(fill - 1) }],
    ['8 KiB, which is no size class', { body: padded(fill + 7168) }],
    ['no padding', { body: padded(0) }],
    ['a body that is not CBOR', { body: new Uint8Array(1024).fill(0xff) }],
    ['an empty body', { body: zeros(0) }],
    ['a body with a byte after its end', { body: concat(padded(fill - 1), zeros(1)) }],
    ['no document', { body: bodyOf([], 1024) }],
    ['an empty document', { body: bodyOf([zeros(0)], 1024) }],
    [
      'no salt',
      {
        body: encode(
          new Map<number, CborValue>([
            [2, [silent]],
            [3, zeros(300)],
          ]),
        ),
      },
    ],
  ]),
  ...closed('commitment', [
    [
      'a commitment to another body',
      { header: (fields) => void fields.set(headers.commitment, commitmentTo(zeros(1024))) },
    ],
    ['a commitment of zeros', { header: (fields) => void fields.set(headers.commitment, zeros(48)) }],
  ]),
  ...carrying('documents', [
    ['a document that is not CBOR', new Uint8Array(100).fill(0xff)],
    ['an attestation cut short', document.subarray(0, -1)],
    ['an attestation with a byte after its end', concat(document, zeros(1))],
    ['an envelope in the envelope', honest],
    ['the number 7', encode(7)],
  ]),
  ...carrying('document-proofs', [
    ['an attestation signed by another than its issuer', attestation({ signers: nld.signing })],
    ['an attestation of an unknown issuer', attestation({ issuer: 'XYZ' })],
    ['an attestation that has expired', attestation({ expiresAt: now })],
    ['an attestation of the future', attestation({ notBefore: now + 301 })],
    ['an attestation damaged in its signature', flipped(document, 8 * (document.length - 9))],
    ['a clearance that has expired', attestation({ clearance: { ...issuing.clearance, validUntil: now } })],
    ['a clearance not granted yet', attestation({ clearance: { ...issuing.clearance, granted: now + day } })],
    ['a disclosure of another attestation', spliced()],
  ]),
  {
    check: 'document-proofs',
    name: 'an attestation by a key that was revoked since',
    code: 'bad-document',
    bytes: envelope({ documents: [attestation({ issuer: 'NLD', signers: nld.signing })] }),
    directory: directoryWhere('NLD', nld.signing[1].id, { revoked: now - 1 }),
  },
]

/** The disclosures of one attestation beside the signatures of another. */
function spliced(): Uint8Array {
  const [one, other] = [attestation(), attestation()].map((bytes) => decode(bytes) as Tag)
  const [header = 0, , payload = 0, signatures = 0] = one?.value as CborValue[]
  const [, disclosures = 0] = other?.value as CborValue[]
  return encode(new Tag(98, [header, disclosures, payload, signatures]))
}
