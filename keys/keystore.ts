/** Answers for a party's secrets at rest: a private folder with one file per key, opened whole or refused. */
import { equal, toHex } from '../protocol/bytes.ts'
import { Rejected } from '../protocol/errors.ts'
import type { KeyId, PublicKey, SigningKey, SigningPair } from '../protocol/key.ts'
import { type ActingKey, generateKey, restored } from './held-key.ts'
import { keyFileEnding, type KeyUse, type SealedKeyFile, tokenKeyFile, wrapSecret } from './key-file.ts'
import { type KeyListing, type StoredKey, storedKeys } from './key-folder.ts'
import { HeldOpeningKey } from './opening-key.ts'
import { destroyPrivateFile, filesIn, makePrivateFolder, writePrivateFile } from './private-folder.ts'
import { Token } from './token.ts'
import { TokenSigningKey } from './token-key.ts'
import { type Opener, type Recipe, Wrapping } from './wrapping.ts'

interface Entry {
  readonly listing: KeyListing
  readonly key: ActingKey
}

const algorithmsOf = {
  sign: ['ed25519', 'ml-dsa-65'],
  open: ['hpke-9-ke'],
  ledger: ['ed25519', 'ml-dsa-44'],
  transport: ['ed25519'],
  root: ['ed25519', 'ml-dsa-65'],
} as const satisfies Record<KeyUse, readonly PublicKey['algorithm'][]>

type PairUse = 'sign' | 'ledger' | 'root'

/** A new keystore without keys. The folder is made, or holds no keys yet. */
export function createKeystore(folder: string, opener: Opener): Keystore {
  makePrivateFolder(folder)
  if (filesIn(folder, keyFileEnding).length > 0) throw new Rejected('keystore-exists', folder)
  return new Keystore(folder, opener, [], Wrapping.made(opener))
}

/** Opens every key in the folder; one that is damaged, unsafe or of another passphrase refuses the whole. */
export function openKeystore(folder: string, opener: Opener): Keystore {
  const wrappings = new Map<string, Wrapping>()
  let kept: Wrapping | undefined
  try {
    const entries = storedKeys(folder).map((one) => opened(one, opener, wrappings))
    if (entries.length === 0) throw new Rejected('no-such-key', `no keys in ${folder}`)
    kept = wrappings.values().next().value ?? Wrapping.made(opener)
    return new Keystore(folder, opener, entries, kept)
  } finally {
    for (const wrapping of wrappings.values()) if (wrapping !== kept) wrapping.destroy()
  }
}

/** Files made together share their recipe, so scrypt runs once for all of them. */
function opened(one: StoredKey, opener: Opener, wrappings: Map<string, Wrapping>): Entry {
  const wrappingFor = ({ recipe }: SealedKeyFile): Wrapping => {
    const wrapping = wrappings.get(nameOf(recipe)) ?? new Wrapping(opener, recipe)
    wrappings.set(nameOf(recipe), wrapping)
    return wrapping
  }
  return { listing: one.listing, key: restored(one, opener, wrappingFor) }
}

function nameOf(recipe: Recipe): string {
  if (recipe.kind === 'token') return toHex(recipe.token.sealed)
  return `${toHex(recipe.scrypt.salt)} ${recipe.scrypt.logCost}`
}

export class Keystore {
  readonly folder: string
  readonly #opener: Opener
  readonly #wrapping: Wrapping
  #entries: readonly Entry[]

  constructor(folder: string, opener: Opener, entries: readonly Entry[], wrapping: Wrapping) {
    this.folder = folder
    this.#opener = opener
    this.#entries = entries
    this.#wrapping = wrapping
  }

  list(): readonly KeyListing[] {
    return this.#entries.map(({ listing }) => listing)
  }

