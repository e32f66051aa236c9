/** Answers for sealing and opening on random input: what goes in comes out, for every recipient, and lengths tell little. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { suite } from '#suite'
import { decode, type Tag } from '../../protocol/cbor.ts'
import { directoryOf } from '../../protocol/directory.ts'
import { decrypt, openEnvelope } from '../../protocol/envelope/open.ts'
import { isSizeClass, paddingFor } from '../../protocol/envelope/padding.ts'
import { seal, sealOffThread } from '../../protocol/envelope/seal.ts'
import { verify } from '../../protocol/envelope/verify.ts'
import { acceptFirst, type Party } from '../../protocol/registry.ts'
import { attestation, envelope, issuing, sealing, to } from '../support/objects.ts'
import {
  day,
  directory,
  document,
  nld,
  now,
  openingOf,
  pinnedRoots,
  roots,
  signedBy,
} from '../support/parties.ts'

const many = Array.from({ length: 8 }, (_, i) => ({ ...nld, id: `ORG-${i}`, opening: openingOf(`ORG-${i}`) }))
const listed = many.map(({ id, opening }): Party => {
  const [first] = document.parties
  if (first === undefined) throw new Error('no party')
  const ledger = `${id.toLowerCase()}.example/ledger`
  return { ...first, id, ledger, keys: [{ use: 'open', key: opening.publicKey, from: now - day }] }
})
const wide = directoryOf(
  acceptFirst(signedBy({ ...document, parties: [...document.parties, ...listed] }, roots), pinnedRoots),
  now,
)

/** Mostly small, some about the borders of the size classes, some large. */
const length = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 3000 }) },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(1024, 4096, 16_384, 65_536, 262_144, 524_288)
      .chain((size) => fc.integer({ min: size - 80, max: size })),
  },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 600_000 }) },
)
const documents = fc.array(
  length.chain((size) => fc.nat(255).map((byte) => new Uint8Array(size).fill(byte))),
  { minLength: 1, maxLength: 4 },
)

test('what is sealed is opened by each recipient, byte for byte', () => {
  const runs = 150
  fc.assert(
    fc.property(documents, fc.subarray(many, { minLength: 1 }), (sealed, recipients) => {
      const bytes = seal(sealing({ documents: sealed, recipients: recipients.map(to) }))
      const verified = verify(bytes, wide, now)
      expect(verified.recipients.map(({ party }) => party)).toEqual(recipients.map(({ id }) => id))
      expect(verified.digest).toEqual(suite.sha256(bytes))
      // By digest, since a comparison byte for byte takes longer here than all the rest.
      const expected = sealed.map((each) => suite.sha256(each))
      for (const { opening } of recipients) {
        expect(decrypt(verified, [opening]).map((each) => suite.sha256(each))).toEqual(expected)
      }
      const others = many.filter((party) => !recipients.includes(party)).map(({ opening }) => opening)
      expect(() => decrypt(verified, others)).toThrow(expect.objectContaining({ code: 'not-a-recipient' }))
    }),
    { numRuns: runs },
  )
  console.info(`${runs} random envelopes to 1–8 recipients opened by each of them and by nobody else`)
})

test('attestations come out verified, with what was disclosed', () => {
  const person = fc.record({
    surname: fc.constantFrom('Tamm', 'de Vries', 'Ōe', '張'),
    employer: fc.string({ minLength: 1, maxLength: 50, unit: 'grapheme' }),
  })
  fc.assert(
    fc.property(fc.array(person, { minLength: 1, maxLength: 3 }), (people) => {
      const sealed = people.map((identifiers) => attestation({ identifiers }))
      const { attestations } = openEnvelope(
        verify(envelope({ documents: sealed }), directory, now),
        [nld.opening],
        directory,
        now,
      )
      expect(attestations.map(({ identifiers }) => Object.fromEntries(identifiers))).toEqual(people)
      expect(attestations.map(({ clearance }) => clearance)).toEqual(people.map(() => issuing.clearance))
    }),
    { numRuns: 30 },
  )
})

