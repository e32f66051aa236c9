/**
 * kill -9 between every two steps of an exchange. One exchange is watched, to learn the boundaries between its steps; then
 * there is one exchange for each boundary of each side, in which that side's process kills itself there and is started again,
 * while both agencies go on asking. At the end nothing acknowledged is lost, nothing is there twice, both ledgers are whole.
 * The short run takes half of the boundaries on either database; with POUCH_CRASH=full each has all.
 */
import { afterAll, expect, test } from 'vitest'
import type { PartyId } from '../../protocol/names.ts'
import { sized } from '../support/crash-size.ts'
import { eachDatabase } from '../support/databases.ts'
import { type Boundary, type GatewayProcesses, makeProcessWorld } from '../support/gateway-processes.ts'
import { settled, type Transfer, transfer } from '../support/transfer.ts'
import { expectWhole } from '../support/whole-ledgers.ts'
import { limits } from '../support/world.ts'

const parties = [
  { id: 'EST', accreditation: 4 },
  { id: 'NLD', accreditation: 4 },
] as const

/** A claim of the relay whose claimer was killed is free again after three seconds. */
const hasty = { ...limits, relayTimeoutSeconds: 1 }

eachDatabase('a gateway killed between two steps', ({ kind, fresh }) => {
  const ends: (() => Promise<void>)[] = []
  afterAll(async () => {
    for (const end of ends.toReversed()) await end()
  })

  test('leaves nothing lost, nothing twice, and both ledgers whole', { timeout: 600_000 }, async () => {
    await Promise.all(parties.map(({ id }) => killedEverywhere(id)))
  })

  async function killedEverywhere(party: PartyId): Promise<void> {
    const { world, gateways, end } = await makeProcessWorld({ parties, database: fresh, limits: hasty })
    ends.push(end)
    const [est, nld] = gateways
    const victim = gateways.find((gateway) => gateway.party === party)
    if (est === undefined || nld === undefined || victim === undefined) throw new Error('two gateways')
    const transfers: Transfer[] = []
    const notes = new Map<PartyId, Uint8Array[]>(parties.map(({ id }) => [id, []]))
    const exchange = async () => {
      transfers.push(await transfer(est, nld, `exchange-${transfers.length}`))
      await settled(gateways)
      for (const { party: id, client } of gateways) notes.get(id)?.push(await client.ledgerFile('checkpoint'))
    }
    const all = await boundariesOf(victim, exchange)
    const boundaries = all.filter((_, i) => i % sized(2, 1) === (kind === 'embedded' ? 0 : sized(1, 0)))
    for (const boundary of boundaries) await killAt(victim, boundary, exchange)
    const { entries, receipts, roots } = await expectWhole(world, gateways, transfers, notes)
    console.info(
      `${kind}, ${party}: ${boundaries.length} boundaries, ${victim.killed()} kills, ${transfers.length} exchanges, ` +
        `${entries} entries hashed again, ${receipts} receipts and ${roots} signed roots found in them`,
    )
  }
})

/** A slow machine makes the relay try again, which adds to the steps: of two exchanges, the one with fewer. */
async function boundariesOf(
  victim: GatewayProcesses,
  run: () => Promise<void>,
): Promise<readonly Boundary[]> {
  let fewest: readonly string[] | undefined
  for (let i = 0; i < 2; i++) {
    await victim.watch()
    await run()
    const passed = await victim.passed()
    if (fewest === undefined || passed.length < fewest.length) fewest = passed
  }
  const boundaries = (fewest ?? []).map((name, i, all) => ({
    name,
    occurrence: all.slice(0, i + 1).filter((each) => each === name).length,
  }))
  expect(boundaries.length).toBeGreaterThan(10)
  return boundaries.filter(({ occurrence }) => occurrence === 1)
}

/** Timing may keep an exchange from a boundary that the watched one reached; then the next exchange is asked. */
async function killAt(
  victim: GatewayProcesses,
  boundary: Boundary,
  exchange: () => Promise<void>,
): Promise<void> {
  const before = victim.killed()
  const { name, occurrence } = boundary
  for (let attempt = 1; attempt <= 3 && victim.killed() === before; attempt++) {
    await victim.watch(boundary)
    await exchange()
    await victim.watch()
  }
  expect(victim.killed(), `killed at: ${occurrence}. ${name}`).toBe(before + 1)
}
