/** Answers for what checks 1 to 3 of an envelope refuse: each row wrong in one place, and signed rightly. */
import { concat } from '../../protocol/bytes.ts'
import { type CborValue, encode, Tag } from '../../protocol/cbor.ts'
import { maxEnvelopeBytes } from '../../protocol/envelope/format.ts'
import { idBytes } from '../../protocol/key.ts'
import { headers } from '../../protocol/numbers.ts'
import { type ForgedRecipient, forge, zeros } from './forge.ts'
import { claims, header, rows, signature, signers } from './forgeries.ts'
import { est, now } from './parties.ts'
import type { Row } from './reports.ts'

const honest = forge()
const [ed25519, mlDsa65] = est.signing
const critical = [15, 16, -65537, -65538, -65539, -65540, -65541, -65542]
const ofBoth = (change: (recipient: ForgedRecipient) => ForgedRecipient) => ({
  sealed: (recipients: ForgedRecipient[]) => recipients.map(change),
})
const structural = (
  [
    ['COSE_Sign1 in place of COSE_Sign', encode(new Tag(18, [zeros(1), new Map(), zeros(1), zeros(64)]))],
    ['something unprotected', forge({ unprotected: new Map([[3, 96]]) })],
    ['a header label too many', forge(header(-70000, 1))],
    ['no label', forge({ header: (fields) => void fields.delete(headers.label) })],
    ['no commitment', forge({ header: (fields) => void fields.delete(headers.commitment) })],
    ['no crit', forge({ header: (fields) => void fields.delete(headers.crit) })],
    ['crit that leaves one out', forge(header(headers.crit, critical.slice(1)))],
    ['crit in another order', forge(header(headers.crit, critical.toReversed()))],
    ['another content type', forge(header(headers.contentType, 98))],
    ['another kind of message', forge(claims((fields) => fields.set(2, 'clearance.unheard-of')))],
    ['an id of 15 bytes', forge(claims((fields) => fields.set(7, zeros(15))))],
    ['a claim too many', forge(claims((fields) => fields.set(5, now)))],
    ['a party in small letters', forge(claims((fields) => fields.set(1, 'est')))],
    ['one signer', forge(header(headers.signers, [idBytes(ed25519.id)]))],
    ['three signers', forge(signers(ed25519.id, mlDsa65.id, ed25519.id))],
    ['no recipient', forge({ recipients: [] })],
    ['an ek of 1119 bytes', forge(ofBoth((each) => ({ ...each, ek: each.ek.subarray(1) })))],
    ['an ek of 1121 bytes', forge(ofBoth((each) => ({ ...each, ek: concat(each.ek, zeros(1)) })))],
    ['a wrapped key of 47 bytes', forge(ofBoth((each) => ({ ...each, wrapped: each.wrapped.subarray(1) })))],
    [
      'a wrapped key of 49 bytes',
      forge(ofBoth((each) => ({ ...each, wrapped: concat(each.wrapped, zeros(1)) }))),
    ],
    ['an empty ciphertext', forge({ ciphertext: zeros(0) })],
    ['a signature of 63 bytes', signature(0, ([head = 0, none = 0]) => [head, none, zeros(63)])],
    [
      'a signature without kid',
      signature(0, ([, none = 0, made = 0]) => [encode(new Map([[1, -19]])), none, made]),
    ],
    ['a body that is no COSE_Encrypt', forge({ payload: encode(new Tag(16, [])) })],
  ] as const
).map(([name, bytes]) => ({ name, bytes, code: 'malformed-structure' as const }))

const needToKnow = new Map([[1, 'visit-2027-114']])
const stated = (justification: CborValue, crit: readonly number[]) =>
  forge({
    header: (fields) => {
      fields.set(headers.justification, justification)
      fields.set(headers.crit, crit)
    },
  })
const whenStated = [...critical, headers.justification]

/** What is stated beside the label, and where it must be named. */
export const justificationRows: readonly Row[] = rows(
  'structure',
  (
    [
      ['a justification that crit leaves out', stated(needToKnow, critical)],
      ['crit with a justification that is not there', forge(header(headers.crit, whenStated))],
      ['crit that names the justification first', stated(needToKnow, whenStated.toReversed())],
      ['crit with the justification in the place of another', stated(needToKnow, whenStated.toSpliced(3, 1))],
      ['a justification that states nothing', stated(new Map(), whenStated)],
      ['a justification with a fourth part', stated(new Map([[4, 'more']]), whenStated)],
      ['a reader without nationality', stated(readerOf(3, []), whenStated)],
      ['a reader with a nationality twice', stated(readerOf(3, ['EST', 'EST']), whenStated)],
      ['a reader cleared to level 5', stated(readerOf(5, ['EST']), whenStated)],
    ] as const
  ).map(([name, bytes]) => ({ name, bytes, code: 'malformed-structure' })),
)

function readerOf(clearance: number, nationalities: readonly string[]): CborValue {
  const reader = new Map<number, CborValue>([
    [1, clearance],
    [2, nationalities],
  ])
  return new Map([[3, reader]])
}

export const structureRows: readonly Row[] = [
  ...rows('size', [
    { name: 'a byte more than 8 MiB', code: 'too-large', bytes: zeros(maxEnvelopeBytes + 1) },
  ]),
  ...rows('encoding', [
    {
      name: 'a tag in three bytes',
      code: 'malformed-cbor',
      bytes: concat(Uint8Array.of(0xd9, 0, 98), honest.subarray(2)),
    },
    { name: 'a byte after the end', code: 'malformed-cbor', bytes: concat(honest, zeros(1)) },
    { name: 'its last byte missing', code: 'malformed-cbor', bytes: honest.subarray(0, -1) },
    { name: 'nothing', code: 'malformed-cbor', bytes: zeros(0) },
    {
      name: 'an indefinite array',
      code: 'malformed-cbor',
      bytes: concat(honest.with(2, 0x9f), Uint8Array.of(0xff)),
    },
  ]),
  ...rows('structure', [
    ...structural,
    {
      name: 'a body that is not deterministic',
      code: 'malformed-cbor',
      bytes: forge({ payload: Uint8Array.of(0xd9, 0, 96, 0x80) }),
    },
    {
      name: 'typ of version 2',
      code: 'unknown-type',
      bytes: forge(header(headers.typ, 'application/vnd.pouch.envelope+cose; v=2')),
    },
    {
      name: 'typ of an attestation',
      code: 'unknown-type',
      bytes: forge(header(headers.typ, 'application/vnd.pouch.attestation+cose; v=1')),
    },
    {
      name: 'a foreign crit',
      code: 'unknown-critical',
      bytes: forge(header(headers.crit, [...critical, -65999])),
    },
    {
      name: 'a foreign crit alone',
      code: 'unknown-critical',
      bytes: forge(header(headers.crit, ['strange'])),
    },
    {
      name: 'AES-128-GCM in layer 0',
      code: 'wrong-algorithm',
      bytes: forge({ contentHeader: new Map([[1, 1]]) }),
    },
    { name: 'HPKE without post-quantum', code: 'wrong-algorithm', bytes: forge({ recipientAlgorithm: 35 }) },
  ]),
]
