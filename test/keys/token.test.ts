/** Answers for keys in a PKCS #11 token: they sign there, open the keystore's files there, and each failure has its code. */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inspect } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { changeOpener } from '../../keys/change-opener.ts'
import { listKeys } from '../../keys/key-folder.ts'
import { createKeystore, openKeystore } from '../../keys/keystore.ts'
import { Passphrase } from '../../keys/passphrase.ts'
import { Pin } from '../../keys/pin.ts'
import { Token } from '../../keys/token.ts'
import type { VerificationKey } from '../../protocol/key.ts'
import { utf8 } from '../../protocol/bytes.ts'
import { jsonOf, pouch } from '../support/command-line.ts'
import { softHsm } from '../support/softhsm.ts'

const hsm = softHsm()
const work = mkdtempSync(path.join(tmpdir(), 'pouch-token-'))
const now = 1_795_435_200
const message = utf8('message')
const code = (expected: string): unknown => expect.objectContaining({ code: expected }) as unknown

afterAll(() => {
  rmSync(work, { recursive: true })
  hsm?.remove()
})

const place = hsm?.token('keys') ?? { module: '', label: '' }
const marked = hsm?.token('marked') ?? place
const opened = (): Token => new Token(place, new Pin(hsm?.pin ?? ''))

describe.skipIf(hsm === undefined)('a keystore with a token', () => {
  const token = hsm === undefined ? undefined : opened()
  const folder = path.join(work, 'keys')
  const held = (): Token => {
    if (token === undefined) throw new Error('no token')
    return token
  }

  test('makes its Ed25519 keys there, wraps all others with a key that stays there, and opens again', () => {
    const made = createKeystore(folder, held())
    for (const use of ['sign', 'open', 'transport', 'ledger'] as const) made.add(use, now)
    const again = openKeystore(folder, held())
    expect(
      again
        .list()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(
      made
        .list()
        .map(({ id }) => id)
        .sort(),
    )
    const places = listKeys(folder).map(({ use, publicKey, held: where }) => [
      use,
      publicKey.algorithm,
      where,
    ])
    expect(places).toEqual([
      ['ledger', 'ed25519', 'token'],
      ['ledger', 'ml-dsa-44', 'file'],
      ['open', 'hpke-9-ke', 'file'],
      ['sign', 'ed25519', 'token'],
      ['sign', 'ml-dsa-65', 'file'],
      ['transport', 'ed25519', 'token'],
    ])
  })

  test('signs as any other key does, beside the thread too, many at once', async () => {
    const [key] = openKeystore(folder, held()).signingPair()
    const listed = listKeys(folder).find(({ id }) => id === key.id)?.publicKey as VerificationKey
    expect(listed.verify(message, key.sign(message))).toBe(true)
    const many = await Promise.all(Array.from({ length: 64 }, () => key.signOffThread(message)))
    expect(many.every((signature) => listed.verify(message, signature))).toBe(true)
  })

  test('goes on after the token’s sessions were lost', async () => {
    const [key] = openKeystore(folder, held()).signingPair()
    const before = key.sign(message)
    held().close()
    expect(key.sign(message)).toEqual(before)
    held().close()
    expect(await key.signOffThread(message)).toEqual(before)
  })

  test('shows neither the PIN nor what the token holds', () => {
    const keystore = openKeystore(folder, held())
    const shown: readonly { toString(): string }[] = [
      keystore,
      held(),
      new Pin(hsm?.pin ?? ''),
      keystore.signingPair()[0],
    ]
    for (const each of shown) {
      const texts = [each.toString(), JSON.stringify({ each }), inspect(each, { showHidden: true, depth: 9 })]
      for (const text of texts) expect(text).not.toContain(hsm?.pin)
    }
  })

  test('refuses a passphrase, and a key that the token no longer holds', () => {
    expect(() => openKeystore(folder, new Passphrase('four unrelated words here'))).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^(wrong-passphrase|no-token)$/) as unknown }),
    )
    const keystore = openKeystore(folder, held())
    const [key] = keystore.signingPair()
    const file = keystore.find(key.id)?.file ?? ''
    const kept = readFileSync(path.join(folder, file))
    keystore.destroyForever(key.id)
    expect(() => key.sign(message)).toThrow(code('no-such-key'))
    writeFileSync(path.join(folder, file), kept, { mode: 0o600 })
    expect(() => openKeystore(folder, held())).toThrow(code('no-such-key'))
    rmSync(path.join(folder, file))
  })

  test('refuses a file that names another key of the token', () => {
    const other = path.join(work, 'swapped')
    mkdirSync(other, { mode: 0o700 })
    for (const file of readdirSync(folder)) copyFileSync(path.join(folder, file), path.join(other, file))
    const [first, second] = ['transport-1-ed25519.key', 'ledger-1-ed25519.key']
    const bytes = readFileSync(path.join(other, first))
    // Another object's name in the place of its own: the checksum shows it, as it shows every flip.
    bytes.set(readFileSync(path.join(other, second)).subarray(60, 90), 60)
    writeFileSync(path.join(other, first), bytes)
    expect(() => openKeystore(other, held())).toThrow(code('damaged-key-file'))
  })

  test('takes the place of a passphrase', () => {
    const other = path.join(work, 'moved')
    const words = new Passphrase('four unrelated words here')
    const id = createKeystore(other, words).add('open', now)[0]?.id
    expect(changeOpener(other, words, held())).toBe(1)
    const keystore = openKeystore(other, held())
    expect(keystore.openingKeys().map((key) => key.id)).toEqual([id])
    expect(() => openKeystore(other, words)).toThrow(code('wrong-passphrase'))
    keystore.add('transport', now)
    expect(() => changeOpener(other, held(), words)).toThrow(code('no-token'))
  })
})

