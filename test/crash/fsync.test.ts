/**
 * A disk that says no to fsync under load: the database ends rather than call anything durable that may not be, nobody is
 * answered meanwhile, and the next start finds everything that was acknowledged.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { DatabaseSource } from '../../src/database/open.ts'
import { expectKept } from '../support/acknowledged.ts'
import { sized } from '../support/crash-size.ts'
import { embeddedAt } from '../support/databases.ts'
import { eventually } from '../support/eventually.ts'
import { canTrace, failSyncs } from '../support/failing-disk.ts'
import { childrenOf, startPostgres } from '../support/postgres-server.ts'
import { type Pusher, startPushing } from '../support/pushers.ts'

const timeout = sized(120_000, 600_000)
const rounds = sized(1, 5)
const step = sized(100, 1000)
const traceable = canTrace()

const folder = mkdtempSync(path.join(tmpdir(), 'pouch-fsync-'))
const ends: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true, force: true })]
afterAll(async () => {
  for (const end of ends.toReversed()) await end()
})

test.skipIf(!traceable)('under the embedded database', { timeout }, async () => {
  const source = embeddedAt(path.join(folder, 'embedded'))
  const gateway = pushing('embedded', source)
  for (let round = 1; round <= rounds; round++) {
    await further(gateway)
    const failing = gateway.process()
    const letGo = await failSyncs([failing.pid ?? 0])
    // It ends itself, and says why.
    await eventually('the end of the process', () => failing.signalCode ?? undefined)
    await letGo()
    expect([failing.signalCode, gateway.killed()]).toEqual(['SIGKILL', round])
    expect(gateway.errors()).toMatch(/fsync of .* failed \(EIO\): the process ends/)
  }
  await conclude('embedded', source, gateway)
})

test.skipIf(!traceable)('under PostgreSQL', { timeout }, async () => {
  const server = await startPostgres()
  ends.push(() => server.stop())
  const source = { kind: 'postgresql', url: server.url } as const
  const gateway = pushing('postgresql', source)
  for (let round = 0; round < rounds; round++) {
    await further(gateway)
    const id = server.process().pid ?? 0
    const letGo = await failSyncs([id, ...childrenOf(id)])
    // A commit that cannot reach the disk ends all of the server's processes but the first, and none can start again.
    const before = refusals(gateway)
    await eventually('a refusal', () => refusals(gateway) > before || undefined)
    const answered = gateway.acknowledged().length
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(gateway.acknowledged().length).toBe(answered)
    await letGo()
    await server.crash()
    await server.startAgain()
  }
  await conclude('postgresql', source, gateway)
})

function pushing(name: string, source: DatabaseSource): Pusher {
  const pusher = startPushing({ source, name, journal: path.join(folder, `${name}.journal`), inFlight: 32 })
  ends.push(pusher.end)
  return pusher
}

/** Waits are refused as such, and nothing is refused as anything else. */
function refusals(gateway: Pusher): number {
  const codes = gateway.lines().flatMap((line) => (line.kind === 'refused' ? [line.code] : []))
  expect(codes.filter((code) => code !== 'unavailable')).toEqual([])
  return codes.length
}

async function further(gateway: Pusher): Promise<void> {
  await gateway.reach(gateway.acknowledged().length + step)
}

async function conclude(name: string, source: DatabaseSource, gateway: Pusher): Promise<void> {
  await further(gateway)
  await gateway.stop()
  const { acknowledged, entries, roots } = await expectKept(source, [gateway])
  console.info(
    `${name}: ${rounds} times fsync failed, ${acknowledged} entries acknowledged, lost 0; ` +
      `${entries} entries hashed again, ${roots} signed roots, one for each size`,
  )
}
