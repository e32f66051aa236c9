/**
 * SIGKILL of the gateway's process, and of PostgreSQL with all its processes, again and again under load: whatever was
 * acknowledged is in the ledger, and the ledger is whole. An embedded database is killed with its gateway.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { DatabaseSource } from '../../src/database/open.ts'
import { expectKept } from '../support/acknowledged.ts'
import { sized } from '../support/crash-size.ts'
import { embeddedAt } from '../support/databases.ts'
import { type Pusher, startPushing } from '../support/pushers.ts'
import { startPostgres } from '../support/postgres-server.ts'

const timeout = sized(120_000, 1_200_000)
const entries = sized(1500, 100_000)
const kills = sized(4, 24)

const folder = mkdtempSync(path.join(tmpdir(), 'pouch-crash-'))
const ends: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true, force: true })]
afterAll(async () => {
  for (const end of ends.toReversed()) await end()
})

test('a gateway with its embedded database', { timeout }, async () => {
  const source = embeddedAt(path.join(folder, 'embedded'))
  const gateway = pushing('embedded', source)
  await underLoad([gateway], kills, () => {
    gateway.process().kill('SIGKILL')
  })
  expect(gateway.killed()).toBeGreaterThanOrEqual(kills)
  await conclude('embedded', source, [gateway], gateway.killed())
})

test('two gateways and their PostgreSQL', { timeout }, async () => {
  const server = await startPostgres()
  ends.push(() => server.stop())
  const source = { kind: 'postgresql', url: server.url } as const
  const gateways = [pushing('one', source), pushing('other', source)]
  let crashes = 0
  await underLoad(gateways, kills, async (round) => {
    if (round % 2 === 0) {
      gateways[(round / 2) % 2]?.process().kill('SIGKILL')
      return
    }
    await server.crash()
    crashes++
    await server.startAgain()
  })
  const killed = gateways.reduce((sum, gateway) => sum + gateway.killed(), crashes)
  expect([crashes, killed >= kills]).toEqual([kills / 2, true])
  await conclude('postgresql', source, gateways, killed)
})

function pushing(name: string, source: DatabaseSource): Pusher {
  const pusher = startPushing({ source, name, journal: path.join(folder, `${name}.journal`), inFlight: 64 })
  ends.push(pusher.end)
  return pusher
}

/** Kills at a moment that chance chooses, again and again, with as many entries between as make the whole number. */
async function underLoad(
  gateways: readonly Pusher[],
  times: number,
  kill: (round: number) => Promise<void> | void,
): Promise<void> {
  const step = Math.ceil(entries / times / gateways.length)
  for (let round = 0; round < times; round++) {
    const reached = gateways.map((gateway) => gateway.acknowledged().length)
    await Promise.all(gateways.map((gateway, i) => gateway.reach((reached[i] ?? 0) + step)))
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 100))
    await kill(round)
  }
  await Promise.all(gateways.map((gateway) => gateway.reach(gateway.acknowledged().length + step)))
}

async function conclude(
  name: string,
  source: DatabaseSource,
  gateways: readonly Pusher[],
  killed: number,
): Promise<void> {
  await Promise.all(gateways.map((gateway) => gateway.stop()))
  const kept = await expectKept(source, gateways)
  expect(kept.acknowledged).toBeGreaterThanOrEqual(entries)
  console.info(
    `${name}: ${kept.acknowledged} entries acknowledged, ${killed} kills, lost 0; ` +
      `${kept.entries} entries hashed again, ${kept.roots} signed roots, one for each size`,
  )
}
