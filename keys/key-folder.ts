/** Answers for which keys a folder says it holds, before any passphrase. */
import path from 'node:path'
import type { KeyId, PublicKey } from '../protocol/key.ts'
import { type KeyFile, keyFileEnding, type KeyUse, maxKeyFileBytes, readKeyFile } from './key-file.ts'
import { filesIn, finishLeaving, readPrivateFile, requirePrivateFolder } from './private-folder.ts'
import { finishRewrapping } from './rewrapping.ts'

/** What may be known of a key without its passphrase. */
export interface KeyListing {
  readonly id: KeyId
  readonly use: KeyUse
  /** Counts from 1 for each use; the keys of a pair have the same. */
  readonly generation: number
  /** Unix time. */
  readonly created: number
  readonly publicKey: PublicKey
  readonly file: string
  /** Where the secret is. */
  readonly held: 'file' | 'token'
}

export interface StoredKey {
  readonly listing: KeyListing
  readonly keyFile: KeyFile
}

/** Nothing here is proven before `openKeystore`: who can write files can write these. */
export function listKeys(folder: string): readonly KeyListing[] {
  return storedKeys(folder).map(({ listing }) => listing)
}

export function storedKeys(folder: string): readonly StoredKey[] {
  requirePrivateFolder(folder)
  finishRewrapping(folder)
  finishLeaving(folder)
  return filesIn(folder, keyFileEnding).map((file) => {
    const keyFile = readKeyFile(readPrivateFile(path.join(folder, file), maxKeyFileBytes), file)
    const { use, generation, created, publicKey } = keyFile.header
    const held = keyFile.kind === 'token' ? 'token' : 'file'
    return { listing: { id: publicKey.id, use, generation, created, publicKey, file, held }, keyFile }
  })
}
