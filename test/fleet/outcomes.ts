/** Answers for what became of each envelope of the fleet: what agencies were told, against what the ledgers say. */
import { expect } from 'vitest'
import { equal } from '../../protocol/bytes.ts'
import { type Directory, ledgerKeysOf } from '../../protocol/directory.ts'
import { verifyReceipt } from '../../protocol/ledger/receipt.ts'
import type { PartyId } from '../../protocol/names.ts'
import type { WholeLedger } from '../support/whole-ledgers.ts'
import type { Delivered } from './reading.ts'
import type { Sent } from './sending.ts'

export interface Outcomes {
  readonly delivered: number
  readonly expired: number
  readonly denied: number
}

type Ledgers = ReadonlyMap<PartyId, WholeLedger>

/** Each has the end that it may have, once, with its entries on both sides; nothing else was ever delivered. */
export function expectOutcomes(
  sent: readonly Sent[],
  delivered: readonly Delivered[],
  ledgers: Ledgers,
  directory: Directory,
): Outcomes {
  expectReceipts(sent, delivered, ledgers, directory)
  const told = eventsOf(ledgers)
  const came = Map.groupBy(delivered, ({ issuer, id }) => `${issuer}:${id}`)
  const fates = { delivered: 0, expired: 0, denied: 0 }
  for (const { from, to, id, fate } of sent) {
    const name = `${from.party}:${id}`
    const [atSender, atReader] = [from.party, to].map((party) => told.get(`${party} of ${name}`) ?? [])
    const readers = (came.get(name) ?? []).map(({ reader }) => reader.party)
    came.delete(name)
    expect({ name, fate, atSender, atReader, readers }).toEqual({ name, fate, ...expected[fate](to) })
    fates[ends[fate]]++
  }
  expect([...came.keys()], 'delivered, and sent by nobody').toEqual([])
  return fates
}

const ends = { permitted: 'delivered', denied: 'denied', late: 'expired' } as const

const expected = {
  permitted: (to: PartyId) => ({
    atSender: ['content-handover opened', 'relay-acceptance', 'submission-acceptance'],
    atReader: [
      ...['content-handover', 'content-handover opened'],
      ...['relay-acceptance', 'relay-acceptance opened'],
    ],
    readers: [to],
  }),
  denied: () => ({ atSender: ['submission-rejection'], atReader: [], readers: [] }),
  late: () => ({ atSender: ['relay-failure', 'submission-acceptance'], atReader: [], readers: [] }),
}

/** Every receipt that anybody was given is of the entry that is there. */
function expectReceipts(
  sent: readonly Sent[],
  delivered: readonly Delivered[],
  ledgers: Ledgers,
  directory: Directory,
): void {
  const now = Math.floor(Date.now() / 1000)
  const given = [
    ...sent.map(({ from, index, receipt }) => ({ party: from.party, index, receipt })),
    ...delivered.map(({ reader, index, receipt }) => ({ party: reader.party, index, receipt })),
  ]
  for (const { party, index, receipt } of given) {
    const { leaf } = verifyReceipt(receipt, ledgerKeysOf(directory, party, now), { index })
    const found = ledgers.get(party)?.leaves[index]
    if (found === undefined || !equal(found, leaf)) throw new Error(`entry ${index} of ${party} is another`)
  }
}

/** What each ledger says of each transfer, sorted. */
function eventsOf(ledgers: Ledgers): ReadonlyMap<string, readonly string[]> {
  const told = new Map<string, string[]>()
  for (const [party, { records }] of ledgers) {
    for (const { transfer, from, event, acknowledgement } of records) {
      if (transfer === undefined) continue
      const name = `${party} of ${from ?? ''}:${transfer}`
      const what = `${event} ${acknowledgement?.outcome ?? ''}`.trim()
      told.set(name, [...(told.get(name) ?? []), what].toSorted())
    }
  }
  return told
}
