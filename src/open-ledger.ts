/**
 * Answers for the ledger at start: nothing is entered before everybody who could know a newer state of it was asked, and the
 * anchor is on the disk before anything but the first entry can be.
 */
import { suite } from '#suite'
import { utf8 } from '../protocol/bytes.ts'
import { Rejected } from '../protocol/errors.ts'
import type { LedgerSigner } from '../protocol/ledger/checkpoint.ts'
import type { Seconds } from '../protocol/names.ts'
import type { Party } from '../protocol/registry.ts'
import type { Database } from './database/open.ts'
import { knownToPeers } from './exchange/peer/known-checkpoints.ts'
import type { PeerConnections } from './exchange/peer/peer-connections.ts'
import { type Anchor, openAnchor, readAnchor } from './ledger/anchor.ts'
import { readCheckpoint } from './ledger/checkpoints-table.ts'
import { readOwnLedger } from './ledger/genesis.ts'
import { type Known, knownFromAnchor, type Predecessor, requireHead, verifyOwn } from './ledger/rollback.ts'
import { openSequencer, type Sequencer } from './ledger/sequencer.ts'
import type { SignedRoot } from './ledger/signing.ts'
import type { Logger } from './logger.ts'

/** What is known of the ledger outside of its database. */
export interface LedgerFiles {
  /** Holds the last checkpoint that this process signed. */
  readonly anchorFile: string
  /** The last checkpoint known of the ledger that this one succeeds: a signed note. */
  readonly predecessor?: string
  /** The operator's word, for this one start, that the database is as the ledger left it. */
  readonly trustHead?: boolean
}

export interface OpeningLedger {
  readonly database: Database
  readonly signer: LedgerSigner
  /** As the registry lists it, and the others. */
  readonly own: Party
  readonly others: readonly Party[]
  readonly peers: PeerConnections
  readonly files: LedgerFiles
  readonly waitingLimit: number
  readonly logger: Logger
  readonly now: () => Seconds
  readonly onClose: (end: () => Promise<void>) => void
  /** Hears of every checkpoint once it is signed. */
  readonly signed: (signed: SignedRoot) => void
}

/** Throws `ledger-rollback` and `no-anchor`. */
export async function openLedger(opening: OpeningLedger): Promise<Sequencer> {
  const { own, database, signer, files, logger, now, waitingLimit, onClose } = opening
  const successorOf = predecessorOf(opening)
  if (successorOf === undefined) await requireNoEarlier(opening)
  const known = await knownOf(opening, successorOf)
  const standing = await requireHead(database, known, files.trustHead === true)
  const anchor = openAnchor(files.anchorFile, logger)
  onClose(() => anchor.close())
  const sequencer = await openSequencer({
    ...{ database, signer, actor: own.id, now, waitingLimit },
    signed: (signed) => {
      anchor.keep({ size: signed.root.size, note: () => signed.note })
      opening.signed(signed)
    },
    ...(successorOf === undefined ? {} : { successorOf }),
  })
  onClose(() => sequencer.close())
  // Where there is an anchor, the newest note in the tables may be older: a note is not waited for.
  if ((await readAnchor(files.anchorFile)) === undefined) await keepNewest(database, anchor, signer)
  await anchor.written()
  if (standing === 'trusted') await enterTrust(opening, sequencer)
  return sequencer
}

/** A new ledger that does not name the one it succeeds would have nothing to say of what was entered there. */
async function requireNoEarlier({ own, database, signer: { keys } }: OpeningLedger): Promise<void> {
  const earlier = own.earlierLedgers?.at(-1)
  if (earlier === undefined || (await readOwnLedger(database, keys)) !== undefined) return
  throw new Rejected(
    'no-anchor',
    `${own.ledger} succeeds ${earlier}: name its last checkpoint, \`pouch ledger succeed\``,
  )
}

async function knownOf(
  { others, peers, database, signer: { keys }, files, logger }: OpeningLedger,
  predecessor: Predecessor | undefined,
): Promise<readonly Known[]> {
  const ledger = await readOwnLedger(database, keys)
  const note = await readAnchor(files.anchorFile)
  const anchored = note && knownFromAnchor(note, keys, ledger?.successorOf ?? predecessor)
  return [...(anchored ? [anchored] : []), ...(await knownToPeers(peers, others, keys, logger))]
}

/** What the first entry of a new ledger names. The registry knows of it, so that its receipts still count. */
function predecessorOf({ own, signer, files }: OpeningLedger): Predecessor | undefined {
  if (files.predecessor === undefined) return undefined
  const { origin, size, root } = verifyOwn(files.predecessor, signer.keys)
  if (own.earlierLedgers?.includes(origin) === true) return { origin, size, root }
  throw new Rejected('ledger-rollback', `the registry lists no earlier ledger ${origin} of ${own.id}`)
}

/** Every later start finds an anchor. A crash before it is there leaves a ledger with one entry. */
async function keepNewest(database: Database, anchor: Anchor, { keys }: LedgerSigner): Promise<void> {
  const note = await readCheckpoint(database)
  if (note !== undefined) anchor.keep({ size: verifyOwn(note, keys).size, note: () => note })
}

async function enterTrust(
  { own, database, logger, now }: OpeningLedger,
  sequencer: Sequencer,
): Promise<void> {
  const at = now()
  const checkpoint = (await readCheckpoint(database)) ?? ''
  const key = `trust-head:${at}`
  const detail = 'started with --trust-head: neither an anchor nor a witness knew a checkpoint'
  const record = {
    event: 'operator-action',
    actor: own.id,
    at,
    detail,
    digest: suite.sha256(utf8(checkpoint)),
  } as const
  await sequencer.push({ key, fingerprint: suite.sha256(utf8(key)), record, effects: [] })
  logger.warn('head-trusted', { party: own.id })
}
