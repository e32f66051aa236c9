/** Answers for the first entry: what the ledger is, whose keys sign it, and that a database belongs to this ledger. */
import { equal } from '../../protocol/bytes.ts'
import * as is from '../../protocol/codec.ts'
import { Rejected } from '../../protocol/errors.ts'
import type { LedgerKeys } from '../../protocol/ledger/checkpoint.ts'
import { descriptor, genesisHash, type LedgerDescriptor } from '../../protocol/ledger/entry.ts'
import { emptyRoot } from '../../protocol/ledger/merkle.ts'
import type { Database } from '../database/open.ts'
import { insertHead, readHead } from './head-table.ts'
import type { Predecessor } from './rollback.ts'
import type { NewEvent, SequencerOptions } from './sequencer.ts'

/** Writes the head of an empty ledger unless there is one, and gives the event of the first entry, which is entered once. */
export async function createLedger(options: SequencerOptions): Promise<NewEvent> {
  const { database, signer, actor, now, successorOf } = options
  const { origin, ed25519, mlDsa44 } = signer.keys
  const fresh: LedgerDescriptor = {
    ...{ origin, ed25519: ed25519.bytes, mlDsa44: mlDsa44.bytes, created: now() },
    ...(successorOf === undefined ? {} : { successorOf }),
  }
  await insertHead(database, origin, {
    descriptor: is.encodeAs(descriptor, fresh),
    size: 0,
    root: emptyRoot,
    last: genesisHash(fresh),
    seal: null,
    fence: 0,
  })
  const ledger = (await readOwnLedger(database, signer.keys)) ?? fresh
  // Started once more with another predecessor than the one named is a mistake that nothing would show later.
  if (successorOf !== undefined && !isSame(ledger.successorOf, successorOf))
    throw new Rejected(
      'ledger-rollback',
      `the database holds a ledger that does not succeed ${successorOf.origin}`,
    )
  const record = { event: 'genesis', actor, at: ledger.created, digest: genesisHash(ledger) } as const
  return { key: 'genesis', fingerprint: genesisHash(ledger), record, effects: [] }
}

function isSame(named: Predecessor | undefined, { origin, size, root }: Predecessor): boolean {
  return named?.origin === origin && named.size === size && equal(named.root, root)
}

/** Throws `unknown-key` when the database holds another ledger than that of these keys; `undefined` when it holds none. */
export async function readOwnLedger(
  database: Database,
  { origin, ed25519, mlDsa44 }: LedgerKeys,
): Promise<LedgerDescriptor | undefined> {
  const ledger = await readDescriptor(database)
  if (ledger === undefined) return undefined
  const same =
    ledger.origin === origin && equal(ledger.ed25519, ed25519.bytes) && equal(ledger.mlDsa44, mlDsa44.bytes)
  if (same) return ledger
  throw new Rejected('unknown-key', `the database holds the ledger of ${ledger.origin} with other keys`)
}

/** What the ledger in this database is; `undefined` before the first start. */
export async function readDescriptor(database: Database): Promise<LedgerDescriptor | undefined> {
  const head = await readHead(database)
  return head && is.decodeAs(descriptor, head.descriptor, 'descriptor')
}
