/** Answers for giving a folder of keys another passphrase, or a token in the place of one. The keys stay as they are. */
import { equal } from '../protocol/bytes.ts'
import { Rejected } from '../protocol/errors.ts'
import { type SealedKeyFile, unwrapSecret, wrapSecret } from './key-file.ts'
import { type KeyListing, storedKeys } from './key-folder.ts'
import { replaceTogether } from './rewrapping.ts'
import { Token } from './token.ts'
import { type Opener, Wrapping } from './wrapping.ts'

interface SealedKey {
  readonly listing: KeyListing
  readonly keyFile: SealedKeyFile
}

/**
 * Gives how many files were wrapped anew. Throws `wrong-passphrase` before anything is changed, and `no-token` for a
 * passphrase where a token holds keys: it would open the files and not the keys.
 */
export function changeOpener(folder: string, from: Opener, to: Opener): number {
  if (!(to instanceof Token) && storedKeys(folder).some(({ listing }) => listing.held === 'token'))
    throw new Rejected('no-token', 'some of the keys are in the token, which has its PIN')
  const next = Wrapping.made(to)
  let changed = 0
  // A gateway that runs meanwhile may add a key under the old one: it looks again after writing, and so does this.
  for (let left = notUnder(next, folder); left.length > 0; left = notUnder(next, folder)) {
    replaceTogether(folder, rewrapped(left, from, next))
    changed += left.length
  }
  next.destroy()
  return changed
}

function notUnder(wrapping: Wrapping, folder: string): readonly SealedKey[] {
  return storedKeys(folder).flatMap(({ listing, keyFile }) =>
    keyFile.kind === 'token' || equal(keyFile.header.check, wrapping.check) ? [] : [{ listing, keyFile }],
  )
}

function rewrapped(
  keys: readonly SealedKey[],
  from: Opener,
  next: Wrapping,
): ReadonlyMap<string, Uint8Array> {
  const opened: Wrapping[] = []
  const wrappingOf = (keyFile: SealedKeyFile): Wrapping => {
    const known = opened.find(({ check }) => equal(check, keyFile.header.check))
    if (known !== undefined) return known
    const wrapping = new Wrapping(from, keyFile.recipe)
    opened.push(wrapping)
    return wrapping
  }
  const files = keys.map(({ listing, keyFile }) => {
    const secret = unwrapSecret(keyFile, wrappingOf(keyFile), listing.file)
    const bytes = wrapSecret(listing, secret, next)
    secret.fill(0)
    return [listing.file, bytes] as const
  })
  for (const wrapping of opened) wrapping.destroy()
  return new Map(files)
}
