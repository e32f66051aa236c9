/** Answers for the request to a witness and its answer: read as written, refused with a code, and who counts as a witness. */
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { fromHex, toHex, utf8 } from '../../protocol/bytes.ts'
import { signCheckpoint, verifyCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { proveConsistency } from '../../protocol/ledger/merkle-proof.ts'
import { formatNote, type NoteSignature } from '../../protocol/ledger/note.ts'
import {
  cosignCheckpoint,
  formatAddCheckpoint,
  formatCosignatures,
  formatSize,
  isCosignedBy,
  joinCosignatures,
  parseAddCheckpoint,
  parseSize,
  readCosignatures,
  witnessesOf,
} from '../../protocol/ledger/witness.ts'
import { backEnds, over } from '../support/back-ends.ts'
import { bodyOf, entries, readerOf, signer } from '../support/ledger.ts'
import { counted, readJson, vectorFile } from '../support/vectors.ts'
import { answerRows, requestRows, witness, witnessCalled } from '../support/witness-rows.ts'

const at = 1_760_000_100
const hashes = entries(7).map(({ hash }) => hash)
const body = bodyOf(hashes)
const note = signCheckpoint(body, signer, at)
const checkpoint = verifyCheckpoint(utf8(note), signer.keys)
const proof = proveConsistency(5, 7, readerOf(hashes)).path
const request = formatAddCheckpoint({ old: 5, proof, checkpoint: note })
const lines = cosignCheckpoint(checkpoint, witness, at + 5)
const answer = formatCosignatures(lines)
const code = (name: string): unknown => expect.objectContaining({ code: name })

const hex = z.string().transform((text) => fromHex(text) ?? new Uint8Array(0))
const keysForm = z.object({ origin: z.string(), ed25519: hex, mlDsa44: hex })
const vectorForm = z.object({
  ledger: keysForm,
  witness: keysForm,
  accept: z.array(
    z.object({
      ...{
        name: z.string(),
        old: z.number(),
        size: z.number(),
        root: z.string(),
        proof: z.array(z.string()),
      },
      ...{ request: z.string(), answer: z.string(), at: z.number() },
    }),
  ),
  refuse: z.array(z.object({ name: z.string(), code: z.string(), request: z.string() })),
  refuseAnswer: z.array(z.object({ name: z.string(), code: z.string(), answer: z.string() })),
})

describe.each(backEnds)('own vectors on $backEnd', (suite) => {
  test('requests and answers', async () => {
    const api = await over(suite, async () => ({
      ...(await import('../../protocol/key.ts')),
      ...(await import('../../protocol/ledger/checkpoint.ts')),
      ...(await import('../../protocol/ledger/witness.ts')),
    }))
    const file = vectorForm.parse(readJson(path.resolve(import.meta.dirname, '../vectors/witness.json')))
    const keysOf = ({ origin, ed25519, mlDsa44 }: z.infer<typeof keysForm>) => ({
      origin,
      ed25519: api.verificationKey('ed25519', ed25519),
      mlDsa44: api.verificationKey('ml-dsa-44', mlDsa44),
    })
    const witnessKeys = keysOf(file.witness)
    const seenOf = (text: string) =>
      api.verifyCheckpoint(utf8(api.parseAddCheckpoint(utf8(text)).checkpoint), keysOf(file.ledger))
    for (const row of counted(`witness.json, to accept (${suite.backEnd})`, file.accept)) {
      const asked = api.parseAddCheckpoint(utf8(row.request))
      expect([asked.old, asked.proof.map(toHex), asked.origin]).toEqual([
        row.old,
        row.proof,
        file.ledger.origin,
      ])
      const seen = seenOf(row.request)
      expect([seen.size, toHex(seen.root)]).toEqual([row.size, row.root])
      const joined = api.joinCosignatures(seen, api.readCosignatures(utf8(row.answer), seen, witnessKeys))
      const found = api.witnessesOf(
        api.verifyCheckpoint(utf8(joined), keysOf(file.ledger)),
        new Map([['NLD', witnessKeys]]),
      )
      expect([...found]).toEqual([['NLD', row.at]])
    }
    for (const row of counted(`witness.json, to refuse (${suite.backEnd})`, file.refuse))
      expect(() => api.parseAddCheckpoint(utf8(row.request)), row.name).toThrow(code(row.code))
    const seen = seenOf(file.accept[1]?.request ?? '')
    for (const row of counted(`answers to refuse (${suite.backEnd})`, file.refuseAnswer))
      expect(() => api.readCosignatures(utf8(row.answer), seen, witnessKeys), row.name).toThrow(
        code(row.code),
      )
  })
})

const examples = vectorFile('ledger/transcribed', 'c2sp-spec-examples.json')
test.skipIf(examples === undefined)('the checkpoint of C2SP’s own example can be asked for', () => {
  const form = z.object({ cosigned_checkpoint: z.object({ note: z.base64() }) })
  const { note: encoded } = form.parse(readJson(examples ?? '')).cosigned_checkpoint
  const text = Buffer.from(encoded, 'base64').toString()
  const asked = parseAddCheckpoint(utf8(formatAddCheckpoint({ old: 20_852_014, proof, checkpoint: text })))
  expect(asked).toMatchObject({ old: 20_852_014, origin: 'example.com/behind-the-sofa', checkpoint: text })
  counted('C2SP add-checkpoint', [asked])
})

describe('a request', () => {
  test('is read as it was written', () => {
    const asked = parseAddCheckpoint(utf8(request))
    expect(asked).toEqual({ old: 5, proof, checkpoint: note, origin: signer.keys.origin })
    expect(formatAddCheckpoint(asked)).toBe(request)
  })

  test('may hold 63 hashes, and no proof at all', () => {
    const longest = Array.from({ length: 63 }, () => body.root)
    for (const path of [[], longest]) {
      const text = formatAddCheckpoint({ old: 0, proof: path, checkpoint: note })
      expect(parseAddCheckpoint(utf8(text)).proof).toEqual(path)
    }
  })

  test('of another log’s checkpoint, extension lines and all, is read too: its signer is asked later', () => {
    const text = note.replace('\n\n', '\nextension\n\n')
    expect(parseAddCheckpoint(utf8(`old 0\n\n${text}`)).checkpoint).toBe(text)
  })

  test.each(requestRows(request))('with $name is refused as $code', (row) => {
    expect(() => parseAddCheckpoint(utf8(row.request))).toThrow(code(row.code))
  })

  test('that is no text is refused', () => {
    expect(() => parseAddCheckpoint(Uint8Array.of(0x6f, 0x6c, 0x64, 0x20, 0xff))).toThrow(code('bad-note'))
  })
})

describe('a size', () => {
  test('is read as it was written', () => {
    for (const size of [0, 1, 20_852_163, Number.MAX_SAFE_INTEGER])
      expect(parseSize(utf8(formatSize(size)))).toBe(size)
  })

  test.each([
    '',
    '\n',
    '7',
    '07\n',
    '-7\n',
    '7\n\n',
    ' 7\n',
    '7 \n',
    '9007199254740992\n',
  ])('%j is none', (text) => {
    expect(() => parseSize(utf8(text))).toThrow(code('bad-note'))
  })
})

describe('an answer', () => {
  const read = (text: string) => readCosignatures(utf8(text), checkpoint, witness.keys)

  test('gives both lines of the witness, and no others', () => {
    expect(read(answer)).toEqual(lines)
    const belgium = witnessCalled('bel.example/ledger', 21)
    expect(read(formatCosignatures(cosignCheckpoint(checkpoint, belgium, at)) + answer)).toEqual(lines)
  })

  test.each(answerRows(note, answer))('with $name is refused as $code', (row) => {
    expect(() => read(row.answer)).toThrow(code(row.code))
  })

  test('joined again takes the place of the earlier lines', () => {
    const once = verifyCheckpoint(utf8(joinCosignatures(checkpoint, lines)), signer.keys)
    const later = cosignCheckpoint(checkpoint, witness, at + 60)
    const twice = verifyCheckpoint(utf8(joinCosignatures(once, later)), signer.keys)
    expect(twice.note.signatures).toEqual([...checkpoint.note.signatures, ...later])
  })
})

describe('who cosigned', () => {
  const other = witnessCalled('bel.example/ledger', 21)
  const witnesses = new Map([
    ['NLD', witness.keys],
    ['BEL', other.keys],
    ['EST', signer.keys],
  ])
  const found = (...further: readonly NoteSignature[]) =>
    witnessesOf(verifyCheckpoint(utf8(joinCosignatures(checkpoint, further)), signer.keys), witnesses)

  test('nobody, but the ledger itself', () => {
    expect(found().size).toBe(0)
  })

  test('each with both lines, at the older of their times', () => {
    const [early] = cosignCheckpoint(checkpoint, other, at + 1)
    const [, late] = cosignCheckpoint(checkpoint, other, at + 9)
    expect([...found(...lines, early, late)]).toEqual([
      ['NLD', at + 5],
      ['BEL', at + 1],
    ])
  })

  test('not who has one line', () => {
    for (const line of lines) expect(found(line).size).toBe(0)
  })

  test('not the owner, though its own line of type 0x06 is like a witness’s', () => {
    const renamed = { ...signer, keys: { ...signer.keys, origin: 'renamed.example/ledger' } }
    const [line] = cosignCheckpoint(checkpoint, renamed, at)
    const [own] = checkpoint.note.signatures
    expect(own?.name).toBe(signer.keys.origin)
    expect(found({ ...line, name: signer.keys.origin }).size).toBe(0)
    expect(() => cosignCheckpoint(checkpoint, signer, at)).toThrow(RangeError)
  })

  test('is wholly refused when a line of a witness is wrong', () => {
    const [ed25519, mlDsa44] = lines
    const wrong = { ...mlDsa44, signature: mlDsa44.signature.with(100, 7 ^ (mlDsa44.signature[100] ?? 0)) }
    expect(() => found(ed25519, wrong)).toThrow(code('bad-signature'))
  })

  test('a witness knows its own lines again, whoever signed the checkpoint', () => {
    const unsigned = { ...checkpoint, note: { text: checkpoint.note.text, signatures: lines } }
    expect(isCosignedBy(unsigned, witness.keys)).toBe(true)
    expect(isCosignedBy(unsigned, other.keys)).toBe(false)
    expect(isCosignedBy({ ...unsigned, size: 8 }, witness.keys)).toBe(false)
    expect(formatNote(unsigned.note)).toContain(answer)
  })
})
