/** Answers for the file in which single fields of entries are shown to whoever may see those alone (disclosure.md). */
import { fromUtf8, utf8 } from '../bytes.ts'
import { type CborValue, decode } from '../cbor.ts'
import * as is from '../codec.ts'
import { atPlace, Rejected } from '../errors.ts'
import { type Trace, untraced } from '../report.ts'
import { type LedgerKeys, parseCheckpoint, type VerifiedCheckpoint, verifyCheckpoint } from './checkpoint.ts'
import { verifyDisclosures } from './disclosure.ts'
import { leafHash } from './merkle.ts'
import { verifyInclusion } from './merkle-proof.ts'
import type { FieldName } from './record.ts'

/** What one file may show. */
export const maxDisclosedEntries = 4096

const disclosedEntry = is.record({
  index: is.field('index', is.unsigned),
  leaf: is.field('leaf', is.bytes(1, 1024)),
  path: is.field('path', is.list(is.bytes(32), 0, 64)),
  /** Each a FieldDisclosure (entry.md). */
  fields: is.field('fields', is.list(is.bytes(1, 65_536), 1, 32)),
})

export type DisclosedEntry = is.Of<typeof disclosedEntry>

export const disclosureType = 'pouch-disclosed-entries-v1'

export const disclosedEntries = is.record({
  type: is.field('type', is.oneOf(disclosureType)),
  /** The signed note, letter for letter. */
  checkpoint: is.field('checkpoint', is.text(512 * 1024)),
  /** By index, the lowest first. */
  entries: is.field('entries', is.list(is.embedded(disclosedEntry), 1, maxDisclosedEntries)),
})

export function formatDisclosure(checkpoint: Uint8Array, entries: readonly DisclosedEntry[]): Uint8Array {
  return is.encodeAs(disclosedEntries, { type: disclosureType, checkpoint: fromUtf8(checkpoint), entries })
}

export const disclosureChecks = ['encoding', 'structure', 'checkpoint', 'paths', 'fields'] as const
export type DisclosureCheck = (typeof disclosureChecks)[number]

export interface ShownEntry {
  readonly index: number
  /** null where the record lacks the field. */
  readonly fields: ReadonlyMap<FieldName, CborValue>
}

export interface VerifiedDisclosure {
  readonly checkpoint: VerifiedCheckpoint
  readonly entries: readonly ShownEntry[]
}

/** Throws `malformed-cbor`, `malformed-structure`, what `verifyCheckpoint` throws, `bad-proof` and `bad-disclosure`. */
export function verifyDisclosedEntries(
  bytes: Uint8Array,
  keys: LedgerKeys,
  trace: Trace<DisclosureCheck> = untraced,
): VerifiedDisclosure {
  trace('encoding')
  const value = decode(bytes)
  trace('structure')
  const file = disclosedEntries.read(value, 'disclosure')
  requireAscending(file.entries)
  trace('checkpoint')
  const checkpoint = verifyCheckpoint(utf8(file.checkpoint), keys)
  trace('paths')
  for (const entry of file.entries) atPlace(`entry ${entry.index}`, () => verifyPath(entry, checkpoint))
  trace('fields')
  const entries = file.entries.map((entry) =>
    atPlace(`entry ${entry.index}`, () => ({
      index: entry.index,
      fields: verifyDisclosures(entry.leaf, entry.fields),
    })),
  )
  return { checkpoint, entries }
}

/** The ledger that the file says it is of, by which its keys are looked up; not verified. */
export function disclosureOrigin(bytes: Uint8Array): string {
  return parseCheckpoint(utf8(is.decodeAs(disclosedEntries, bytes, 'disclosure').checkpoint)).origin
}

function requireAscending(entries: readonly DisclosedEntry[]): void {
  const ascending = entries.every(({ index }, i) => i === 0 || (entries[i - 1]?.index ?? index) < index)
  if (!ascending) throw new Rejected('malformed-structure', 'disclosure: entries by ascending index expected')
}

function verifyPath({ index, leaf, path }: DisclosedEntry, { size, root }: VerifiedCheckpoint): void {
  verifyInclusion(leafHash(leaf), { index, size, path }, root)
}
