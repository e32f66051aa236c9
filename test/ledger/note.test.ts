/** Answers for signed notes: the cases of Go's sumdb/note and of C2SP, and what malformed notes give. */
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { HeldSigningKey } from '../../keys/signing-key.ts'
import { fromBase64, fromUtf8, utf8 } from '../../protocol/bytes.ts'
import {
  formatNote,
  noteKey,
  noteTypes,
  parseNote,
  parseVkey,
  verifyNote,
  vkey,
} from '../../protocol/ledger/note.ts'
import { flipped } from '../support/bytes.ts'
import { counted, readJson, vectors } from '../support/vectors.ts'

const base64 = z.string().transform((text) => fromBase64(text) ?? new Uint8Array(0))
const sumdb = z.object({
  vkeys_valid: z.array(z.string()),
  vkeys_invalid: z.array(z.string()),
  test_signing_key: z.string(),
  deterministic_sign: z.object({ text: base64, want: base64 }),
  open_cases: z.array(
    z.object({
      ...{ name: z.string(), note: base64, keys: z.array(z.string()), ok: z.boolean() },
      verified: z.array(z.string()).default([]),
    }),
  ),
})
const cosignatures = z.object({ valid_vkeys: z.array(z.string()) })
const examples = z.object({ signed_note: z.object({ vkey: z.string(), note: base64 }) })

const set = vectors('ledger/transcribed')
const read = (name: string): unknown => readJson(path.join(set ?? '', name))
const badNote: unknown = expect.objectContaining({ code: 'bad-note' })
const refused: unknown = expect.objectContaining({ name: 'Rejected' })

describe.skipIf(set === undefined)('published vectors', () => {
  test('sumdb/note: every case of opening', () => {
    for (const row of counted('sumdb/note open', sumdb.parse(read('sumdb-note.json')).open_cases)) {
      const open = () => verifyNote(parseNote(row.note), row.keys.map(parseVkey)).map(({ name }) => name)
      if (row.ok) expect(open(), row.name).toEqual(row.verified)
      else expect(open, row.name).toThrow(refused)
    }
  })

  test('sumdb/note: a signature made as Go makes it', () => {
    const {
      test_signing_key: secret,
      deterministic_sign: row,
      vkeys_valid: valid,
    } = sumdb.parse(read('sumdb-note.json'))
    const seed = fromBase64(secret.split('+').slice(4).join('+'))?.slice(1) ?? new Uint8Array(0)
    const key = parseVkey(valid.find((each) => each.startsWith('PeterNeumann')) ?? '')
    const signature = new HeldSigningKey('ed25519', seed).sign(row.text)
    const signatures = [{ name: key.name, keyId: key.id, signature }]
    expect(formatNote({ text: fromUtf8(row.text), signatures })).toBe(fromUtf8(row.want))
    counted('sumdb/note sign', [row])
  })

  // The ML-DSA-44 vkey of cosignature-v1.json does not have the id that C2SP's formula gives for its own key.
  test('vkeys of every type are read and written alike', () => {
    const { vkeys_valid: plain, vkeys_invalid: invalid } = sumdb.parse(read('sumdb-note.json'))
    const [ed25519 = '', cosigner = '', misnamed = ''] = cosignatures.parse(
      read('cosignature-v1.json'),
    ).valid_vkeys
    const valid = [
      ...plain,
      ed25519,
      cosigner,
      z.object({ vkey: z.string() }).parse(read('mldsa44-subtree.json')).vkey,
    ]
    for (const text of counted('vkeys', valid)) expect(vkey(parseVkey(text))).toBe(text)
    for (const text of counted('vkeys to refuse', [...invalid, misnamed]))
      expect(() => parseVkey(text)).toThrow(refused)
  })

  test('the example of C2SP signed-note', () => {
    const { signed_note: row } = examples.parse(read('c2sp-spec-examples.json'))
    const key = parseVkey(row.vkey)
    expect(verifyNote(parseNote(row.note), [key])).toEqual([key])
    counted('C2SP signed-note', [row])
  })
})

const holder = new HeldSigningKey('ed25519', new Uint8Array(32).fill(5))
const key = noteKey('est.example/ledger', noteTypes.ed25519, holder.publicKey)
const text = 'one line\n\nand another\n'
const signed = (over = text) => {
  const line = { name: key.name, keyId: key.id, signature: holder.sign(utf8(over)) }
  return formatNote({ text: over, signatures: [line] })
}

