/** A receipt becomes a proof only under a ledger that is its own, grown, and that enough witnesses cosigned after it. */
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../protocol/bytes.ts'
import { signCheckpoint, verifyCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { proveInclusion } from '../../protocol/ledger/merkle-proof.ts'
import { verifyProof } from '../../protocol/ledger/proof.ts'
import { receipt, verifyReceipt } from '../../protocol/ledger/receipt.ts'
import { signRoot } from '../../protocol/ledger/signed-root.ts'
import { grow, nodesFromTiles, parseTile, tileBytes, tilePath } from '../../protocol/ledger/tiles.ts'
import { emptyFrontier } from '../../protocol/ledger/merkle.ts'
import { requireWitnessed, tilesForUpgrade, upgrade } from '../../protocol/ledger/upgrade.ts'
import { cosignCheckpoint, joinCosignatures } from '../../protocol/ledger/witness.ts'
import { bodyOf, entries, readerOf, signer } from '../support/ledger.ts'
import { witness } from '../support/witness-rows.ts'

const at = 1_790_000_000
const made = entries(9)
const hashes = made.map(({ hash }) => hash)

function receiptOf(index: number, size: number) {
  const signed = signRoot(bodyOf(hashes.slice(0, size)), signer, at)
  const leaf = made[index]?.leaf ?? new Uint8Array(0)
  const inclusion = proveInclusion(index, size, readerOf(hashes.slice(0, size)))
  return verifyReceipt(receipt(signed, leaf, inclusion), signer.keys)
}

function checkpointOf(of: readonly Uint8Array[], cosigned = true) {
  const plain = verifyCheckpoint(utf8(signCheckpoint(bodyOf(of), signer, at)), signer.keys)
  if (!cosigned) return plain
  const joined = joinCosignatures(plain, cosignCheckpoint(plain, witness, at + 5))
  return verifyCheckpoint(utf8(joined), signer.keys)
}

const witnesses = new Map([['NLD', witness.keys]])

describe('a receipt', () => {
  test.each([
    [0, 1, 9],
    [3, 4, 9],
    [4, 5, 5],
    [6, 7, 8],
    [8, 9, 9],
  ])('of entry %i in %i entries becomes a proof under %i', (index, size, grown) => {
    const of = receiptOf(index, size)
    const checkpoint = checkpointOf(hashes.slice(0, grown))
    expect(requireWitnessed(of, checkpoint, witnesses, 1)).toEqual(new Map([['NLD', at + 5]]))
    const proof = upgrade(of, checkpoint, readerOf(hashes.slice(0, grown)))
    expect(verifyProof(utf8(proof), signer.keys)).toMatchObject({ index, leaf: of.leaf })
  })

  test('needs the tiles that it names, and no others', () => {
    const of = receiptOf(3, 4)
    const checkpoint = checkpointOf(hashes)
    const { edge } = grow(emptyFrontier, [], hashes)
    const served = new Map(
      tilesForUpgrade(of, checkpoint).map((tile) => {
        const bytes = tileBytes((edge[tile.level] ?? []).slice(0, tile.width))
        return [tilePath(tile), parseTile(bytes, tile.width)]
      }),
    )
    expect([...served.keys()]).toEqual(['tile/0/000.p/9'])
    const read = nodesFromTiles(checkpoint.size, (tile) => served.get(tilePath(tile)) ?? [])
    expect(verifyProof(utf8(upgrade(of, checkpoint, read)), signer.keys).index).toBe(3)
  })

  test('of a history that the ledger no longer tells is kept as evidence of that', () => {
    const other = [...hashes.slice(0, 2), ...hashes.slice(3), ...hashes.slice(2, 3)]
    const of = receiptOf(3, 4)
    expect(() => upgrade(of, checkpointOf(other), readerOf(other))).toThrow(
      expect.objectContaining({ code: 'bad-proof' }),
    )
    const same = other.slice(0, 4)
    expect(() => upgrade(of, checkpointOf(same), readerOf(same))).toThrow(
      expect.objectContaining({ code: 'bad-proof' }),
    )
  })

  test.each([
    ['nobody cosigned', checkpointOf(hashes, false), 1],
    ['one cosigned and two are needed', checkpointOf(hashes), 2],
    ['what was cosigned is older', checkpointOf(hashes.slice(0, 3)), 1],
  ])('is not upgraded when %s', (_, checkpoint, needed) => {
    expect(() => requireWitnessed(receiptOf(3, 4), checkpoint, witnesses, needed)).toThrow(
      expect.objectContaining({ code: 'no-quorum' }),
    )
  })
})