/** Of the ciphertext, less the tag. */
function bodyLength(bytes: Uint8Array): number {
  const [, , payload] = (decode(bytes) as Tag).value as readonly Uint8Array[]
  const [, , ciphertext] = (decode(payload ?? new Uint8Array(0)) as Tag).value as readonly Uint8Array[]
  return (ciphertext?.length ?? 0) - 16
}

test('a length tells the size class and nothing else', () => {
  fc.assert(
    fc.property(documents, (sealed) => {
      const size = bodyLength(seal(sealing({ documents: sealed })))
      const content = sealed.reduce((sum, each) => sum + each.length, 0)
      expect(isSizeClass(size)).toBe(true)
      expect(size).toBeGreaterThan(content)
    }),
    { numRuns: 50 },
  )
  const lengths = [1, 100, 500, 900].map(
    (size) => seal(sealing({ documents: [new Uint8Array(size)] })).length,
  )
  expect(new Set(lengths).size).toBe(1)
})

test('the padding of every length up to 600 KiB meets a size class, and the smallest that it can', () => {
  const heads = [
    [1, 23],
    [2, 0xff],
    [3, 0xffff],
    [5, 2 ** 32],
  ] as const
  for (let length = 40; length < 600 * 1024; length += length < 5000 ? 1 : 7) {
    const padding = paddingFor(length)
    const head = heads.find(([, most]) => padding <= most)?.[0] ?? 9
    const whole = length - 1 + head + padding
    if (!isSizeClass(whole)) throw new Error(`${length} bytes and ${padding} of padding make ${whole}`)
  }
})

test('nothing repeats between two envelopes of one content', () => {
  const document = attestation()
  const [one, other] = [envelope({ documents: [document] }), envelope({ documents: [document] })]
  const parts = (bytes: Uint8Array) => verify(bytes, directory, now).parsed
  expect(parts(one).header.claims.cti).not.toEqual(parts(other).header.claims.cti)
  expect(parts(one).header.commitment).not.toEqual(parts(other).header.commitment)
  expect(parts(one).sealed[1].iv).not.toEqual(parts(other).sealed[1].iv)
})

test.each([
  ['no document', { documents: [] }, 'malformed-structure'],
  ['an empty document', { documents: [new Uint8Array(0)] }, 'malformed-structure'],
  ['no recipient', { recipients: [] }, 'malformed-structure'],
  ['more than 8 MiB', { documents: [new Uint8Array(8 * 1024 * 1024)] }, 'too-large'],
  ['a validity of eight days', { expiresAt: now + 8 * day }, 'bad-validity'],
  ['a party that is none', { issuer: 'est' }, 'malformed-structure'],
  ['a purpose of two words', { purpose: 'two words' }, 'malformed-structure'],
])('%s is not sealed', (_, change, code) => {
  expect(() => seal(sealing({ documents: [attestation()], ...change }))).toThrow(
    expect.objectContaining({ code }),
  )
})

test('a thousand recipients with long names are sealed to and verified', () => {
  const crowd = Array.from({ length: 1000 }, (_, i) => ({
    party: `ORGANISATION-WITH-A-LONG-NAME-${i + 1000}`.slice(-32).replace(/^[^A-Z]+/, 'X'),
    key: nld.opening.publicKey,
  }))
  const bytes = seal(sealing({ documents: [new Uint8Array(1)], recipients: crowd }))
  // One key stands for all, so the registry knows none of them; all that comes before has passed.
  expect(() => verify(bytes, directory, now)).toThrow(expect.objectContaining({ code: 'unknown-party' }))
  console.info(`${bytes.length} bytes: an envelope to 1000 recipients`)
})

test('signed off the thread it is the same envelope', async () => {
  const request = sealing({ documents: [attestation()], recipients: [to(nld)] })
  const read = (bytes: Uint8Array) =>
    openEnvelope(verify(bytes, directory, now), [nld.opening], directory, now)
  const [one, other] = [read(seal(request)), read(await sealOffThread(request))]
  expect(other.attestations.map(({ bytes }) => bytes)).toEqual(one.attestations.map(({ bytes }) => bytes))
  expect(other.envelope.bytes.length).toBe(one.envelope.bytes.length)
})
