/** Answers for our own frozen vectors of the ledger: each accepted as it says, each refused with its code, on both back ends. */
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { toHex, utf8 } from '../../protocol/bytes.ts'
import { backEnds, over } from '../support/back-ends.ts'
import { hex } from '../support/bytes.ts'
import { counted, readJson } from '../support/vectors.ts'

const text = z.string()
const bytes = text.transform(hex)
const place = { index: z.number(), size: z.number(), root: text, leaf: text, at: z.number() }
const entryFile = z.object({
  ...{ descriptor: bytes, genesisHash: text },
  accept: z.array(
    z.object({
      ...{
        name: text,
        previous: bytes,
        key: bytes,
        record: bytes,
        commitment: text,
        leaf: bytes,
        hash: text,
      },
      disclosures: z.array(z.object({ field: text, disclosure: bytes })),
    }),
  ),
  refuse: z.array(
    z.object({ name: text, code: text, previous: bytes, key: bytes, record: bytes, leaf: bytes }),
  ),
  refuseDisclosure: z.array(z.object({ name: text, code: text, leaf: bytes, disclosure: bytes })),
})
const ledger = z.object({ origin: text, ed25519: bytes, mlDsa44: bytes })
const checkpointFile = z.object({
  ledger,
  accept: z.array(z.object({ name: text, note: text, size: z.number(), root: text, at: z.number() })),
  refuse: z.array(z.object({ name: text, code: text, note: text })),
})
const receiptFile = z.object({
  ledger,
  accept: z.array(z.object({ name: text, receipt: bytes, ...place })),
  refuse: z.array(z.object({ name: text, code: text, receipt: bytes })),
  acceptProof: z.array(z.object({ name: text, proof: text, ...place })),
  refuseProof: z.array(z.object({ name: text, code: text, proof: text })),
})

const load = (name: string): unknown =>
  readJson(path.resolve(import.meta.dirname, '../vectors', `${name}.json`))
const code = (name: string): unknown => expect.objectContaining({ code: name })

describe.each(backEnds)('own vectors on $backEnd', (suite) => {
  const bind = () =>
    over(suite, async () => ({
      ...(await import('../../protocol/key.ts')),
      ...(await import('../../protocol/codec.ts')),
      ...(await import('../../protocol/ledger/entry.ts')),
      ...(await import('../../protocol/ledger/record.ts')),
      ...(await import('../../protocol/ledger/disclosure.ts')),
      ...(await import('../../protocol/ledger/checkpoint.ts')),
      ...(await import('../../protocol/ledger/receipt.ts')),
      ...(await import('../../protocol/ledger/proof.ts')),
    }))
  type Bound = Awaited<ReturnType<typeof bind>>
  const keysOf = ({ verificationKey }: Bound, { origin, ed25519, mlDsa44 }: z.infer<typeof ledger>) => {
    return {
      origin,
      ed25519: verificationKey('ed25519', ed25519),
      mlDsa44: verificationKey('ml-dsa-44', mlDsa44),
    }
  }

  test('entries', async () => {
    const { decodeAs, descriptor, genesisHash, parseRecord, verifyLink, verifyRecord, ...api } = await bind()
    const file = entryFile.parse(load('entry'))
    expect(toHex(genesisHash(decodeAs(descriptor, file.descriptor)))).toBe(file.genesisHash)
    for (const row of counted(`entry.json, to accept (${suite.backEnd})`, file.accept)) {
      expect(toHex(verifyLink(row.leaf, row.previous))).toBe(row.hash)
      verifyRecord(row.leaf, parseRecord(row.record), row.key)
      expect(toHex(api.commit(parseRecord(row.record), row.key))).toBe(row.commitment)
      for (const { field, disclosure } of row.disclosures) {
        expect(api.verifyDisclosure(row.leaf, disclosure).name).toBe(field)
      }
    }
    for (const row of counted(`entry.json, to refuse (${suite.backEnd})`, file.refuse)) {
      const verify = () => {
        verifyLink(row.leaf, row.previous)
        verifyRecord(row.leaf, parseRecord(row.record), row.key)
      }
      expect(verify, row.name).toThrow(code(row.code))
    }
    for (const row of counted(`disclosures to refuse (${suite.backEnd})`, file.refuseDisclosure)) {
      expect(() => api.verifyDisclosure(row.leaf, row.disclosure), row.name).toThrow(code(row.code))
    }
  })

  test('checkpoints', async () => {
    const bound = await bind()
    const { verifyCheckpoint } = bound
    const file = checkpointFile.parse(load('checkpoint'))
    const keys = keysOf(bound, file.ledger)
    for (const row of counted(`checkpoint.json, to accept (${suite.backEnd})`, file.accept)) {
      const { size, root, at } = verifyCheckpoint(utf8(row.note), keys)
      expect([size, toHex(root), at]).toEqual([row.size, row.root, row.at])
    }
    for (const row of counted(`checkpoint.json, to refuse (${suite.backEnd})`, file.refuse)) {
      expect(() => verifyCheckpoint(utf8(row.note), keys), row.name).toThrow(code(row.code))
    }
  })

  test('receipts and proofs', async () => {
    const bound = await bind()
    const { verifyProof, verifyReceipt } = bound
    const file = receiptFile.parse(load('receipt'))
    const keys = keysOf(bound, file.ledger)
    for (const row of counted(`receipt.json, to accept (${suite.backEnd})`, file.accept)) {
      const { index, size, root, leaf, at } = verifyReceipt(row.receipt, keys)
      expect([index, size, toHex(root), toHex(leaf), at]).toEqual([
        row.index,
        row.size,
        row.root,
        row.leaf,
        row.at,
      ])
    }
    for (const row of counted(`receipt.json, to refuse (${suite.backEnd})`, file.refuse)) {
      expect(() => verifyReceipt(row.receipt, keys), row.name).toThrow(code(row.code))
    }
    for (const row of counted(`tlog proofs to accept (${suite.backEnd})`, file.acceptProof)) {
      const { index, leaf, checkpoint } = verifyProof(utf8(row.proof), keys)
      expect([index, toHex(leaf), toHex(checkpoint.root)]).toEqual([row.index, row.leaf, row.root])
    }
    for (const row of counted(`tlog proofs to refuse (${suite.backEnd})`, file.refuseProof)) {
      expect(() => verifyProof(utf8(row.proof), keys), row.name).toThrow(code(row.code))
    }
  })
})
