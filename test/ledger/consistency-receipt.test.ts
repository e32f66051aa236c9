/** Answers for consistency receipts: the frozen ones on both back ends, every pair of sizes, damage, and who may hold what. */
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { toHex } from '../../protocol/bytes.ts'
import {
  consistencyOrigin,
  consistencyReceipt,
  verifyConsistencyReceipt,
} from '../../protocol/ledger/consistency-receipt.ts'
import { proveConsistency } from '../../protocol/ledger/merkle-proof.ts'
import { signRoot } from '../../protocol/ledger/signed-root.ts'
import { consistencyAt } from '../../src/ledger/consistency.ts'
import { backEnds, over } from '../support/back-ends.ts'
import { flipped, hex } from '../support/bytes.ts'
import { eachDatabase } from '../support/databases.ts'
import { bodyOf, entries, origin, readerOf, signer, treeRoot } from '../support/ledger.ts'
import { eventOf, openTestSequencer } from '../support/sequenced.ts'
import { counted, readJson } from '../support/vectors.ts'

const text = z.string()
const bytes = text.transform(hex)
const vectorFile = z.object({
  ledger: z.object({ origin: text, ed25519: bytes, mlDsa44: bytes }),
  accept: z.array(
    z.object({
      ...{ name: text, receipt: bytes, first: z.number(), firstRoot: bytes },
      ...{ second: z.number(), root: text, at: z.number() },
    }),
  ),
  refuse: z.array(z.object({ name: text, code: text, receipt: bytes })),
})
const vectors = vectorFile.parse(readJson(path.resolve(import.meta.dirname, '../vectors/consistency.json')))
const code = (name: string): unknown => expect.objectContaining({ code: name })
const refused: unknown = expect.objectContaining({ name: 'Rejected' })

describe.each(backEnds)('frozen vectors on $backEnd', (suite) => {
  const bind = () =>
    over(suite, async () => ({
      ...(await import('../../protocol/key.ts')),
      ...(await import('../../protocol/ledger/consistency-receipt.ts')),
    }))
  const keysOf = ({ verificationKey }: Awaited<ReturnType<typeof bind>>) => ({
    origin: vectors.ledger.origin,
    ed25519: verificationKey('ed25519', vectors.ledger.ed25519),
    mlDsa44: verificationKey('ml-dsa-44', vectors.ledger.mlDsa44),
  })

  test('are accepted as they say, and refused with their codes', async () => {
    const bound = await bind()
    const keys = keysOf(bound)
    for (const row of counted(`consistency.json, to accept (${suite.backEnd})`, vectors.accept)) {
      const held = { size: row.first, root: row.firstRoot }
      const { second, at } = bound.verifyConsistencyReceipt(row.receipt, keys, held)
      expect([second.size, toHex(second.root), at]).toEqual([row.second, row.root, row.at])
    }
    for (const row of counted(`consistency.json, to refuse (${suite.backEnd})`, vectors.refuse)) {
      expect(() => bound.verifyConsistencyReceipt(row.receipt, keys), row.name).toThrow(code(row.code))
    }
  })
})

const hashes = entries(11).map(({ hash }) => hash)
const rootAt = (size: number): Uint8Array => treeRoot(hashes.slice(0, size))
const signedAt = (size: number) => signRoot(bodyOf(hashes.slice(0, size)), signer, 1_760_000_200)
const receiptOf = (first: number, second: number): Uint8Array =>
  consistencyReceipt(
    signedAt(second),
    rootAt(first),
    proveConsistency(first, second, readerOf(hashes.slice(0, second))),
  )
const good = receiptOf(5, 11)

describe('a consistency receipt', () => {
  test('of every pair of sizes is verified', () => {
    for (let second = 1; second <= 11; second++) {
      for (let first = 1; first <= second; first++) {
        const held = { size: first, root: rootAt(first) }
        const found = verifyConsistencyReceipt(receiptOf(first, second), signer.keys, held)
        expect([found.second.size, toHex(found.second.root)]).toEqual([second, toHex(rootAt(second))])
      }
    }
  })

  test('says of which ledger it is', () => expect(consistencyOrigin(good)).toBe(origin))

  test('is not accepted by whoever holds another tree', () => {
    for (const held of [
      { size: 4, root: rootAt(4) },
      { size: 5, root: rootAt(4) },
      { size: 4, root: rootAt(5) },
    ])
      expect(() => verifyConsistencyReceipt(good, signer.keys, held)).toThrow(code('bad-proof'))
  })

  test('of a ledger that changed an entry cannot be made', () => {
    const changed = hashes.with(2, flipped(hashes[2] ?? rootAt(1), 0))
    const forked = signRoot(bodyOf(changed), signer, 1_760_000_200)
    const proof = proveConsistency(5, 11, readerOf(changed))
    const bytes = consistencyReceipt(forked, rootAt(5), proof)
    expect(() => verifyConsistencyReceipt(bytes, signer.keys)).toThrow(refused)
  })

  test('with one flipped bit anywhere is refused', () => {
    fc.assert(
      fc.property(fc.nat(8 * good.length - 1), (bit) => {
        expect(() => verifyConsistencyReceipt(flipped(good, bit), signer.keys)).toThrow(refused)
      }),
      { numRuns: 400 },
    )
    for (let bit = 0; bit < 8 * 320; bit++)
      expect(() => verifyConsistencyReceipt(flipped(good, bit), signer.keys)).toThrow(refused)
  })

  test('of a tree of another size than was signed is our own error', () => {
    const proof = proveConsistency(5, 10, readerOf(hashes.slice(0, 10)))
    expect(() => consistencyReceipt(signedAt(11), rootAt(5), proof)).toThrow(RangeError)
  })
})

eachDatabase('a stored ledger', ({ open }) => {
  test('gives one from every earlier tree to each that it signed, and to no other', async () => {
    const database = await open()
    const sequencer = await openTestSequencer(database)
    const trees = []
    for (const key of ['a', 'b', 'c']) trees.push(await sequencer.push(eventOf(key)))
    await sequencer.close()
    for (const held of trees) {
      const bytes = await consistencyAt(database, origin, held.size, 4)
      const { second } = verifyConsistencyReceipt(bytes ?? new Uint8Array(0), signer.keys, held)
      expect([second.size, toHex(second.root)]).toEqual([4, toHex(trees.at(-1)?.root ?? held.root)])
    }
    for (const [first, second] of [
      [0, 4],
      [4, 3],
      [1, 5],
    ] as const)
      expect(await consistencyAt(database, origin, first, second)).toBeUndefined()
  })
})
