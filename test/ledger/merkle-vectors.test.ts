/** Answers for the Merkle tree on published vectors: the reference tree, proofs good and bad, a log of millions. */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { fromBase64, toHex } from '../../protocol/bytes.ts'
import { leafHash } from '../../protocol/ledger/merkle.ts'
import { verifyConsistency, verifyInclusion } from '../../protocol/ledger/merkle-proof.ts'
import { hex } from '../support/bytes.ts'
import { readerOf, treeRoot } from '../support/ledger.ts'
import { counted, readJson, vectors } from '../support/vectors.ts'

const badProof: unknown = expect.objectContaining({ code: 'bad-proof' })

const base64 = z.string().transform((text) => fromBase64(text) ?? new Uint8Array(0))
const hexText = z.string().transform(hex)
const proofPath = z
  .array(base64)
  .nullable()
  .transform((hashes) => hashes ?? [])
const outcome = { desc: z.string(), wantErr: z.boolean() }
const inclusionVector = z.object({
  ...{ leafIdx: z.number(), treeSize: z.number(), root: base64, leafHash: base64, proof: proofPath },
  ...outcome,
})
const consistencyVector = z.object({
  ...{ size1: z.number(), size2: z.number(), root1: base64, root2: base64, proof: proofPath },
  ...outcome,
})
const referenceTree = z.object({
  leaf_inputs_hex: z.array(hexText),
  node_hashes_by_level: z.array(z.array(z.string())),
  root_hashes_by_size: z.array(z.string()),
})
const rekor = z.object({
  ...{ leafIdx: z.number(), treeSize: z.number(), leafBodyBase64: base64 },
  ...{ rootHex: hexText, proofHex: z.array(hexText) },
})

const merkleSet = vectors('ledger/transparency-dev-merkle')
const transcribed = vectors('ledger/transcribed')

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => path.join(folder, name))
}

describe('published vectors', () => {
  test.skipIf(merkleSet === undefined)('inclusion proofs, good and bad', () => {
    const rows = filesUnder(path.join(merkleSet ?? '', 'inclusion')).map((file) =>
      inclusionVector.parse(readJson(file)),
    )
    for (const row of counted('transparency-dev/merkle inclusion', rows)) {
      const proof = { index: row.leafIdx, size: row.treeSize, path: row.proof }
      const verify = () => verifyInclusion(row.leafHash, proof, row.root)
      if (row.wantErr) expect(verify, row.desc).toThrow(badProof)
      else expect(verify, row.desc).not.toThrow()
    }
  })

  test.skipIf(merkleSet === undefined)('consistency proofs, good and bad', () => {
    const rows = filesUnder(path.join(merkleSet ?? '', 'consistency')).map((file) =>
      consistencyVector.parse(readJson(file)),
    )
    for (const row of counted('transparency-dev/merkle consistency', rows)) {
      const proof = { first: row.size1, second: row.size2, path: row.proof }
      const verify = () => verifyConsistency(row.root1, proof, row.root2)
      if (row.wantErr) expect(verify, row.desc).toThrow(badProof)
      else expect(verify, row.desc).not.toThrow()
    }
  })

  test.skipIf(transcribed === undefined)('the reference tree of RFC 6962 implementations', () => {
    const tree = referenceTree.parse(readJson(path.join(transcribed ?? '', 'rfc6962-reference-tree.json')))
    const hashes = tree.leaf_inputs_hex.map(leafHash)
    for (const [size, root] of counted('RFC 6962 roots by size', tree.root_hashes_by_size).entries()) {
      expect(toHex(treeRoot(hashes.slice(0, size)))).toBe(root)
    }
    const nodes = tree.node_hashes_by_level.flatMap((level, i) => level.map((hash, j) => ({ i, j, hash })))
    for (const { i, j, hash } of counted('RFC 6962 nodes', nodes))
      expect(toHex(readerOf(hashes)(i, j))).toBe(hash)
  })

  test.skipIf(transcribed === undefined)('a proof of a log of 21 million entries', () => {
    const row = rekor.parse(readJson(path.join(transcribed ?? '', 'rekor-v1-inclusion.json')))
    counted('Rekor inclusion', [row])
    const proof = { index: row.leafIdx, size: row.treeSize, path: row.proofHex }
    expect(() => verifyInclusion(leafHash(row.leafBodyBase64), proof, row.rootHex)).not.toThrow()
    expect(() =>
      verifyInclusion(leafHash(row.leafBodyBase64), { ...proof, index: proof.index + 1 }, row.rootHex),
    ).toThrow(badProof)
  })
})