  /**
   * Makes the key, or the pair, that the use needs: the next generation. Older generations stay until destroyed. Throws
   * `wrong-passphrase` when the passphrase was changed since the keystore was opened.
   */
  add(use: KeyUse, now: number): readonly KeyListing[] {
    this.#requireOwnWrapping()
    const generation = 1 + Math.max(0, ...this.#of(use).map(({ listing }) => listing.generation))
    const made = algorithmsOf[use].map((algorithm) =>
      this.#make({ use, generation, created: now }, algorithm),
    )
    try {
      // Whoever changes the passphrase meanwhile looks again after writing, and so does this: one finds the other's.
      this.#requireOwnWrapping()
    } catch (error) {
      for (const { listing } of made) destroyPrivateFile(this.folder, listing.file)
      throw error
    }
    this.#entries = [...this.#entries, ...made]
    return made.map(({ listing }) => listing)
  }

  /** Takes what others have added to the folder since, and lets go of what they have destroyed. */
  reread(): void {
    const stored = storedKeys(this.folder)
    const held = new Map(this.#entries.map((entry) => [entry.listing.id, entry]))
    this.#entries = stored.map((one) => {
      const wrappingFor = (): Wrapping => this.#wrapping
      return (
        held.get(one.listing.id) ?? { listing: one.listing, key: restored(one, this.#opener, wrappingFor) }
      )
    })
  }

  find(id: KeyId): KeyListing | undefined {
    return this.list().find((listing) => listing.id === id)
  }

  /** The whole pairs of a use, the newest first. A crash while making one can leave half a pair: it is passed over. */
  signingPairs(use: PairUse): readonly SigningPair[] {
    const held = this.#signing(use)
    const [first, second] = algorithmsOf[use]
    return held.flatMap(({ key, generation }) => {
      if (key.algorithm !== first) return []
      const other = held.find((two) => two.generation === generation && two.key.algorithm === second)
      return other === undefined ? [] : [[key, other.key] as const]
    })
  }

  signingPair(use: PairUse = 'sign'): SigningPair {
    const [newest] = this.signingPairs(use)
    if (newest === undefined) throw new Rejected('no-such-key', `no ${use} pair`)
    return newest
  }

  ledgerPair(): SigningPair {
    return this.signingPair('ledger')
  }

  /** The newest first. */
  transportKeys(): readonly SigningKey[] {
    return this.#signing('transport').map(({ key }) => key)
  }

  transportKey(): SigningKey {
    const [newest] = this.transportKeys()
    if (newest === undefined) throw new Rejected('no-such-key', 'no transport key')
    return newest
  }

  /** All of them, the newest first: an envelope may be sealed to any that was announced. */
  openingKeys(): readonly HeldOpeningKey[] {
    return this.#newest('open').flatMap(({ key }) => (key instanceof HeldOpeningKey ? [key] : []))
  }

  /** Nothing sealed to this key can be opened again, and nothing signed with it again. There is no way back. */
  destroyForever(id: KeyId): void {
    const entry = this.#entries.find(({ listing }) => listing.id === id)
    if (entry === undefined) throw new Rejected('no-such-key', id)
    if (entry.key instanceof TokenSigningKey) entry.key.destroyForever()
    destroyPrivateFile(this.folder, entry.listing.file)
    this.#entries = this.#entries.filter((each) => each !== entry)
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

  #make(about: Pick<KeyListing, 'use' | 'generation' | 'created'>, algorithm: PublicKey['algorithm']): Entry {
    const file = `${about.use}-${about.generation}-${algorithm}${keyFileEnding}`
    if (algorithm === 'ed25519' && this.#opener instanceof Token)
      return this.#makeInToken(about, file, this.#opener)
    const key = generateKey(algorithm)
    const listing = { ...about, id: key.id, publicKey: key.publicKey, file, held: 'file' } as const
    const secret = key.exportSecretForBackup()
    writePrivateFile(this.folder, file, wrapSecret(listing, secret, this.#wrapping))
    secret.fill(0)
    return { listing, key }
  }

  // A crash between the two leaves a pair in the token that nothing names: harmless, and its label shows what it is.
  #makeInToken(about: Pick<KeyListing, 'use' | 'generation' | 'created'>, file: string, token: Token): Entry {
    const { object, publicKey } = token.generate(`pouch ${about.use} ${about.generation}`)
    const listing = { ...about, id: publicKey.id, publicKey, file, held: 'token' } as const
    writePrivateFile(this.folder, file, tokenKeyFile(listing, object))
    return { listing, key: new TokenSigningKey(token, object, publicKey) }
  }

  /** A file under an older passphrase, beside others under a newer one, would close the folder to both. */
  #requireOwnWrapping(): void {
    const known = new Set(this.list().map(({ id }) => id))
    const sealed = storedKeys(this.folder).flatMap(({ listing: { id }, keyFile }) =>
      keyFile.kind === 'sealed' && known.has(id) ? [keyFile] : [],
    )
    const agree = sealed.some(({ header }) => equal(header.check, this.#wrapping.check))
    if (agree || sealed.length === 0) return
    throw new Rejected('wrong-passphrase', 'the passphrase has been changed since the keystore was opened')
  }

  #of(use: KeyUse): readonly Entry[] {
    return this.#entries.filter(({ listing }) => listing.use === use)
  }

  #newest(use: KeyUse): readonly Entry[] {
    return [...this.#of(use)].sort((a, b) => b.listing.generation - a.listing.generation)
  }

  #signing(use: KeyUse) {
    return this.#newest(use).flatMap(({ listing: { generation }, key }) =>
      key instanceof HeldOpeningKey ? [] : [{ key, generation }],
    )
  }
}
