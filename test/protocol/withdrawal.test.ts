/** Withdrawals and signed status lists: the frozen vectors, what may not be stated, and which lists say nothing. */
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { present } from '../../protocol/attestation/issue.ts'
import { verifyAttestation } from '../../protocol/attestation/verify.ts'
import { toHex } from '../../protocol/bytes.ts'
import { directoryOf } from '../../protocol/directory.ts'
import type { Rejected } from '../../protocol/errors.ts'
import { acceptFirst } from '../../protocol/registry.ts'
import { packed } from '../../protocol/status-list.ts'
import { requireStanding, signStatusList } from '../../protocol/status-token.ts'
import {
  attestationDigest,
  signWithdrawal,
  verifyWithdrawal,
  type Withdrawal,
} from '../../protocol/withdrawal.ts'
import { hex } from '../support/bytes.ts'
import { est, nld, now } from '../support/parties.ts'
import { counted, readJson } from '../support/vectors.ts'

const code = (code: string) => expect.objectContaining({ code }) as Rejected
const json = (name: string): unknown => readJson(path.resolve(import.meta.dirname, `../vectors/${name}.json`))
const named = { name: z.string(), bytes: z.string() }
const vectors = z
  .object({
    now: z.number(),
    attestation: z.string(),
    accept: z.array(z.object({ ...named, facts: z.record(z.string(), z.unknown()) })),
    refuse: z.array(z.object({ ...named, code: z.string(), now: z.number() })),
  })
  .parse(json('withdrawal'))
const { registry } = z.object({ registry: z.string() }).parse(json('envelope'))
const { pinned } = z.object({ pinned: z.string() }).parse(json('registry'))
const directory = directoryOf(acceptFirst(hex(registry), pinned), vectors.now)

test.each(counted('withdrawal.json, accepted', vectors.accept))('$name', ({ bytes, facts }) => {
  const { attestation, statement, replacement, ...read } = verifyWithdrawal(
    hex(bytes),
    directory,
    vectors.now,
  )
  const digests = {
    ...{ attestation: toHex(attestation), statement: toHex(statement) },
    ...(replacement && { replacement: toHex(replacement) }),
  }
  expect({ ...read, ...digests }).toMatchObject(facts)
})

test.each(counted('withdrawal.json, refused', vectors.refuse))('$name is refused as $code', (row) => {
  expect(() => verifyWithdrawal(hex(row.bytes), directory, row.now)).toThrow(code(row.code))
})

test('an attestation has one digest, whichever of its identifiers are disclosed', () => {
  const whole = hex(vectors.attestation)
  const named = vectors.accept[0]?.facts['attestation']
  expect(toHex(attestationDigest(whole))).toBe(named)
  expect(toHex(attestationDigest(present(whole, [])))).toBe(named)
})

describe('nobody can state', () => {
  const sound: Withdrawal = {
    ...{ issuer: 'EST', attestation: new Uint8Array(32), kind: 'withdrawn', sequence: 1 },
    ...{ at: now, reason: 'review' },
  }
  const replacement = new Uint8Array(32)
  test.each<[string, Partial<Withdrawal>]>([
    ['a statement before the first', { sequence: 0 }],
    ['the end of what never began', { kind: 'reinstated' }],
    ['a replacement of what is suspended', { kind: 'suspended', replacement }],
  ])('%s', (_, change) => {
    expect(() => signWithdrawal({ ...sound, ...change }, est.signing)).toThrow(code('malformed-structure'))
  })
})

describe('a status list', () => {
  const attestation = verifyAttestation(hex(vectors.attestation), directory, now)
  const { uri, index } = attestation.status ?? { uri: '', index: 0 }
  const listed = (status: number, change = {}, signers = est.signing) =>
    signStatusList(
      { uri, issued: now, expires: now + 3600, list: packed(2, 1024, new Map([[index, status]])), ...change },
      signers,
    )
  const check = (token: Uint8Array) => () => requireStanding(attestation, token, directory, now)

  test('says that an attestation stands', () => {
    expect(check(listed(0))).not.toThrow()
  })

  test.each([
    ['withdrawn', 'status-withdrawn', listed(1)],
    ['suspended', 'status-withdrawn', listed(2)],
    ['of yesterday', 'status-unknown', listed(0, { issued: now - 7200, expires: now - 3600 })],
    ['of another address', 'status-unknown', listed(0, { uri: 'https://est.example/other' })],
    ['too short', 'status-unknown', listed(0, { list: packed(2, 8, new Map()) })],
    ['signed by another party', 'unknown-key', listed(0, {}, nld.signing)],
  ])('%s: %s', (_, wanted, token) => {
    expect(check(token)).toThrow(code(wanted))
  })
})