describe('note', () => {
  test('is read back and verified', () => {
    const note = parseNote(utf8(signed()))
    expect(note.text).toBe(text)
    expect(verifyNote(note, [key])).toEqual([key])
    expect(formatNote(note)).toBe(signed())
  })

  test('one flipped bit anywhere is refused', () => {
    const bytes = utf8(signed())
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      expect(() => verifyNote(parseNote(flipped(bytes, bit)), [key])).toThrow(refused)
    }
  })

  const line = signed().split('\n\n').at(-1) ?? ''
  test.each([
    { name: 'no bytes', note: '' },
    { name: 'text alone', note: text },
    { name: 'no empty line', note: `one line\n${line}` },
    { name: 'no signature', note: 'one line\n\n' },
    { name: 'no last newline', note: signed().slice(0, -1) },
    { name: 'a carriage return', note: signed('one line\r\n') },
    { name: 'a tab', note: signed('one\tline\n') },
    { name: 'a hyphen for the dash', note: signed().replace('\u2014', '-') },
    { name: 'two spaces', note: signed().replace('\u2014 ', '\u2014  ') },
    { name: 'a plus in the name', note: signed().replace('\u2014 est', '\u2014 e+st') },
    { name: 'a space in the name', note: signed().replace('\u2014 est', '\u2014 e st') },
    { name: 'a no-break space in the name', note: signed().replace('\u2014 est', '\u2014 e\u00a0st') },
    { name: 'no signature bytes after the id', note: 'a\n\n\u2014 b AAAAAA==\n' },
    { name: 'base64 without padding', note: 'a\n\n\u2014 b AAAAAAA\n' },
    { name: 'base64 with loose bits', note: 'a\n\n\u2014 b AAAAAAB=\n' },
    { name: '101 signatures', note: `one line\n\n${line.repeat(101)}` },
    { name: 'more than 512 KiB', note: `${'x'.repeat(525_000)}\n\n${line}` },
  ])('with $name is refused as bad-note', ({ note }) => expect(() => parseNote(utf8(note))).toThrow(badNote))

  test('that is not UTF-8 is refused as bad-note', () => {
    expect(() => parseNote(Uint8Array.of(0xff, ...utf8(signed())))).toThrow(badNote)
  })

  test('100 signatures are read', () => {
    expect(parseNote(utf8(`one line\n\n${line.repeat(100)}`)).signatures).toHaveLength(100)
  })

  test('a line with the name or the id alone is another key’s', () => {
    const note = parseNote(utf8(signed()))
    const named = noteKey('nld.example/ledger', noteTypes.ed25519, holder.publicKey)
    const other = noteKey(
      key.name,
      noteTypes.ed25519,
      new HeldSigningKey('ed25519', new Uint8Array(32)).publicKey,
    )
    for (const stranger of [named, other, { ...key, name: 'x' }, { ...key, id: other.id }]) {
      expect(() => verifyNote(note, [stranger])).toThrow(
        expect.objectContaining({ code: 'missing-signature' }),
      )
    }
  })

  test('a cosignature key cannot have signed a text', () => {
    const type = noteTypes.ed25519Cosignature
    const cosigner = noteKey(key.name, type, holder.publicKey)
    const lines = [{ name: key.name, keyId: cosigner.id, signature: holder.sign(utf8(text)) }]
    expect(() => verifyNote({ text, signatures: lines }, [cosigner])).toThrow(
      expect.objectContaining({ code: 'bad-signature' }),
    )
  })
})

describe('vkey', () => {
  const good = vkey(key)
  test.each([
    { name: 'another id', text: good.replace(/\+[0-9a-f]{8}\+/, '+00000000+') },
    { name: 'another name', text: `x${good}` },
    { name: 'an id in capitals', text: 'x+ABCDEF01+AQ==' },
    { name: 'no key', text: good.replace(/[^+]*$/, '') },
    { name: 'a key of 31 bytes', text: good.replace(/.{4}$/, '') },
    { name: 'a space in the name', text: `a ${good}` },
    { name: 'nothing', text: '' },
  ])('with $name is refused', ({ text: bad }) => expect(() => parseVkey(bad)).toThrow(refused))

  test('of a type for another algorithm is refused', () => {
    expect(() => noteKey('x', noteTypes.mlDsa44Cosignature, holder.publicKey)).toThrow(
      expect.objectContaining({ code: 'wrong-algorithm' }),
    )
  })
})
