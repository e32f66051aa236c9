/** Answers for entries: the chain inside the leaves, the commitment to every field, disclosure and shredding. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { equal, toHex } from '../../protocol/bytes.ts'
import { encode } from '../../protocol/cbor.ts'
import { discloseField, verifyDisclosure } from '../../protocol/ledger/disclosure.ts'
import {
  chain,
  commit,
  fieldHashes,
  fieldSalts,
  genesisHash,
  makeEntry,
  newEntryKey,
  parseLeaf,
  verifyLink,
  verifyRecord,
} from '../../protocol/ledger/entry.ts'
import {
  fieldNames,
  fieldValues,
  type LedgerRecord,
  ledgerRecord,
  parseRecord,
  recordBytes,
} from '../../protocol/ledger/record.ts'
import { backEnds, over } from '../support/back-ends.ts'
import { flipped } from '../support/bytes.ts'
import { descriptor, entries, fullRecord, keyOf, recordOf, smallRecord } from '../support/ledger.ts'

const brokenChain: unknown = expect.objectContaining({ code: 'broken-chain' })
const badProof: unknown = expect.objectContaining({ code: 'bad-proof' })
const refused: unknown = expect.objectContaining({ name: 'Rejected' })
const key = keyOf(7)
const genesis = genesisHash(descriptor)
const entry = makeEntry(genesis, fullRecord, key)

describe('leaf', () => {
  test('is [1, previous, commitment] in deterministic CBOR, always 70 bytes', () => {
    const commitment = commit(fullRecord, key)
    expect(toHex(entry.leaf)).toBe(toHex(encode([1, genesis, commitment])))
    expect(makeEntry(genesis, smallRecord, key).leaf).toHaveLength(entry.leaf.length)
    expect(parseLeaf(entry.leaf)).toEqual({ previous: genesis, commitment })
    expect(entry.leaf).toHaveLength(70)
  })

  test.each(backEnds)('is the same on $backEnd', async (suite) => {
    const bound = await over(suite, () => import('../../protocol/ledger/entry.ts'))
    expect(toHex(bound.makeEntry(genesis, fullRecord, key).leaf)).toBe(toHex(entry.leaf))
  })

  test.each([
    { name: 'another version', leaf: encode([2, genesis, genesis]) },
    { name: 'a short hash', leaf: encode([1, genesis, genesis.slice(1)]) },
    { name: 'a fourth item', leaf: encode([1, genesis, genesis, genesis]) },
    { name: 'a byte left over', leaf: Uint8Array.of(...entry.leaf, 0) },
    { name: 'a byte missing', leaf: entry.leaf.slice(0, -1) },
    { name: 'nothing', leaf: new Uint8Array(0) },
  ])('with $name is refused', ({ leaf }) => expect(() => parseLeaf(leaf)).toThrow(refused))
})

/** Follows the chain from the descriptor. */
function follow(leaves: readonly Uint8Array[]): void {
  leaves.reduce((previous, leaf) => verifyLink(leaf, previous), genesis)
}

describe('chain', () => {
  const leaves = entries(40).map(({ leaf }) => leaf)

  test('whole, it is followed from the descriptor to its end', () =>
    expect(() => follow(leaves)).not.toThrow())

  test('reordered, with one dropped, repeated or changed, it breaks', () => {
    fc.assert(
      fc.property(fc.nat(38), fc.nat(38), fc.nat(560), (i, j, bit) => {
        const [a, b] = [leaves[i] ?? genesis, leaves[j] ?? genesis]
        if (i !== j) expect(() => follow(leaves.with(i, b).with(j, a))).toThrow(brokenChain)
        expect(() => follow(leaves.toSpliced(i, 1))).toThrow(brokenChain)
        expect(() => follow(leaves.toSpliced(i, 0, a))).toThrow(brokenChain)
        expect(() => follow(leaves.with(i, flipped(a, bit)))).toThrow(refused)
      }),
    )
  })

  test('it is of one ledger: another descriptor, another first hash', () => {
    const others = [
      { ...descriptor, origin: 'nld.example/ledger' },
      { ...descriptor, created: descriptor.created + 1 },
      { ...descriptor, ed25519: flipped(descriptor.ed25519, 0) },
      { ...descriptor, mlDsa44: flipped(descriptor.mlDsa44, 0) },
      { ...descriptor, successorOf: { origin: 'est.example/old', size: 9, root: genesis } },
    ]
    const hashes = [descriptor, ...others].map((each) => toHex(genesisHash(each)))
    expect(new Set(hashes).size).toBe(6)
  })

  test('made ahead or at once, an entry is the same', () => {
    expect(chain(genesis, commit(fullRecord, key))).toEqual(entry)
  })
})

