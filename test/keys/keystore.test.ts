/** Answers for secrets at rest: what a keystore gives back, and every way in which it refuses. */
import { suite } from '#suite'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createKeystore, type Keystore, openKeystore } from '../../keys/keystore.ts'
import { listKeys } from '../../keys/key-folder.ts'
import { Passphrase } from '../../keys/passphrase.ts'
import { toHex, utf8 } from '../../protocol/bytes.ts'
import { decode, encode } from '../../protocol/cbor.ts'

const now = 1_795_435_200
const passphrase = new Passphrase('four unrelated words here')
const root = mkdtempSync(path.join(tmpdir(), 'pouch-keystore-'))
const original = path.join(root, 'original')
let keystore: Keystore

beforeAll(() => {
  keystore = createKeystore(original, passphrase)
  for (const use of ['sign', 'open', 'ledger', 'transport', 'root'] as const) keystore.add(use, now)
})
afterAll(() => {
  keystore.close()
  rmSync(root, { recursive: true })
})

const code = (expected: string): unknown => expect.objectContaining({ code: expected }) as unknown

/** A folder of its own with a copy of the keys. */
function copied(name: string): string {
  const folder = path.join(root, name)
  mkdirSync(folder, { mode: 0o700 })
  for (const file of readdirSync(original)) copyFileSync(path.join(original, file), path.join(folder, file))
  return folder
}

