/** Answers for tlog-proof files: the published texts, our own whole and damaged, refusals. */
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { fromBase64, toBase64, toHex, utf8 } from '../../protocol/bytes.ts'
import { signCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { proveInclusion } from '../../protocol/ledger/merkle-proof.ts'
import { formatProof, parseProof, verifyProof, verifyProofOf } from '../../protocol/ledger/proof.ts'
import { flipped } from '../support/bytes.ts'
import { bodyOf, entries, readerOf, signer } from '../support/ledger.ts'
import { counted, readJson, vectors } from '../support/vectors.ts'

const refused: unknown = expect.objectContaining({ name: 'Rejected' })
const code = (name: string): unknown => expect.objectContaining({ code: name })

const base64 = z.string().transform((text) => fromBase64(text) ?? new Uint8Array(0))
const published = z.object({
  marshal: z.array(
    z.object({
      ...{ index: z.number(), hashes: z.array(base64), checkpoint: z.string() },
      ...{ extra: base64.nullable(), want: z.string() },
    }),
  ),
  unmarshal_errors: z.array(z.object({ name: z.string(), in_: z.string() })),
})
const set = vectors('ledger/transcribed')

describe.skipIf(set === undefined)('published vectors', () => {
  const read = () => published.parse(readJson(path.join(set ?? '', 'tlog-proof-format.json')))

  test('texts are written and read alike', () => {
    for (const { index, hashes, checkpoint, extra, want } of counted('tlog-proof texts', read().marshal)) {
      const proof = { index, path: hashes, checkpoint, ...(extra === null ? {} : { extra }) }
      expect(formatProof(proof)).toBe(want)
      expect(parseProof(utf8(want))).toEqual(proof)
    }
  })

  test('malformed texts are refused', () => {
    for (const { name, in_: text } of counted('tlog-proof refusals', read().unmarshal_errors)) {
      expect(() => parseProof(utf8(text)), name).toThrow(code('bad-note'))
    }
  })
})

const made = entries(9)
const hashes = made.map(({ hash }) => hash)
const checkpoint = signCheckpoint(bodyOf(hashes), signer, 1_760_000_300)
const leafOf = (index: number): Uint8Array => made[index]?.leaf ?? new Uint8Array(0)
const proofOf = (index: number) => proveInclusion(index, 9, readerOf(hashes))
const textOf = (index: number) => formatProof({ ...proofOf(index), checkpoint, extra: leafOf(index) })
const good = textOf(4)
const verify = (text: string) => verifyProof(utf8(text), signer.keys)

describe('proof', () => {
  test('of every entry verifies offline, and gives its leaf', () => {
    for (let index = 0; index < 9; index++) {
      const found = verify(textOf(index))
      expect([found.index, found.checkpoint.size, toHex(found.leaf)]).toEqual([
        index,
        9,
        toHex(leafOf(index)),
      ])
    }
  })

  test('without its leaf it verifies for who brings the leaf', () => {
    const bare = utf8(formatProof({ ...proofOf(4), checkpoint }))
    expect(verifyProofOf(leafOf(4), bare, signer.keys).index).toBe(4)
    expect(() => verifyProofOf(leafOf(5), bare, signer.keys)).toThrow(code('bad-proof'))
    expect(() => verifyProof(bare, signer.keys)).toThrow(code('bad-proof'))
    expect(() => verifyProofOf(leafOf(5), utf8(good), signer.keys)).toThrow(code('bad-proof'))
  })

  test('one flipped bit of it is refused', () => {
    const bytes = utf8(good)
    for (let bit = 0; bit < 8 * bytes.length; bit += bit < 8 * 400 ? 3 : 89) {
      expect(() => verifyProof(flipped(bytes, bit), signer.keys)).toThrow(refused)
    }
  })

  const [hash = ''] = proofOf(4).path.map(toBase64)
  test.each([
    { name: 'another first line', text: good.replace('@v1', '@v2'), refusal: 'bad-note' },
    { name: 'a carriage return', text: good.replace('@v1\n', '@v1\r\n'), refusal: 'bad-note' },
    { name: 'no index', text: good.replace('index 4\n', ''), refusal: 'bad-note' },
    { name: 'an index with a leading zero', text: good.replace('index 4', 'index 04'), refusal: 'bad-note' },
    {
      name: 'an index beyond 2^53',
      text: good.replace('index 4', 'index 9007199254740993'),
      refusal: 'bad-note',
    },
    { name: 'two extra lines', text: good.replace('\nindex', '\nextra AA==\nindex'), refusal: 'bad-note' },
    {
      name: 'a hash of 31 bytes',
      text: good.replace(hash, toBase64(new Uint8Array(31))),
      refusal: 'bad-note',
    },
    { name: '65 hashes', text: good.replace(hash, `${hash}\n`.repeat(65).trimEnd()), refusal: 'bad-note' },
    { name: 'no checkpoint', text: good.slice(0, good.indexOf('\n\n') + 2), refusal: 'bad-note' },
    { name: 'nothing', text: '', refusal: 'bad-note' },
    { name: 'another index', text: good.replace('index 4', 'index 5'), refusal: 'bad-proof' },
    { name: 'a hash missing', text: good.replace(`${hash}\n`, ''), refusal: 'bad-proof' },
    {
      name: 'another hash',
      text: good.replace(hash, toBase64(leafOf(0).slice(0, 32))),
      refusal: 'bad-proof',
    },
    {
      name: 'another leaf',
      text: good.replace(toBase64(leafOf(4)), toBase64(leafOf(5))),
      refusal: 'bad-proof',
    },
    {
      name: 'a checkpoint signed once',
      text: good.split('\n').slice(0, -2).join('\n').concat('\n'),
      refusal: 'missing-signature',
    },
  ])('with $name is refused as $refusal', ({ text, refusal }) =>
    expect(() => verify(text)).toThrow(code(refusal)))

  test('that is not UTF-8 is refused as bad-note', () => {
    expect(() => parseProof(Uint8Array.of(0xff))).toThrow(code('bad-note'))
  })
})
