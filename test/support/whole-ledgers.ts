/**
 * Answers for the end of a test with crashes: every ledger exported and hashed again, every answer that anybody saw found in
 * it, every transfer entered exactly as often as it happened, every root and every evidence file consistent with it.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'vitest'
import { equal, toHex } from '../../protocol/bytes.ts'
import { decodeAs } from '../../protocol/codec.ts'
import { type Directory, directoryOf, ledgerKeysOf } from '../../protocol/directory.ts'
import { verifyEvidence } from '../../protocol/evidence.ts'
import { type CheckpointBody, verifyCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { recordsFile, shownRecords } from '../../protocol/ledger/export-format.ts'
import { append, emptyFrontier, leafHash, rootOf } from '../../protocol/ledger/merkle.ts'
import { verifyReceipt } from '../../protocol/ledger/receipt.ts'
import { type LedgerRecord, parseRecord } from '../../protocol/ledger/record.ts'
import { entriesPath, parseEntries, tileWidth } from '../../protocol/ledger/tiles.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import { acceptFirst } from '../../protocol/registry.ts'
import { rootsDigest } from '../../protocol/roots.ts'
import { verifyExport } from '../../src/cli/export-folder.ts'
import { exportLedger } from '../../src/client/export.ts'
import type { GatewayProcesses } from './gateway-processes.ts'
import { recordDocuments } from './recorded-world.ts'
import { inboxStates, nameOf, type Transfer } from './transfer.ts'
import type { World } from './world.ts'

export interface WholeLedger {
  readonly leaves: readonly Uint8Array[]
  readonly records: readonly LedgerRecord[]
  /** Of each size, the empty ledger's first. */
  readonly roots: readonly Uint8Array[]
}

export interface Found {
  readonly entries: number
  readonly receipts: number
  readonly roots: number
}

/** Expects of all gateways together that nothing acknowledged is lost, nothing is there twice, and each ledger is whole. */
export async function expectWhole(
  world: World,
  gateways: readonly GatewayProcesses[],
  transfers: readonly Transfer[],
  seen: ReadonlyMap<PartyId, readonly Uint8Array[]> = new Map(),
): Promise<Found> {
  const now = Math.floor(Date.now() / 1000)
  const directory = directoryOf(acceptFirst(world.registry, rootsDigest(world.document.roots)), now)
  const ledgers = new Map<PartyId, WholeLedger>()
  for (const gateway of gateways) ledgers.set(gateway.party, await wholeLedger(gateway, directory, now))
  const rootsSeen: (readonly [PartyId, CheckpointBody])[] = gateways.flatMap(({ party }) =>
    (seen.get(party) ?? []).map(
      (note) => [party, verifyCheckpoint(note, ledgerKeysOf(directory, party, now))] as const,
    ),
  )
  for (const each of transfers) rootsSeen.push(...expectAnswers(each, ledgers, directory, now))
  for (const [party, body] of rootsSeen) expectRoot(party, body, ledgers)
  expectEvents(ledgers, transfers)
  for (const gateway of gateways) await expectInbox(gateway, transfers)
  const opening = gateways.map(({ party }) => world.party(party).opening)
  for (const { bytes } of transfers) recordDocuments(bytes, opening, () => directory, now)
  return {
    entries: [...ledgers.values()].reduce((sum, { leaves }) => sum + leaves.length, 0),
    receipts: transfers.reduce((sum, { answers }) => sum + answers.length, 0),
    roots: rootsSeen.length,
  }
}

async function wholeLedger(
  { client }: GatewayProcesses,
  directory: Directory,
  now: Seconds,
): Promise<WholeLedger> {
  const parent = mkdtempSync(path.join(tmpdir(), 'pouch-export-'))
  const folder = path.join(parent, 'ledger')
  try {
    await exportLedger(client, folder, () => undefined)
    const { size, records: shown } = verifyExport(folder, directory, now, () => undefined)
    expect(shown).toBe(size)
    return readLedger(folder, size)
  } finally {
    rmSync(parent, { recursive: true, force: true })
  }
}