test.skipIf(hsm === undefined)(
  'a data folder made with a token needs its PIN and no passphrase',
  async () => {
    const data = ['--data', path.join(work, 'data')]
    const url = ['--url', 'https://pouch.example.ee']
    const where = ['--pkcs11-module', place.module, '--pkcs11-token', place.label]
    const init = ['init', 'EST', ...url, ...where, ...data, '--json']
    expect(jsonOf(await pouch(init))).toMatchObject({ configuration: [expect.stringContaining('POUCH_PIN')] })
    expect((await pouch(init, { POUCH_PIN: hsm?.pin ?? '' })).code).toBe(0)
    const made = await pouch(['keys', 'new', 'sign', ...data], { POUCH_PIN: hsm?.pin ?? '' })
    expect(made).toMatchObject({ code: 0, err: '' })
    const { keys } = jsonOf(await pouch(['keys', 'list', '--json', ...data])) as {
      readonly keys: readonly { readonly held: string }[]
    }
    expect(keys.filter(({ held }) => held === 'token')).toHaveLength(4)
    expect(keys).toHaveLength(8)
  },
)

describe.skipIf(hsm === undefined)('a token refuses', () => {
  test('a wrong PIN, once: then it is not given again until somebody logs in elsewhere', () => {
    const log = (pin: string) => () => new Token(marked, new Pin(pin))
    expect(log('not the pin')).toThrow(code('wrong-pin'))
    expect(log('not the pin')).toThrow(code('locked-pin'))
    expect(log(hsm?.pin ?? '')).toThrow(code('locked-pin'))
  })

  test.each([
    ['a label that no token has', () => ({ ...place, label: 'nobody' }), 'no-token'],
    ['a module that is not there', () => ({ ...place, module: '/nowhere.so' }), 'no-token-module'],
    ['a library that is no module', () => ({ ...place, module: 'libc.so.6' }), 'no-token-module'],
  ])('%s', (_, where, expected) => {
    expect(() => new Token(where(), new Pin(hsm?.pin ?? ''))).toThrow(code(expected))
  })

  test('to open what it did not seal', () => {
    const token = opened()
    const sealed = token.seal(new Uint8Array(32))
    const changed = sealed.sealed.map((byte, i) => (i === 0 ? byte ^ 1 : byte))
    expect(() => token.open({ ...sealed, sealed: changed })).toThrow(code('token-failed'))
    expect(() => token.open({ ...sealed, wrappingKey: new Uint8Array(16) })).toThrow(code('no-such-key'))
  })
})
