/** Answers for checkpoints: both signatures over exactly what C2SP says, witnesses, and refusals. */
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { HeldSigningKey } from '../../keys/signing-key.ts'
import { concat, fromBase64, toBase64, utf8 } from '../../protocol/bytes.ts'
import {
  checkpointText,
  noteKeys,
  parseCheckpoint,
  signCheckpoint,
  verifyCheckpoint,
  verifyWitnesses,
} from '../../protocol/ledger/checkpoint.ts'
import { cosign, subtreeMessage, verifyCosignature } from '../../protocol/ledger/cosignature.ts'
import {
  formatNote,
  noteKey,
  noteTypes,
  parseNote,
  parseVkey,
  signaturesBy,
} from '../../protocol/ledger/note.ts'
import { flipped } from '../support/bytes.ts'
import { bodyOf, entries, origin, signer } from '../support/ledger.ts'
import { counted, readJson, vectors } from '../support/vectors.ts'

const at = 1_760_000_100
const body = bodyOf(entries(5).map(({ hash }) => hash))
const { keys } = signer
const text = checkpointText(body)
const good = signCheckpoint(body, signer, at)
const refused: unknown = expect.objectContaining({ name: 'Rejected' })
const code = (name: string): unknown => expect.objectContaining({ code: name })
const verify = (note: string) => verifyCheckpoint(utf8(note), keys)

const set = vectors('ledger/transcribed')
const base64 = z.string().transform((encoded) => fromBase64(encoded) ?? new Uint8Array(0))
const examples = z.object({
  cosigned_checkpoint: z.object({ note: base64, cosignature_timestamp: z.number() }),
})
const timestamped = z.object({ timestamp_of_signature: z.object({ signature: base64, unix: z.number() }) })

describe.skipIf(set === undefined)('published vectors', () => {
  test('the example of C2SP tlog-cosignature is read, and is signed by no key of ours', () => {
    const file = path.join(set ?? '', 'c2sp-spec-examples.json')
    const { note, cosignature_timestamp: time } = examples.parse(readJson(file)).cosigned_checkpoint
    const checkpoint = parseCheckpoint(note)
    expect([checkpoint.origin, checkpoint.size]).toEqual(['example.com/behind-the-sofa', 20_852_163])
    const [, witness] = checkpoint.note.signatures
    expect(new DataView(witness?.signature.buffer ?? new ArrayBuffer(8)).getBigUint64(0)).toBe(BigInt(time))
    expect(() => verifyCheckpoint(note, { ...keys, origin: checkpoint.origin })).toThrow(
      code('missing-signature'),
    )
    counted('C2SP cosigned checkpoint', [note])
  })

  test('the time stands in the first eight bytes of a cosignature', () => {
    const file = path.join(set ?? '', 'cosignature-v1.json')
    const { signature, unix } = timestamped.parse(readJson(file)).timestamp_of_signature
    expect(new DataView(signature.buffer, signature.byteOffset + 4).getBigUint64(0)).toBe(BigInt(unix))
    counted('C2SP cosignature time', [unix])
  })
})

const subtree = z.object({
  ...{ vkey: z.string(), signature: base64, log_origin: z.string() },
  ...{ start: z.number(), end: z.number(), timestamp: z.number(), root: base64 },
})

test.skipIf(set === undefined)(
  'a subtree signature of another implementation: ML-DSA-44 over cosigned_message',
  () => {
    const row = subtree.parse(readJson(path.join(set ?? '', 'mldsa44-subtree.json')))
    const { name, id, key } = parseVkey(row.vkey)
    const message = subtreeMessage(name, row.timestamp, row.log_origin, row, row.root)
    expect(row.signature.slice(0, 4)).toEqual(id)
    expect(key.verify(message, row.signature.slice(12))).toBe(true)
    expect(key.verify(subtreeMessage(name, 1, row.log_origin, row, row.root), row.signature.slice(12))).toBe(
      false,
    )
    counted('C2SP ML-DSA-44 subtree signature', [row])
  },
)

