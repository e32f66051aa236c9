/**
 * Answers for shredding: the records of finished transfers and their keys are deleted, in the transaction of the entry that
 * says which. Leaves, tree, receipts and every later audit stay as they are; nobody can say any more what the leaves commit to.
 */
import { suite } from '#suite'
import { toHex, utf8 } from '../../protocol/bytes.ts'
import { Rejected } from '../../protocol/errors.ts'
import { type LedgerRecord, parseRecord } from '../../protocol/ledger/record.ts'
import { shreddingDetail } from '../../protocol/ledger/shredding.ts'
import type { Seconds } from '../../protocol/names.ts'
import { effect } from '../ledger/effect.ts'
import { readEntries, type ShreddedRow, shredRecords } from '../ledger/entries-table.ts'
import { keptOf } from '../ledger/row-proof.ts'
import { acknowledgementsOf } from './acknowledgements-table.ts'
import { type EnvelopeName, parseReference } from './envelope-name.ts'
import { findEnvelope, findEnvelopesById } from './envelopes-table.ts'
import type { Gateway } from './gateway.ts'
import { outboxOf } from './outbox-table.ts'
import { recipientsOf } from './visible.ts'

/** The records of one transfer, by its id; or those from before a time. */
export type Shreddable = { readonly transfer: string } | { readonly before: Seconds }

export interface Shredded {
  /** Whose records are gone. */
  readonly indexes: readonly number[]
  /** Transfers whose records are kept because they are not finished. */
  readonly unfinished: readonly string[]
  /** Where to go on; null at the end of the ledger. */
  readonly next: number | null
}

const pageLength = 1024

/** Looks at one page of the ledger, from an index on. Throws `transfer-unfinished` for a transfer by its id. */
export async function shred(gateway: Gateway, wanted: Shreddable, from: number): Promise<Shredded> {
  if ('transfer' in wanted) await requireFinished(gateway, wanted.transfer)
  const entries = await readEntries(gateway.database, { start: from, end: from + pageLength })
  const finished = finishedIn(gateway)
  const rows: ShreddedRow[] = []
  const unfinished = new Set<string>()
  for (const { index, record: bytes, secret } of entries) {
    if (bytes === null || secret === null) continue
    const record = parseRecord(bytes)
    const name = nameIn(record)
    if (name === undefined || !isWanted(record, wanted)) continue
    if (await finished(name)) rows.push({ index, kept: keptOf(bytes, secret) })
    else unfinished.add(`${name.issuer}:${name.id}`)
  }
  for (let at = 0; at < rows.length; at += indexesToAnEntry) {
    await enterShredding(gateway, rows.slice(at, at + indexesToAnEntry))
  }
  const next = entries.length < pageLength ? null : from + pageLength
  return { indexes: rows.map(({ index }) => index), unfinished: [...unfinished], next }
}

/** What is not about a transfer is never shredded. */
function nameIn({ from, transfer }: LedgerRecord): EnvelopeName | undefined {
  return from === undefined || transfer === undefined ? undefined : { issuer: from, id: transfer }
}

function isWanted({ at, from, transfer }: LedgerRecord, wanted: Shreddable): boolean {
  if ('before' in wanted) return at < wanted.before
  const { issuer, id } = parseReference(wanted.transfer)
  return transfer === id && (issuer === undefined || issuer === from)
}

async function requireFinished(gateway: Gateway, reference: string): Promise<void> {
  const { issuer, id } = parseReference(reference)
  const found = await findEnvelopesById(gateway.database, id)
  for (const envelope of found.filter((each) => issuer === undefined || each.issuer === issuer)) {
    if (!(await isFinished(gateway, envelope))) throw new Rejected('transfer-unfinished', reference)
  }
}

function finishedIn(gateway: Gateway): (name: EnvelopeName) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>()
  return (name) => {
    const key = `${name.issuer}:${name.id}`
    const answer = known.get(key) ?? isFinished(gateway, name)
    known.set(key, answer)
    return answer
  }
}

/** Nothing of it is on the way, and every recipient has opened or refused it, or nobody can any more. */
async function isFinished(gateway: Gateway, name: EnvelopeName): Promise<boolean> {
  const { database } = gateway
  const envelope = await findEnvelope(database, name.issuer, name.id)
  if (envelope === undefined || !envelope.allowed) return true
  const relays = await outboxOf(database, name)
  if (relays.some(({ state }) => state === 'waiting')) return false
  if (gateway.now() >= envelope.expires_at) return true
  const ended = (await acknowledgementsOf(database, name)).filter(({ outcome }) => outcome !== 'consigned')
  return recipientsOf(envelope).every((party) => ended.some(({ recipient }) => recipient === party))
}

/** So that all of them fit into the entry. */
const indexesToAnEntry = 100

async function enterShredding(gateway: Gateway, rows: readonly ShreddedRow[]): Promise<void> {
  const { sequencer, party, logger } = gateway
  const detail = shreddingDetail(rows.map(({ index }) => index))
  const fingerprint = suite.sha256(utf8(detail))
  await sequencer.push({
    key: `shredded:${toHex(fingerprint)}`,
    fingerprint,
    record: { event: 'operator-action', actor: `${party} officer`, at: gateway.now(), detail },
    effects: rows.map((row) => effect(shredRecords, row)),
  })
  // Entry and deletion are durable together: a crash before the answer costs the officer one repetition.
  logger.info('records-shredded', { count: rows.length })
}
