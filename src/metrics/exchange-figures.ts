/** Answers for how the exchange with other gateways stands: what waits for whom, and since when. Each is asked of its table. */
import { heldSince } from '../exchange/envelopes-table.ts'
import type { Gateway } from '../exchange/gateway.ts'
import { outboxBacklog } from '../exchange/outbox-table.ts'
import { deliveriesTo } from '../exchange/suspension/suspension-deliveries-table.ts'
import { lateAfterSeconds } from '../exchange/withdrawal/withdrawals-known.ts'
import { owedTo } from '../exchange/withdrawal/withdrawals-table.ts'
import { type Figure, single } from './exposition.ts'
import { type Others, othersOf } from './others.ts'

export async function exchangeFigures(
  gateway: Gateway,
  notAnswering: readonly string[],
): Promise<readonly Figure[]> {
  const others = othersOf(gateway)
  return [
    ...(await waitingFigures(gateway, others)),
    ...(await heldFigures(gateway)),
    ...(await withdrawalFigures(gateway, others)),
    ...(await noticeFigures(gateway, others)),
    {
      name: 'pouch_circuit_open',
      help: '1 while the relay leaves a gateway alone that did not answer.',
      samples: others.gateways.map((peer) => ({
        labels: { gateway: peer },
        value: notAnswering.includes(peer) ? 1 : 0,
      })),
    },
  ]
}

async function waitingFigures(gateway: Gateway, others: Others): Promise<readonly Figure[]> {
  const now = gateway.now()
  const rows = new Map((await outboxBacklog(gateway.database)).map((row) => [row.gateway, row]))
  const gateways = [...new Set([...others.gateways, ...rows.keys()])]
  const of = (value: (peer: string) => number) =>
    gateways.map((peer) => ({ labels: { gateway: peer }, value: value(peer) }))
  return [
    {
      name: 'pouch_outbox_waiting',
      help: 'Envelopes and acknowledgements that wait to be taken by a gateway.',
      samples: of((peer) => rows.get(peer)?.count ?? 0),
    },
    {
      name: 'pouch_outbox_oldest_age_seconds',
      help: 'How long the oldest of them has waited; 0 when none does.',
      samples: of((peer) => ageOf(rows.get(peer)?.since, now)),
    },
  ]
}

async function heldFigures(gateway: Gateway): Promise<readonly Figure[]> {
  const { count, since } = await heldSince(gateway.database)
  const oldest = ageOf(since ?? undefined, gateway.now())
  return [
    single('pouch_envelopes_held', 'Envelopes that wait for witnesses.', count),
    single('pouch_envelopes_held_oldest_age_seconds', 'How long the first of them has waited.', oldest),
  ]
}

async function withdrawalFigures(gateway: Gateway, others: Others): Promise<readonly Figure[]> {
  const owed = await owedTo(gateway.database, gateway.now() - lateAfterSeconds)
  const rows = new Map(owed.map((row) => [row.party, row]))
  const parties = [...new Set([...others.parties, ...rows.keys()])]
  const of = (what: 'unacknowledged' | 'late') =>
    parties.map((party) => ({ labels: { party }, value: rows.get(party)?.[what] ?? 0 }))
  return [
    {
      name: 'pouch_withdrawals_unacknowledged',
      help: 'Withdrawals that a party was told of, or is to be, and has not acknowledged.',
      samples: of('unacknowledged'),
    },
    {
      name: 'pouch_withdrawals_late',
      help: 'Of these, those that it has owed for more than a day.',
      samples: of('late'),
    },
  ]
}

async function noticeFigures({ database, suspensions }: Gateway, others: Others): Promise<readonly Figure[]> {
  const own = suspensions.notices().filter(({ by }) => others.partiesHere.has(by)).length
  const taken = new Map((await deliveriesTo(database)).map(({ gateway, count }) => [gateway, count]))
  return [
    {
      name: 'pouch_notices_undelivered',
      help: 'Suspension notices of this gateway that another has not taken.',
      samples: others.gateways.map((gateway) => ({
        labels: { gateway },
        value: Math.max(own - (taken.get(gateway) ?? 0), 0),
      })),
    },
  ]
}

function ageOf(since: number | undefined, now: number): number {
  return since === undefined ? 0 : Math.max(now - since, 0)
}