describe('record', () => {
  test('is read back from its bytes', () => {
    for (const record of [fullRecord, smallRecord]) expect(parseRecord(recordBytes(record))).toEqual(record)
  })

  test('has its fields committed in the order of its deterministic encoding', () => {
    const map = ledgerRecord.write(fullRecord)
    const names = map instanceof Map ? [...map.keys()] : []
    const encoded = toHex(recordBytes(fullRecord))
    expect(names).toHaveLength(fieldNames.length)
    const places = fieldNames.map((name) => encoded.indexOf(toHex(encode(name))))
    expect(places).toEqual([...places].sort((a, b) => a - b))
  })

  test('grounds are a set, written in order', () => {
    const record = { ...fullRecord, decision: { allow: false, grounds: ['b', 'a', 'b'], level: null } }
    expect(parseRecord(recordBytes(record)).decision).toEqual({
      allow: false,
      grounds: ['a', 'b'],
      level: null,
    })
  })

  const raw = (change: ReadonlyMap<string, unknown>) =>
    encode(new Map([...rawSmall, ...change]) as ReadonlyMap<string, string>)
  const rawSmall = [
    ['actor', 'EST'],
    ['at', 1],
    ['event', 'genesis'],
  ] as const
  test.each([
    { name: 'an event of no list', bytes: raw(new Map([['event', 'deletion']])) },
    { name: 'a field of no list', bytes: raw(new Map([['reason', 'x']])) },
    { name: 'a party that is no id', bytes: raw(new Map([['from', 'est']])) },
    { name: 'a digest of 31 bytes', bytes: raw(new Map([['digest', new Uint8Array(31)]])) },
    { name: 'a null for an absent field', bytes: raw(new Map([['from', null]])) },
    {
      name: 'grounds out of order',
      bytes: raw(
        new Map([
          [
            'decision',
            new Map<string, unknown>([
              ['allow', true],
              ['grounds', ['b', 'a']],
              ['level', null],
            ]),
          ],
        ]),
      ),
    },
    {
      name: 'no event',
      bytes: encode(
        new Map<string, string | number>([
          ['actor', 'EST'],
          ['at', 1],
        ]),
      ),
    },
  ])('with $name is refused', ({ bytes }) => expect(() => parseRecord(bytes)).toThrow(refused))
})

/** Every record that differs from this one in one field, or lacks one. */
function variations(record: LedgerRecord): readonly LedgerRecord[] {
  const changed: LedgerRecord[] = [
    { ...record, actor: 'NLD' },
    { ...record, at: record.at + 1 },
    { ...record, event: 'relay-failure' },
    { ...record, decision: { allow: true, grounds: [], level: 3 } },
    { ...record, to: ['NATO', 'NLD'] },
    {
      ...record,
      pairSequence: new Map([
        ['NATO', 8],
        ['NLD', 41],
      ]),
    },
    { ...record, registry: { version: 4, digest: new Uint8Array(32).fill(0x4e) } },
  ]
  const optional = fieldNames.filter((name) => !['actor', 'at', 'event'].includes(name))
  return [...changed, ...optional.map((name) => ({ ...record, [name]: undefined }))]
}

describe('commitment', () => {
  test('the record and the key are verified', () =>
    expect(() => verifyRecord(entry.leaf, fullRecord, key)).not.toThrow())

  test('a record with any field changed or missing is refused as broken-chain', () => {
    for (const record of variations(fullRecord))
      expect(() => verifyRecord(entry.leaf, record, key)).toThrow(brokenChain)
  })

  test('one flipped bit of leaf or key is refused', () => {
    for (let bit = 0; bit < 256; bit++) {
      expect(() => verifyRecord(entry.leaf, fullRecord, flipped(key, bit))).toThrow(brokenChain)
    }
    const start = 8 * (entry.leaf.length - 32)
    for (let bit = start; bit < 8 * entry.leaf.length; bit++) {
      expect(() => verifyRecord(flipped(entry.leaf, bit), fullRecord, key)).toThrow(brokenChain)
    }
  })

  test('shows nothing without the key: equal records have unequal commitments, equal fields unequal hashes', () => {
    const [one, other] = [newEntryKey(), newEntryKey()]
    expect(equal(commit(fullRecord, one), commit(fullRecord, other))).toBe(false)
    const absent = fieldHashes(smallRecord, one).map(toHex)
    expect(new Set(absent).size).toBe(fieldNames.length)
    expect(new Set(fieldSalts(one).map(toHex)).size).toBe(fieldNames.length)
  })

  test('a key of another length is our own error', () => {
    expect(() => commit(smallRecord, new Uint8Array(31))).toThrow(RangeError)
  })
})

describe('disclosure', () => {
  test('every field of a record is shown alone, an absent one as null', () => {
    for (const record of [fullRecord, smallRecord]) {
      const { leaf } = makeEntry(genesis, record, key)
      for (const [i, name] of fieldNames.entries()) {
        const shown = verifyDisclosure(leaf, discloseField(record, key, name))
        expect(toHex(encode(shown.value))).toBe(toHex(encode(fieldValues(record)[i] ?? null)))
        expect(shown.name).toBe(name)
      }
    }
  })

  test('one flipped bit of it, or of the commitment, is refused', () => {
    const bytes = discloseField(fullRecord, key, 'label')
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      expect(() => verifyDisclosure(entry.leaf, flipped(bytes, bit))).toThrow(refused)
    }
    expect(() => verifyDisclosure(flipped(entry.leaf, 559), bytes)).toThrow(badProof)
  })

  test('of another entry it is refused', () => {
    const [first, second] = entries(2)
    const bytes = discloseField(recordOf(0), keyOf(0), 'actor')
    expect(() => verifyDisclosure(first?.leaf ?? genesis, bytes)).not.toThrow()
    expect(() => verifyDisclosure(second?.leaf ?? genesis, bytes)).toThrow(badProof)
  })

  test('it holds nothing of the other fields', () => {
    const shown = toHex(discloseField(fullRecord, key, 'event'))
    const salts = fieldSalts(key)
    const hidden = fieldNames.flatMap((name, i) => (name === 'event' ? [] : [toHex(salts[i] ?? genesis)]))
    for (const salt of [...hidden, toHex(key)]) expect(shown).not.toContain(salt)
  })
})