/** Of an export that is verified. */
export function readLedger(folder: string, size: number): WholeLedger {
  const leaves: Uint8Array[] = []
  const records: LedgerRecord[] = []
  for (let index = 0; index * tileWidth < size; index++) {
    const width = Math.min(tileWidth, size - index * tileWidth)
    const entries = new Uint8Array(readFileSync(path.join(folder, entriesPath({ index, width }))))
    leaves.push(...parseEntries(entries, width))
    const shown = decodeAs(shownRecords, new Uint8Array(readFileSync(path.join(folder, recordsFile(index)))))
    records.push(...shown.flatMap((row) => (row === null ? [] : [parseRecord(row[0])])))
  }
  let frontier = emptyFrontier
  const roots = [rootOf(frontier)]
  for (const leaf of leaves) {
    frontier = append(frontier, leafHash(leaf))
    roots.push(rootOf(frontier))
  }
  return { leaves, records, roots }
}

/** Every receipt is of the entry that it names, and the evidence proves the transfer; gives the roots that were signed. */
function expectAnswers(
  { answers, evidence, id, from, to }: Transfer,
  ledgers: ReadonlyMap<PartyId, WholeLedger>,
  directory: Directory,
  now: Seconds,
): readonly (readonly [PartyId, CheckpointBody])[] {
  const received = answers.map(({ party, index, receipt }) => {
    const verified = verifyReceipt(receipt, ledgerKeysOf(directory, party, now), { index })
    const leaf = ledgers.get(party)?.leaves[index]
    expect(leaf !== undefined && equal(leaf, verified.leaf), `entry ${index} of ${party}, of ${id}`).toBe(
      true,
    )
    return [party, verified] as const
  })
  const proven = evidence.map((file) => verifyEvidence(file, directory, now))
  for (const { envelope, outcomes } of proven) {
    expect([envelope?.id, envelope?.issuer]).toEqual([id, from])
    expect(outcomes.map(({ recipient, outcome }) => [recipient, outcome])).toEqual([
      [to, 'consigned'],
      [to, 'opened'],
    ])
  }
  return [...received, ...proven.map(({ gateway, checkpoint }) => [gateway, checkpoint] as const)]
}

/** No size was ever signed with another root than the ledger's. */
function expectRoot(
  party: PartyId,
  { size, root }: CheckpointBody,
  ledgers: ReadonlyMap<PartyId, WholeLedger>,
): void {
  expect(toHex(root), `root of ${party} at ${size}`).toBe(
    toHex(ledgers.get(party)?.roots[size] ?? new Uint8Array(0)),
  )
}

const atSender = [
  'submission-acceptance',
  'relay-acceptance',
  'content-consignment consigned',
  'content-handover opened',
]
const atReader = [
  ...['relay-acceptance', 'content-consignment', 'content-handover'],
  ...['content-consignment consigned', 'content-handover opened'],
  ...['relay-acceptance consigned', 'relay-acceptance opened'],
]

/** Each transfer has on each side the entries of one exchange, and there is no other transfer. */
function expectEvents(ledgers: ReadonlyMap<PartyId, WholeLedger>, transfers: readonly Transfer[]): void {
  const found = new Map<string, string[]>()
  for (const [party, { records }] of ledgers) {
    for (const { transfer, from, event, acknowledgement } of records) {
      if (transfer === undefined) continue
      const name = `${party} of ${from ?? ''}:${transfer}`
      found.set(name, [...(found.get(name) ?? []), `${event} ${acknowledgement?.outcome ?? ''}`.trim()])
    }
  }
  const wanted = new Map<string, readonly string[]>()
  for (const each of transfers) {
    wanted.set(`${each.from} of ${nameOf(each)}`, atSender)
    wanted.set(`${each.to} of ${nameOf(each)}`, atReader)
  }
  const sorted = (map: ReadonlyMap<string, readonly string[]>) =>
    Object.fromEntries(Array.from(map, ([name, events]) => [name, events.toSorted()]))
  expect(sorted(found)).toEqual(sorted(wanted))
}

/** One item for each envelope that is for this party, opened, and no other. */
async function expectInbox(gateway: GatewayProcesses, transfers: readonly Transfer[]): Promise<void> {
  const own = transfers.filter(({ to }) => to === gateway.party)
  const wanted = Object.fromEntries(own.map((each) => [nameOf(each), ['opened']]))
  expect(Object.fromEntries(await inboxStates(gateway))).toEqual(wanted)
}
