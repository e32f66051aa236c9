/** Answers for keys that act and are not read: however one is printed, only its id shows. */
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { HeldOpeningKey } from '../../keys/opening-key.ts'
import { Passphrase } from '../../keys/passphrase.ts'
import { HeldSigningKey } from '../../keys/signing-key.ts'
import { toBase64, toHex, utf8 } from '../../protocol/bytes.ts'

const seed = Uint8Array.from({ length: 32 }, (_, i) => 0xa0 + i)
const keys = [
  new HeldSigningKey('ed25519', seed),
  new HeldSigningKey('ml-dsa-65', seed),
  new HeldSigningKey('ml-dsa-44', seed),
  new HeldOpeningKey(seed),
]

function printed(value: HeldSigningKey | HeldOpeningKey | Passphrase): readonly string[] {
  return [
    String(value),
    JSON.stringify({ value }),
    inspect(value),
    inspect({ deep: [value] }, { depth: 10, showHidden: true, getters: true }),
    inspect(new Error('failed', { cause: value })),
    JSON.stringify(Object.getOwnPropertyNames(value)),
  ]
}

function shapes(secret: Uint8Array): readonly string[] {
  const numbers = [...secret.subarray(0, 4)]
  return [
    toHex(secret),
    toBase64(secret).slice(0, 20),
    numbers.join(','),
    numbers.join(', '),
    numbers.join('\n'),
  ]
}

describe('a secret key', () => {
  test.each(keys)('prints as its id alone: %s', (key) => {
    expect(String(key)).toBe(key.id)
    expect(JSON.stringify(key)).toBe(JSON.stringify(key.id))
    expect(inspect(key)).toBe(key.id)
    for (const text of printed(key)) for (const shape of shapes(seed)) expect(text).not.toContain(shape)
  })

  test('is the same key from the same seed, and another each time it is generated', () => {
    expect(new HeldSigningKey('ed25519', seed).id).toBe(keys[0]?.id)
    expect(HeldSigningKey.generate('ed25519').id).not.toBe(HeldSigningKey.generate('ed25519').id)
    expect(HeldOpeningKey.generate().id).not.toBe(HeldOpeningKey.generate().id)
  })

  test('does not change with the bytes that it was made from', () => {
    const given = seed.slice()
    const key = new HeldSigningKey('ed25519', given)
    given.fill(0)
    expect(key.exportSecretForBackup()).toEqual(seed)
    key.exportSecretForBackup().fill(0)
    expect(key.publicKey.verify(utf8('message'), key.sign(utf8('message')))).toBe(true)
  })

  test.each([0, 31, 33, 64])('is not made from %i bytes', (length) => {
    const refused: unknown = expect.objectContaining({ code: 'bad-key' })
    expect(() => new HeldSigningKey('ed25519', new Uint8Array(length))).toThrow(refused)
    expect(() => new HeldOpeningKey(new Uint8Array(length))).toThrow(refused)
  })
})

describe('a passphrase', () => {
  test('is not printed', () => {
    const words = 'four unrelated words here'
    for (const text of printed(new Passphrase(words))) {
      expect(text).not.toContain('unrelated')
      for (const shape of shapes(utf8(words))) expect(text).not.toContain(shape)
    }
  })

  test('is the same however its letters are composed', () => {
    const parameters = { salt: new Uint8Array(32), logCost: 10, blockSize: 8 }
    const composed = new Passphrase('Žižkov u Jiříka 1234'.normalize('NFC')).derive(parameters)
    expect(new Passphrase('Žižkov u Jiříka 1234'.normalize('NFD')).derive(parameters)).toEqual(composed)
  })
})

/** Checked by the compiler, never run: reading a secret is no program. */
export function doesNotCompile(
  signing: HeldSigningKey,
  opening: HeldOpeningKey,
  passphrase: Passphrase,
): unknown[] {
  return [
    // @ts-expect-error the seed is no property
    signing.seed,
    // @ts-expect-error nor is it one of another name
    signing.secret,
    // @ts-expect-error nor reachable by a name in brackets
    signing['#seed'],
    // @ts-expect-error an opening key has none either
    opening.seed,
    // @ts-expect-error a passphrase is derived from, not read
    passphrase.bytes,
    // @ts-expect-error a key takes no algorithm at signing
    signing.sign(new Uint8Array(), { algorithm: 'ed25519' }),
  ]
}
