/**
 * Answers for a database that went back: before anything is entered, it must continue every checkpoint of this ledger that
 * anybody outside of it knows. What is behind one, or leads to another root, is not written to.
 */
import { equal, utf8 } from '../../protocol/bytes.ts'
import { Rejected } from '../../protocol/errors.ts'
import {
  type CheckpointBody,
  type LedgerKeys,
  parseCheckpoint,
  verifyCheckpoint,
} from '../../protocol/ledger/checkpoint.ts'
import type { LedgerDescriptor } from '../../protocol/ledger/entry.ts'
import type { Database } from '../database/open.ts'
import { readHead } from './head-table.ts'
import { rootAt } from './store.ts'

/** A checkpoint that this ledger signed, verified, and who has it. */
export interface Known extends Pick<CheckpointBody, 'size' | 'root'> {
  readonly by: string
}

/** `fresh`: nobody knows of any entry. `trusted`: the operator's word stands for what nobody could say. */
export type HeadStanding = 'fresh' | 'confirmed' | 'trusted'

/** Throws `ledger-rollback` with who knows which size, and `no-anchor` when nobody knows any and nobody vouches. */
export async function requireHead(
  database: Database,
  known: readonly Known[],
  trustHead: boolean,
): Promise<HeadStanding> {
  const size = (await readHead(database))?.size ?? 0
  const contradicted = await contradictions(database, size, known)
  if (contradicted.length > 0) {
    const all = [`the database has ${size} entries`, ...contradicted]
    throw new Rejected('ledger-rollback', all.join('\n'))
  }
  if (known.length > 0) return 'confirmed'
  if (size <= 1) return 'fresh'
  if (trustHead) return 'trusted'
  throw new Rejected('no-anchor', `the database has ${size} entries`)
}

async function contradictions(
  database: Database,
  size: number,
  known: readonly Known[],
): Promise<readonly string[]> {
  const found: string[] = []
  for (const { by, ...checkpoint } of known) {
    if (checkpoint.size > size) found.push(`${by} knows ${checkpoint.size} entries`)
    else if (!equal(await rootAt(database, checkpoint.size), checkpoint.root)) {
      found.push(`${by} knows another history of the first ${checkpoint.size} entries`)
    }
  }
  return found
}

/** The ledger that this one continues: what its first entry will name, or names. */
export type Predecessor = NonNullable<LedgerDescriptor['successorOf']>

/**
 * What the anchor file says. One of the ledger that this one succeeds says nothing of this one. Throws `ledger-rollback` for
 * one of any other ledger, and `no-anchor` for what these keys did not sign.
 */
export function knownFromAnchor(
  note: string,
  keys: LedgerKeys,
  predecessor: Predecessor | undefined,
): Known | undefined {
  const { origin, size, root } = verifyAnchor(note, keys)
  if (origin === keys.origin) return { by: 'the anchor file', size, root }
  if (predecessor?.origin === origin && predecessor.size >= size) return undefined
  throw new Rejected(
    'ledger-rollback',
    `the anchor file knows ${size} entries of ${origin}, which ${keys.origin} does not succeed`,
  )
}

function verifyAnchor(note: string, keys: LedgerKeys): CheckpointBody {
  try {
    return verifyOwn(note, keys)
  } catch (cause) {
    if (!(cause instanceof Rejected)) throw cause
    throw new Rejected(
      'no-anchor',
      `the anchor file is no checkpoint that these keys signed (${cause.code})`,
      { cause },
    )
  }
}

/** A checkpoint of any ledger, by its own word, that these keys signed. */
export function verifyOwn(note: string, keys: LedgerKeys): CheckpointBody {
  const bytes = utf8(note)
  return verifyCheckpoint(bytes, { ...keys, origin: parseCheckpoint(bytes).origin })
}
