/** Answers for a party's secrets at rest: a private folder with one wrapped file per key, opened whole or refused. */
import { suite } from '#suite'
import { toHex } from '../protocol/bytes.ts'
import { Rejected } from '../protocol/errors.ts'
import type { KeyId, PublicKey, SigningKey, SigningPair } from '../protocol/key.ts'
import { generateKey, type HeldKey, restoreKey } from './held-key.ts'
import { type KeyUse, leastLogCost, unwrapSecret, wrapSecret } from './key-file.ts'
import { keyFileEnding, type KeyListing, type StoredKey, storedKeys } from './key-folder.ts'
import { HeldOpeningKey } from './opening-key.ts'
import type { Passphrase } from './passphrase.ts'
import { filesIn, makePrivateFolder, removePrivateFile, writePrivateFile } from './private-folder.ts'
import { HeldSigningKey } from './signing-key.ts'
import { Wrapping } from './wrapping.ts'

interface Entry {
  readonly listing: KeyListing
  readonly key: HeldKey
}

const algorithmsOf = {
  sign: ['ed25519', 'ml-dsa-65'],
  open: ['hpke-9-ke'],
  ledger: ['ed25519', 'ml-dsa-44'],
  transport: ['ed25519'],
  root: ['ed25519', 'ml-dsa-65'],
} as const satisfies Record<KeyUse, readonly PublicKey['algorithm'][]>

/** A new keystore without keys. The folder is made, or holds no keys yet. */
export function createKeystore(folder: string, passphrase: Passphrase): Keystore {
  makePrivateFolder(folder)
  if (filesIn(folder, keyFileEnding).length > 0) throw new Rejected('keystore-exists', folder)
  const parameters = { salt: suite.randomBytes(32), logCost: leastLogCost, blockSize: 8 }
  return new Keystore(folder, [], new Wrapping(passphrase, parameters))
}

/** Opens every key in the folder; one that is damaged, unsafe or of another passphrase refuses the whole. */
export function openKeystore(folder: string, passphrase: Passphrase): Keystore {
  const stored = storedKeys(folder)
  const wrappings = new Map<string, Wrapping>()
  let kept: Wrapping | undefined
  try {
    const entries = stored.map((one) => openEntry(one, passphrase, wrappings))
    kept = wrappings.values().next().value
    if (kept === undefined) throw new Rejected('no-such-key', `no keys in ${folder}`)
    return new Keystore(folder, entries, kept)
  } finally {
    for (const wrapping of wrappings.values()) if (wrapping !== kept) wrapping.destroy()
  }
}

/** Files made together share their salt, so scrypt runs once for all of them. */
function openEntry(
  { listing, keyFile }: StoredKey,
  passphrase: Passphrase,
  wrappings: Map<string, Wrapping>,
): Entry {
  const { scrypt } = keyFile.header
  const name = `${toHex(scrypt.salt)} ${scrypt.logCost}`
  const wrapping = wrappings.get(name) ?? new Wrapping(passphrase, scrypt)
  wrappings.set(name, wrapping)
  const secret = unwrapSecret(keyFile, wrapping, listing.file)
  return { listing, key: restoreKey(listing.publicKey, secret, listing.file) }
}

export class Keystore {
  readonly folder: string
  readonly #wrapping: Wrapping
  #entries: readonly Entry[]

  constructor(folder: string, entries: readonly Entry[], wrapping: Wrapping) {
    this.folder = folder
    this.#entries = entries
    this.#wrapping = wrapping
  }

  list(): readonly KeyListing[] {
    return this.#entries.map(({ listing }) => listing)
  }

  /** Makes the key, or the pair, that the use needs: the next generation. Older generations stay until destroyed. */
  add(use: KeyUse, now: number): readonly KeyListing[] {
    const generation = 1 + Math.max(0, ...this.#of(use).map(({ listing }) => listing.generation))
    return algorithmsOf[use].map((algorithm) => {
      const key = generateKey(algorithm)
      const file = `${use}-${generation}-${algorithm}${keyFileEnding}`
      const listing = { id: key.id, use, generation, created: now, publicKey: key.publicKey, file }
      this.#write(listing, key)
      this.#entries = [...this.#entries, { listing, key }]
      return listing
    })
  }

  find(id: KeyId): KeyListing | undefined {
    return this.list().find((listing) => listing.id === id)
  }

  signingKey(id: KeyId): SigningKey {
    const key = this.#entries.find(({ listing }) => listing.id === id)?.key
    if (!(key instanceof HeldSigningKey)) throw new Rejected('no-such-key', `no signing key ${id}`)
    return key
  }

  /** The newest whole pair, or that of a generation. A crash while making one can leave half a pair: it is passed over. */
  signingPair(use: 'sign' | 'ledger' | 'root' = 'sign', generation?: number): SigningPair {
    const held = this.#newest(use).flatMap(({ listing, key }) =>
      key instanceof HeldSigningKey ? [{ key, generation: listing.generation }] : [],
    )
    const [first, second] = algorithmsOf[use]
    for (const one of held.filter(({ key }) => key.algorithm === first)) {
      const other = held.find((two) => two.generation === one.generation && two.key.algorithm === second)
      if (other && (generation ?? one.generation) === one.generation) return [one.key, other.key]
    }
    throw new Rejected('no-such-key', `no ${use} pair`)
  }

  ledgerPair(): SigningPair {
    return this.signingPair('ledger')
  }

  transportKey(): SigningKey {
    const [newest] = this.#newest('transport')
    if (!(newest?.key instanceof HeldSigningKey)) throw new Rejected('no-such-key', 'no transport key')
    return newest.key
  }

  /** All of them, the newest first: an envelope may be sealed to any that was announced. */
  openingKeys(): readonly HeldOpeningKey[] {
    return this.#newest('open').flatMap(({ key }) => (key instanceof HeldOpeningKey ? [key] : []))
  }

  /** Nothing sealed to this key can be opened again, and nothing signed with it again. There is no way back. */
  destroyForever(id: KeyId): void {
    const listing = this.find(id)
    if (listing === undefined) throw new Rejected('no-such-key', id)
    removePrivateFile(this.folder, listing.file)
    this.#entries = this.#entries.filter((entry) => entry.listing.id !== id)
  }

  /** Zeroes the wrapping key. The keys in memory go on working; `add` does not. */
  close(): void {
    this.#wrapping.destroy()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  toString(): string {
    return `keystore of ${this.#entries.length} keys`
  }

  toJSON(): readonly KeyId[] {
    return this.#entries.map(({ listing }) => listing.id)
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }

  #write(listing: KeyListing, key: HeldKey): void {
    const secret = key.exportSecretForBackup()
    writePrivateFile(this.folder, listing.file, wrapSecret(listing, secret, this.#wrapping))
    secret.fill(0)
  }

  #of(use: KeyUse): readonly Entry[] {
    return this.#entries.filter(({ listing }) => listing.use === use)
  }

  #newest(use: KeyUse): readonly Entry[] {
    return [...this.#of(use)].sort((a, b) => b.listing.generation - a.listing.generation)
  }
}
