/**
 * The primary of a replicated PostgreSQL is killed under load, with every process of it, and its synchronous standby takes
 * its place: two gateways go on without being started again, nothing acknowledged is lost, and no size is signed twice.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { expectKept } from '../support/acknowledged.ts'
import { sized } from '../support/crash-size.ts'
import { startPostgresPair } from '../support/postgres-pair.ts'
import { type Pusher, startPushing } from '../support/pushers.ts'

const before = sized(400, 20_000)

const folder = mkdtempSync(path.join(tmpdir(), 'pouch-standby-'))
const ends: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true, force: true })]
afterAll(async () => {
  for (const end of ends.toReversed()) await end()
})

test('two gateways whose primary is killed go on with its standby', {
  timeout: sized(120_000, 600_000),
}, async () => {
  const pair = await startPostgresPair()
  ends.push(pair.stop)
  const source = { kind: 'postgresql', url: pair.url } as const
  const gateways = ['one', 'other'].map((name) => {
    const pusher = startPushing({ source, name, journal: path.join(folder, `${name}.journal`), inFlight: 32 })
    ends.push(pusher.end)
    return pusher
  })
  const processes = gateways.map((gateway) => gateway.process().pid)
  await reachAll(gateways, before)

  await pair.primary.crash()
  const [died, acknowledged] = [performance.now(), counts(gateways)]
  await pair.promote()
  const promoted = performance.now() - died
  const resumed = await Promise.all(
    gateways.map(async (gateway, i) => {
      await gateway.reach((acknowledged[i] ?? 0) + 1)
      return performance.now() - died
    }),
  )
  await reachAll(gateways, before)

  expect(gateways.map((gateway) => gateway.process().pid)).toEqual(processes)
  await Promise.all(gateways.map((gateway) => gateway.stop()))
  // From here the old primary is gone for good: only what the standby had is there to be found.
  const kept = await expectKept({ kind: 'postgresql', url: pair.standby.url }, gateways)
  expect(kept.acknowledged).toBeGreaterThanOrEqual(4 * before)
  console.info(
    `standby: ${kept.acknowledged} entries acknowledged, lost 0; ${kept.entries} entries hashed again, ${kept.roots} signed ` +
      `roots, one for each size; without a write from the primary’s end for ${Math.round(Math.min(...resumed))} ms ` +
      `(the second gateway ${Math.round(Math.max(...resumed))} ms), of which promoting took ${Math.round(promoted)} ms`,
  )
})

function counts(gateways: readonly Pusher[]): readonly number[] {
  return gateways.map((gateway) => gateway.acknowledged().length)
}

/** As many more of each. */
async function reachAll(gateways: readonly Pusher[], more: number): Promise<void> {
  const reached = counts(gateways)
  await Promise.all(gateways.map((gateway, i) => gateway.reach((reached[i] ?? 0) + more)))
}