describe('a keystore', () => {
  test('gives back the keys that were added to it, which act as before', () => {
    const opened = openKeystore(original, passphrase)
    expect(
      opened
        .list()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(
      keystore
        .list()
        .map(({ id }) => id)
        .sort(),
    )
    const message = utf8('message')
    for (const use of ['sign', 'ledger', 'root'] as const) {
      const [classical, postQuantum] = opened.signingPair(use)
      expect([classical.algorithm, postQuantum.algorithm]).toEqual([
        'ed25519',
        use === 'ledger' ? 'ml-dsa-44' : 'ml-dsa-65',
      ])
      for (const key of [classical, postQuantum]) {
        const listing = keystore.find(key.id)
        if (listing?.publicKey.algorithm === 'hpke-9-ke' || listing === undefined)
          throw new Error('not a signing key')
        expect(listing.publicKey.verify(message, key.sign(message))).toBe(true)
      }
    }
    const [opening] = opened.openingKeys()
    if (opening === undefined) throw new Error('no opening key')
    const { ciphertext, sharedSecret } = opening.publicKey.encapsulate()
    expect(opening.decapsulate(ciphertext)).toEqual(sharedSecret)
    expect(opened.transportKey().id).toBe(keystore.transportKey().id)
    opened.close()
  })

  test('lists its keys without a passphrase', () => {
    const listed = listKeys(original)
    expect(listed.map(({ file }) => file)).toEqual(readdirSync(original).sort())
    expect(listed.map(({ use }) => use).sort()).toEqual(
      ['ledger', 'ledger', 'open', 'root', 'root', 'sign', 'sign', 'transport'].sort(),
    )
    expect(listed.every(({ created, generation }) => created === now && generation === 1)).toBe(true)
  })

  test('is a folder of mode 0700 with files of mode 0600', () => {
    expect(statSync(original).mode & 0o777).toBe(0o700)
    for (const file of readdirSync(original))
      expect(statSync(path.join(original, file)).mode & 0o777).toBe(0o600)
  })

  test('rotates: the newest generation is used, older opening keys still open, a destroyed key is gone', () => {
    const folder = copied('rotating')
    const rotating = openKeystore(folder, passphrase)
    const [before] = rotating.openingKeys()
    const [added] = rotating.add('open', now + 1)
    expect(added?.generation).toBe(2)
    expect(rotating.openingKeys().map(({ id }) => id)).toEqual([added?.id, before?.id])
    rotating.destroyForever(before?.id ?? '')
    rotating.close()
    expect(
      openKeystore(folder, passphrase)
        .openingKeys()
        .map(({ id }) => id),
    ).toEqual([added?.id])
  })

  test('passes over half a pair, as a crash between its two files leaves it', () => {
    const folder = copied('half')
    const opened = openKeystore(folder, passphrase)
    const [, second] = opened.add('sign', now)
    rmSync(path.join(folder, second?.file ?? ''))
    expect(openKeystore(folder, passphrase).signingPair()[0].id).toBe(keystore.signingPair()[0].id)
  })

  test('wraps nothing after it was closed', () => {
    const closed = openKeystore(copied('closed'), passphrase)
    closed.close()
    expect(() => closed.add('open', now)).toThrow(TypeError)
  })

  test('never writes a secret in the clear', () => {
    for (const file of readdirSync(original)) {
      const bytes = toHex(readFileSync(path.join(original, file)))
      for (const opening of keystore.openingKeys())
        expect(bytes).not.toContain(toHex(opening.exportSecretForBackup()))
    }
  })
})

/** The parts of a key file, to change one and write it again with a right checksum. */
function rewritten(file: string, change: (header: Map<unknown, unknown>) => void): void {
  const parts = decode(readFileSync(file)) as [string, Uint8Array, Uint8Array, Uint8Array]
  const header = decode(parts[1]) as Map<unknown, unknown>
  change(header)
  const headerBytes = encode(header as never)
  const sum = suite.sha256(encode([parts[0], headerBytes, parts[2]]))
  writeFileSync(file, encode([parts[0], headerBytes, parts[2], sum]))
}

describe('a keystore refuses', () => {
  test('another passphrase', () => {
    expect(() => openKeystore(original, new Passphrase('four other unrelated words'))).toThrow(
      code('wrong-passphrase'),
    )
  })

  test('a short passphrase', () => {
    expect(() => new Passphrase('eleven char')).toThrow(code('weak-passphrase'))
  })

  test('to be made where keys are', () => {
    expect(() => createKeystore(original, passphrase)).toThrow(code('keystore-exists'))
  })

  test('a folder that is not there, and one without keys', () => {
    expect(() => openKeystore(path.join(root, 'nowhere'), passphrase)).toThrow(code('no-such-key'))
    mkdirSync(path.join(root, 'empty'), { mode: 0o700 })
    expect(() => openKeystore(path.join(root, 'empty'), passphrase)).toThrow(code('no-such-key'))
  })

  test('a file with any one bit flipped, as damaged and never as a wrong passphrase', () => {
    const folder = copied('flipped')
    const file = path.join(folder, 'transport-1-ed25519.key')
    const whole = readFileSync(file)
    for (let bit = 0; bit < 8 * whole.length; bit++) {
      const flipped = Uint8Array.from(whole)
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      writeFileSync(file, flipped)
      expect(() => listKeys(folder), `bit ${bit}`).toThrow(code('damaged-key-file'))
      expect(() => openKeystore(folder, passphrase), `bit ${bit}`).toThrow(code('damaged-key-file'))
    }
    console.info(`${8 * whole.length} flipped bits of a key file: every one refused as damaged`)
  })

  test('a file cut short anywhere, or longer than it was', () => {
    const folder = copied('truncated')
    const file = path.join(folder, 'transport-1-ed25519.key')
    const whole = readFileSync(file)
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(file, whole.subarray(0, length))
      expect(() => openKeystore(folder, passphrase), `${length} bytes`).toThrow(code('damaged-key-file'))
    }
    for (const more of [1, 10_000]) {
      writeFileSync(file, Buffer.concat([whole, Buffer.alloc(more)]))
      expect(() => openKeystore(folder, passphrase)).toThrow(code('damaged-key-file'))
    }
  })

  test.each([
    ['use', 1, 'ledger'],
    ['generation', 2, 7],
    ['created', 3, 1],
    ['iv', 7, new Uint8Array(12)],
  ])('a file whose %s was changed and its checksum made anew', (name, label, value) => {
    const folder = copied(`forged-${name}`)
    rewritten(path.join(folder, 'transport-1-ed25519.key'), (header) => header.set(label, value))
    expect(() => openKeystore(folder, passphrase)).toThrow(code('damaged-key-file'))
  })

  test.each([14, 16, 21, 40])('a file that asks for scrypt with a log cost of %i', (logCost) => {
    const folder = copied(`cost-${logCost}`)
    rewritten(path.join(folder, 'transport-1-ed25519.key'), (header) => {
      const scrypt = header.get(5) as Map<unknown, unknown>
      scrypt.set(2, logCost)
    })
    expect(() => openKeystore(folder, passphrase)).toThrow(code('damaged-key-file'))
  })

  test('a key file put in the place of another', () => {
    const folder = copied('swapped')
    const parts = (name: string) =>
      decode(readFileSync(path.join(folder, name))) as [string, Uint8Array, Uint8Array, Uint8Array]
    const [magic, header] = parts('transport-1-ed25519.key')
    const [, , sealed] = parts('sign-1-ed25519.key')
    const sum = suite.sha256(encode([magic, header, sealed]))
    writeFileSync(path.join(folder, 'transport-1-ed25519.key'), encode([magic, header, sealed, sum]))
    expect(() => openKeystore(folder, passphrase)).toThrow(code('damaged-key-file'))
  })

  test.each([0o640, 0o604, 0o620, 0o602, 0o660, 0o644, 0o610, 0o601])('a file of mode %o', (mode) => {
    const folder = copied(`file-${mode}`)
    chmodSync(path.join(folder, 'transport-1-ed25519.key'), mode)
    expect(() => openKeystore(folder, passphrase)).toThrow(code('unsafe-permissions'))
  })

  test.each([0o750, 0o705, 0o770, 0o711, 0o777])('a folder of mode %o', (mode) => {
    const folder = copied(`folder-${mode}`)
    chmodSync(folder, mode)
    expect(() => openKeystore(folder, passphrase)).toThrow(code('unsafe-permissions'))
    expect(() => listKeys(folder)).toThrow(code('unsafe-permissions'))
  })

  test('a link in the place of a file', () => {
    const folder = copied('linked')
    const file = path.join(folder, 'transport-1-ed25519.key')
    rmSync(file)
    symlinkSync(path.join(original, 'transport-1-ed25519.key'), file)
    expect(() => openKeystore(folder, passphrase)).toThrow(code('unsafe-permissions'))
  })

  test.skipIf(process.getuid?.() !== 0)('a file or a folder of another owner (needs root to show)', () => {
    const folder = copied('owned')
    chownSync(path.join(folder, 'transport-1-ed25519.key'), 65534, 65534)
    expect(() => openKeystore(folder, passphrase)).toThrow(code('unsafe-permissions'))
    const other = copied('owned-folder')
    chownSync(other, 65534, 65534)
    expect(() => openKeystore(other, passphrase)).toThrow(code('unsafe-permissions'))
  })
})
