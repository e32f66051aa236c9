/** Answers for checks 9 to 14 of an envelope: for each, what only that check refuses, though gateways let it pass. */
import { describe, expect, test } from 'vitest'
import { suite } from '#suite'
import { encode } from '../../protocol/cbor.ts'
import { openEnvelope } from '../../protocol/envelope/open.ts'
import { verify } from '../../protocol/envelope/verify.ts'
import { Rejected } from '../../protocol/errors.ts'
import { headers } from '../../protocol/numbers.ts'
import { bodyOf, commitmentTo, type Fields, forge, honestHeader, zeros } from '../support/forge.ts'
import { collide } from '../support/gcm-collision.ts'
import { attestation, envelope } from '../support/objects.ts'
import { directory, nld, nos, now } from '../support/parties.ts'
import { recipientRows } from '../support/recipient-rows.ts'
import { onlyFailing, outcomes } from '../support/reports.ts'

test.each(recipientRows)('$check: $name is refused as $code', (row) => {
  expect(outcomes(row)).toEqual(onlyFailing(row))
})

describe('what a recipient holds in the end', () => {
  test('may be of another issuer, who is named', () => {
    const bytes = envelope({ documents: [attestation({ issuer: 'NATO-NOS', signers: nos.signing })] })
    const { attestations, envelope: carried } = openEnvelope(
      verify(bytes, directory, now),
      [nld.opening],
      directory,
      now,
    )
    expect([carried.issuer, ...attestations.map(({ issuer }) => issuer)]).toEqual(['EST', 'NATO-NOS'])
  })

  test('and names the document that was bad, and why, without its content', () => {
    const bytes = envelope({ documents: [attestation(), attestation({ expiresAt: now })] })
    expect(() => openEnvelope(verify(bytes, directory, now), [nld.opening], directory, now)).toThrow(
      expect.objectContaining({ code: 'bad-document', detail: 'document 1: expired: attestation' }),
    )
  })
})

function collision(keys: Keys, body: Uint8Array, aadWith: (free: Uint8Array) => Uint8Array) {
  for (let i = 0; i < 64; i++) {
    const iv = zeros(12).fill(i)
    const found = collide(keys, iv, body, aadWith)
    if (found !== undefined) return { iv, ...found }
  }
  throw new Error('no iv of 64 gave a collision')
}
type Keys = Parameters<typeof collide>[0]

test('one ciphertext that AES-GCM opens to two messages reaches one recipient only', () => {
  const keys = [zeros(32).fill(1), zeros(32).fill(2)] as const
  const body = bodyOf([attestation()], 16_384)
  const header = honestHeader()
  header.set(headers.commitment, commitmentTo(body))
  const aadWith = (id: Uint8Array): Uint8Array => {
    ;(header.get(headers.cwtClaims) as Fields).set(7, id)
    return encode(['Encrypt', encode(new Map([[1, 3]])), encode(['pouch/1 envelope', encode(header)])])
  }
  const { iv, free, ciphertext } = collision(keys, body, aadWith)
  const aad = aadWith(free)
  const opened = keys.map((key) => suite.aes256GcmOpen(key, iv, aad, ciphertext))
  // AES-GCM is content with both.
  expect(opened[0]).toEqual(body)
  expect(opened[1]).toHaveLength(body.length)
  expect(opened[1]).not.toEqual(body)

  const bytes = forge({
    ...{ iv, ciphertext, contentKeys: keys, body },
    header: (fields) => {
      for (const [label, value] of header) fields.set(label, value)
    },
  })
  const envelope = verify(bytes, directory, now)
  expect(openEnvelope(envelope, [nld.opening], directory, now).attestations).toHaveLength(1)
  expect(() => openEnvelope(envelope, [nos.opening], directory, now)).toThrow(
    expect.objectContaining({ code: 'cannot-open' }),
  )
})

test('all failures of decryption, padding and commitment look the same to a stranger', () => {
  const told = recipientRows
    .filter(({ code }) => code === 'cannot-open')
    .map(({ bytes }) => {
      try {
        openEnvelope(verify(bytes, directory, now), [nld.opening], directory, now)
      } catch (error) {
        if (error instanceof Rejected) return `${error.message}|${error.detail}|${String(error.cause)}`
      }
      return 'opened'
    })
  expect(told.length).toBeGreaterThan(20)
  expect([...new Set(told)]).toEqual(['cannot-open||undefined'])
})
