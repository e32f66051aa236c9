/** The frozen vectors of suspension notices and of signatures of agreements: what they say today they must always say. */
import path from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { joinSignatures, signedAgreement, signersOf } from '../../protocol/agreement-signature.ts'
import { toHex } from '../../protocol/bytes.ts'
import { decodeAs, encodeAs } from '../../protocol/codec.ts'
import { directoryOf } from '../../protocol/directory.ts'
import type { Rejected } from '../../protocol/errors.ts'
import { agreement } from '../../protocol/policy/agreement.ts'
import { acceptFirst } from '../../protocol/registry.ts'
import { readNotice, requireNext, verifyNotice } from '../../protocol/suspension.ts'
import { hex } from '../support/bytes.ts'
import { counted, readJson } from '../support/vectors.ts'

const json = (name: string): unknown => readJson(path.resolve(import.meta.dirname, `../vectors/${name}.json`))
const named = { name: z.string(), bytes: z.string() }
const notices = z
  .object({
    now: z.number(),
    accept: z.array(z.object({ ...named, facts: z.record(z.string(), z.unknown()) })),
    refuse: z.array(z.object({ ...named, code: z.string(), now: z.number() })),
  })
  .parse(json('suspension'))
const signatures = z
  .object({ agreement: z.string(), signed: z.array(z.object(named)) })
  .parse(json('agreement-signature'))
const { registry } = z.object({ registry: z.string() }).parse(json('envelope'))
const { pinned } = z.object({ pinned: z.string() }).parse(json('registry'))
const held = acceptFirst(hex(registry), pinned)
const directory = directoryOf(held, notices.now)

test.each(counted('suspension.json, accepted', notices.accept))('$name', ({ bytes, facts }) => {
  const { previous, statement, ...notice } = verifyNotice(hex(bytes), directory, notices.now)
  const digests = { previous: previous === null ? null : toHex(previous), statement: toHex(statement) }
  expect({ ...notice, ...digests }).toMatchObject(facts)
})

test('the second follows the first', () => {
  const [first, second] = notices.accept.map(({ bytes }) => readNotice(hex(bytes)))
  if (first === undefined || second === undefined) throw new Error('two notices')
  requireNext(first, undefined)
  requireNext(second, first)
  expect(() => requireNext(second, undefined)).toThrow(
    expect.objectContaining({ code: 'out-of-order' }) as Rejected,
  )
})

test.each(counted('suspension.json, refused', notices.refuse))('$name is refused as $code', ({
  bytes,
  code,
  now,
}) => {
  expect(() => verifyNotice(hex(bytes), directory, now)).toThrow(
    expect.objectContaining({ code }) as Rejected,
  )
})

test.each(counted('agreement-signature.json', signatures.signed))('$name signed the agreement', ({
  name,
  bytes,
}) => {
  const signed = decodeAs(signedAgreement, hex(bytes))
  expect(toHex(encodeAs(signedAgreement, signed))).toBe(bytes)
  const of = decodeAs(agreement, hex(signatures.agreement))
  expect([...signersOf(of, held.document, joinSignatures([signed])[0]?.signatures ?? [])]).toEqual([name])
  const changed = { ...of, title: `${of.title}!` }
  expect(() => [...signersOf(changed, held.document, signed.signatures)]).toThrow(
    expect.objectContaining({ code: 'bad-signature' }) as Rejected,
  )
})