describe('checkpoint', () => {
  test('is read back and verified, with its time', () => {
    const checkpoint = verify(good)
    expect(checkpoint).toMatchObject({ ...body, at, extensions: [] })
    expect(checkpoint.note.text).toBe(`${origin}\n5\n${toBase64(body.root)}\n`)
  })

  test('signs what C2SP says, letter for letter', () => {
    const [plain, post] = noteKeys(keys)
    const note = parseNote(utf8(good))
    const [ed25519] = signaturesBy(note, plain)
    expect(keys.ed25519.verify(utf8(text), ed25519 ?? body.root)).toBe(true)
    const [mlDsa44 = body.root] = signaturesBy(note, post)
    const time = Uint8Array.of(0, 0, 0, 0, 0x68, 0xe7, 0x78, 0x64)
    const name = Uint8Array.of(origin.length, ...utf8(origin))
    const size = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 5)
    const message = concat(utf8('subtree/v1\n\0'), name, time, name, new Uint8Array(8), size, body.root)
    expect(mlDsa44.slice(0, 8)).toEqual(time)
    expect(keys.mlDsa44.verify(message, mlDsa44.slice(8))).toBe(true)
  })

  test('one flipped bit of the text, and of each signature, is refused', () => {
    const bytes = utf8(good)
    // The whole text and Ed25519 signature; of the much longer ML-DSA-44 line every 67th bit.
    for (let bit = 0; bit < 8 * bytes.length; bit += bit < 8 * 200 ? 1 : 67) {
      expect(() => verifyCheckpoint(flipped(bytes, bit), keys)).toThrow(refused)
    }
  })

  const lines = (note: string): string[] => note.split('\n').slice(-3, -1)
  const [ed = '', ml = ''] = lines(good)
  const other = signCheckpoint({ ...body, size: 6 }, signer, at)
  const untimed = signCheckpoint(body, signer, 0)
  const extended = `${text}extension\n`
  const extendedNote = formatNote({
    text: extended,
    signatures: [
      { name: origin, keyId: noteKeys(keys)[0].id, signature: signer.pair[0].sign(utf8(extended)) },
    ],
  })
  test.each([
    { name: 'no ML-DSA-44 signature', note: `${text}\n${ed}\n`, refusal: 'missing-signature' },
    { name: 'no Ed25519 signature', note: `${text}\n${ml}\n`, refusal: 'missing-signature' },
    { name: 'an ML-DSA-44 signature without time', note: untimed, refusal: 'missing-signature' },
    {
      name: 'the signatures of another checkpoint',
      note: `${text}\n${lines(other).join('\n')}\n`,
      refusal: 'bad-signature',
    },
    {
      name: 'the ML-DSA-44 signature of another',
      note: `${text}\n${ed}\n${lines(other)[1] ?? ''}\n`,
      refusal: 'bad-signature',
    },
    {
      name: 'a further wrong signature',
      note: `${good}${lines(other)[0] ?? ''}\n`,
      refusal: 'bad-signature',
    },
    { name: 'another origin', note: good.replace(origin, 'nld.example/ledger'), refusal: 'bad-note' },
    { name: 'an extension line, well signed by both', note: `${extendedNote}${ml}\n`, refusal: 'bad-note' },
    { name: 'a size with a leading zero', note: good.replace('\n5\n', '\n05\n'), refusal: 'bad-note' },
    { name: 'a size with a sign', note: good.replace('\n5\n', '\n+5\n'), refusal: 'bad-note' },
    { name: 'a size beyond 2^53', note: good.replace('\n5\n', '\n9007199254740992\n'), refusal: 'bad-note' },
    { name: 'no size', note: good.replace('\n5\n', '\n\n'), refusal: 'bad-note' },
    {
      name: 'a root of 31 bytes',
      note: good.replace(toBase64(body.root), toBase64(body.root.slice(1))),
      refusal: 'bad-note',
    },
    { name: 'no origin', note: good.replace(origin, ''), refusal: 'bad-note' },
    { name: 'text alone', note: text, refusal: 'bad-note' },
  ])('with $name is refused as $refusal', ({ note, refusal }) =>
    expect(() => verify(note)).toThrow(code(refusal)))

  test('lines of unknown keys are left alone', () => {
    expect(verify(`${good}\u2014 witness.example/w1 ${toBase64(new Uint8Array(80))}\n`).size).toBe(5)
  })

  test('of another ledger it is not ours to sign', () => {
    expect(() => signCheckpoint({ ...body, origin: 'x' }, signer, at)).toThrow(RangeError)
  })
})

describe('witnesses', () => {
  const holders = [
    new HeldSigningKey('ed25519', new Uint8Array(32).fill(11)),
    new HeldSigningKey('ml-dsa-44', new Uint8Array(32).fill(12)),
  ] as const
  const witnesses = [
    noteKey('nld.example/witness', noteTypes.ed25519Cosignature, holders[0].publicKey),
    noteKey('nld.example/witness', noteTypes.mlDsa44Cosignature, holders[1].publicKey),
  ] as const
  const checkpoint = parseCheckpoint(utf8(good))
  const witnessed = (key: 0 | 1, time: number, size = body.size) => {
    const seen = { ...body, size, text: checkpointText({ ...body, size }) }
    return cosign(witnesses[key], holders[key], seen, time)
  }
  const noted = (...further: ReturnType<typeof witnessed>[]) =>
    verify(formatNote({ text, signatures: [...checkpoint.note.signatures, ...further] }))

  test('each that cosigned is given with its last time', () => {
    const found = verifyWitnesses(
      noted(witnessed(0, at + 1), witnessed(1, at + 2), witnessed(0, at + 9)),
      witnesses,
    )
    expect([...found.values()]).toEqual([at + 9, at + 2])
    expect(verifyWitnesses(noted(), witnesses).size).toBe(0)
  })

  test('a cosignature of another checkpoint, or damaged, is refused as bad-signature', () => {
    for (const key of [0, 1] as const) {
      expect(() => verifyWitnesses(noted(witnessed(key, at, 6)), witnesses)).toThrow(code('bad-signature'))
      const line = witnessed(key, at)
      for (let bit = 0; bit < 8 * line.signature.length; bit += 101) {
        const damaged = { ...line, signature: flipped(line.signature, bit) }
        expect(() => verifyWitnesses(noted(damaged), witnesses)).toThrow(code('bad-signature'))
      }
    }
  })

  test('the name of the cosigner is signed with ML-DSA-44', () => {
    const [, witness] = witnesses
    const renamed = { ...witness, name: 'bel.example/witness' }
    const line = witnessed(1, at).signature
    const seen = { ...body, text }
    expect(verifyCosignature(witness, seen, line)).toBe(at)
    expect(verifyCosignature(renamed, seen, line)).toBeUndefined()
    expect(verifyCosignature(witness, seen, line.slice(0, 8))).toBeUndefined()
  })
})
