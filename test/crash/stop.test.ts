/**
 * SIGSTOP of the gateway that leads, while another takes over the same PostgreSQL, then SIGCONT: the stopped one neither
 * forks the ledger nor answers anything false, and the other does not wait for it for ever.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { expectKept } from '../support/acknowledged.ts'
import { sized } from '../support/crash-size.ts'
import { type Pusher, startPushing } from '../support/pushers.ts'
import { startPostgres } from '../support/postgres-server.ts'

const timeout = sized(120_000, 1_200_000)
const rounds = sized(4, 30)
const step = sized(100, 500)

const folder = mkdtempSync(path.join(tmpdir(), 'pouch-stop-'))
const ends: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true, force: true })]
afterAll(async () => {
  for (const end of ends.toReversed()) await end()
})

test('two gateways of one ledger, each stopped in turn', { timeout }, async () => {
  const server = await startPostgres()
  ends.push(() => server.stop())
  const source = { kind: 'postgresql', url: server.url } as const
  const gateways = ['one', 'other'].map((name): Pusher => {
    const order = { source, name, journal: path.join(folder, name), inFlight: 32 }
    const pusher = startPushing(order)
    ends.push(pusher.end)
    return pusher
  })
  for (let round = 0; round < rounds; round++) {
    const [stopped, other] = round % 2 === 0 ? gateways : gateways.toReversed()
    if (stopped === undefined || other === undefined) throw new Error('two gateways')
    await Promise.all(gateways.map(further))
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 50))
    stopped.process().kill('SIGSTOP')
    await new Promise((resolve) => setTimeout(resolve, 20))
    const before = stopped.acknowledged().length
    await further(other)
    expect(stopped.acknowledged().length).toBe(before)
    stopped.process().kill('SIGCONT')
    await Promise.all(gateways.map(further))
  }
  await Promise.all(gateways.map((gateway) => gateway.stop()))
  const kept = await expectKept(source, gateways)
  console.info(
    `${rounds} times stopped: ${kept.acknowledged} answers for ${kept.entries} entries, lost 0, ` +
      `${kept.roots} signed roots, one for each size`,
  )
})

async function further(gateway: Pusher): Promise<void> {
  await gateway.reach(gateway.acknowledged().length + step)
}
