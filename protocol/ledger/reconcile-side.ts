/**
 * Answers for what one ledger says of the transfers between its own parties and those of another gateway: what it sent and
 * how that ended, what it received, what was acknowledged, and how many transfers it counted.
 */
import { toHex } from '../bytes.ts'
import type { PartyId, Seconds } from '../names.ts'
import type { EntryReader } from './audit.ts'
import { leafHash } from './merkle.ts'
import type { LedgerRecord } from './record.ts'

/** An entry, as far as two ledgers must agree on it. */
export interface Said {
  readonly index: number
  readonly record: LedgerRecord
  /** What every receipt for the entry proves. */
  readonly leafHash: Uint8Array
}

/** What a ledger says of one transfer. */
export interface Account {
  /** The decision: of the sender's ledger on the submission, of the recipient's on what came. */
  decided?: Said
  /** Refused before any decision; another content under the same id may be. */
  readonly refused: Said[]
  /** How relaying it ended, in the sender's ledger. */
  relayed?: Said
  /** By recipient and outcome: the acknowledgement, as entered here. */
  readonly acknowledged: Map<string, Said>
  /** By recipient and outcome: how relaying the acknowledgement ended, in the recipient's ledger. */
  readonly answered: Map<string, Said>
}

export interface Side {
  readonly party: PartyId
  /** The parties of its gateway. */
  readonly hosts: ReadonlySet<PartyId>
  /** When its checkpoint was signed: it says nothing of later. */
  readonly at: Seconds
  readonly size: number
  readonly shredded: number
  /** By sender and id. */
  readonly accounts: ReadonlyMap<string, Account>
  /** By sender and recipient: the numbers that transfers between them have here. */
  readonly numbers: ReadonlyMap<string, ReadonlySet<number>>
}

/** Whose ledger is read, the parties of its gateway, and those of the other. */
export interface Between {
  readonly party: PartyId
  readonly own: ReadonlySet<PartyId>
  readonly others: ReadonlySet<PartyId>
}

export interface SideReader {
  /** Takes the entries in order; those that were shredded without a record. */
  readonly read: EntryReader
  side(at: Seconds): Side
}

export function beginSide({ party, own, others }: Between): SideReader {
  const accounts = new Map<string, Account>()
  const numbers = new Map<string, Set<number>>()
  let [size, shredded] = [0, 0]
  const read: EntryReader = (index, record, { leaf }) => {
    size = index + 1
    if (record === undefined) shredded++
    else if (isBetween(record, own, others)) {
      enter(accountOf(accounts, record), { index, record, leafHash: leafHash(leaf) }, party)
      count(numbers, record, own, others)
    }
  }
  return { read, side: (at) => ({ party, hosts: own, at, size, shredded, accounts, numbers }) }
}

function isBetween(
  { from, to, actor, transfer }: LedgerRecord,
  own: ReadonlySet<PartyId>,
  others: ReadonlySet<PartyId>,
): boolean {
  if (from === undefined || transfer === undefined) return false
  if (others.has(from)) return true
  return own.has(from) && (others.has(actor) || to?.some((party) => others.has(party)) === true)
}

function accountOf(accounts: Map<string, Account>, { from = '', transfer = '' }: LedgerRecord): Account {
  const name = `${from}:${transfer}`
  const earlier = accounts.get(name)
  if (earlier !== undefined) return earlier
  const fresh: Account = { refused: [], acknowledged: new Map(), answered: new Map() }
  accounts.set(name, fresh)
  return fresh
}

function enter(account: Account, said: Said, party: PartyId): void {
  const { event, actor, acknowledgement, decision, to } = said.record
  const [stage] = event.split('-', 1)
  if (stage === 'content') {
    if (acknowledgement) account.acknowledged.set(`${actor} ${toHex(acknowledgement.digest)}`, said)
  } else if (stage === 'relay' && actor === party) {
    if (acknowledgement) account.answered.set(`${to?.join() ?? ''} ${toHex(acknowledgement.digest)}`, said)
    else account.relayed = said
  } else if (stage === 'submission' || stage === 'relay') {
    if (decision === undefined) account.refused.push(said)
    else account.decided = said
  }
}

function count(
  numbers: Map<string, Set<number>>,
  { from = '', pairSequence }: LedgerRecord,
  own: ReadonlySet<PartyId>,
  others: ReadonlySet<PartyId>,
): void {
  for (const [to, number] of pairSequence ?? []) {
    if (own.has(from) ? !others.has(to) : !own.has(to)) continue
    const pair = `${from} ${to}`
    numbers.set(pair, (numbers.get(pair) ?? new Set()).add(number))
  }
}
