/**
 * A disk that fills up under load: what cannot be stored is refused as `storage-full`, what is stored can still be read,
 * nothing acknowledged is lost, and once there is room the same gateway goes on.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { isStorageFull } from '../../src/database/failure.ts'
import { type DatabaseSource, openDatabase } from '../../src/database/open.ts'
import { readEntries } from '../../src/ledger/entries-table.ts'
import { expectKept } from '../support/acknowledged.ts'
import { sized } from '../support/crash-size.ts'
import { embeddedAt } from '../support/databases.ts'
import { eventually } from '../support/eventually.ts'
import { type SmallDisk, smallDisk } from '../support/failing-disk.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { type Pusher, startPushing } from '../support/pushers.ts'

const timeout = sized(120_000, 600_000)
const rounds = sized(1, 4)
const step = sized(100, 500)
const megabyte = 2 ** 20

const folder = mkdtempSync(path.join(tmpdir(), 'pouch-full-'))
const disks = { embedded: smallDisk(256), postgresql: smallDisk(256) }
const ends: (() => Promise<void> | void)[] = [
  () => rmSync(folder, { recursive: true, force: true }),
  () => disks.embedded?.remove(),
  () => disks.postgresql?.remove(),
]
afterAll(async () => {
  for (const end of ends.toReversed()) await end()
})

test.skipIf(disks.embedded === undefined)('under the embedded database', { timeout }, async () => {
  const disk = disks.embedded
  if (disk === undefined) return
  const source = embeddedAt(path.join(disk.folder, 'database'))
  const gateway = pushing('embedded', source)
  await filledAndEmptied(gateway, disk, 8 * megabyte, () => {
    // The process that refuses is the one that answered before.
    expect([gateway.killed(), gateway.errors()]).toEqual([0, ''])
    return Promise.resolve()
  })
  await gateway.stop()
  const reader = await openDatabase(source)
  disk.fill(8 * megabyte)
  expect(await readEntries(reader, { start: 0, end: step })).toHaveLength(step)
  await expect(reader.transaction().execute(() => Promise.resolve())).rejects.toSatisfy(isStorageFull)
  await reader.destroy()
  await expect(openDatabase(source)).rejects.toMatchObject({ why: 'full' })
  disk.makeSpace()
  await conclude('embedded', source, gateway)
})

test.skipIf(disks.postgresql === undefined)('under PostgreSQL', { timeout }, async () => {
  const disk = disks.postgresql
  if (disk === undefined) return
  const server = await startPostgres([], disk.folder)
  ends.push(() => server.stop())
  const source = { kind: 'postgresql', url: server.url } as const
  const gateway = pushing('postgresql', source)
  const reader = await openDatabase(source)
  await filledAndEmptied(gateway, disk, 0, async () => {
    const read = await readEntries(reader, { start: 0, end: step })
    expect(read).toHaveLength(step)
  })
  await reader.destroy()
  await gateway.stop()
  await conclude('postgresql', source, gateway)
})

async function filledAndEmptied(
  gateway: Pusher,
  disk: SmallDisk,
  leaving: number,
  whileFull: () => Promise<void>,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await gateway.reach(gateway.acknowledged().length + step)
    const before = refusals(gateway)
    disk.fill(leaving)
    await eventually('refusals', () => refusals(gateway) > before + 32 || undefined)
    await whileFull()
    disk.makeSpace()
  }
  await gateway.reach(gateway.acknowledged().length + step)
}

function refusals(gateway: Pusher): number {
  const codes = gateway.lines().flatMap((line) => (line.kind === 'refused' ? [line.code] : []))
  expect(codes.filter((code) => code !== 'storage-full')).toEqual([])
  return codes.length
}

function pushing(name: string, source: DatabaseSource): Pusher {
  const pusher = startPushing({ source, name, journal: path.join(folder, `${name}.journal`), inFlight: 32 })
  ends.push(pusher.end)
  return pusher
}

async function conclude(name: string, source: DatabaseSource, gateway: Pusher): Promise<void> {
  const { acknowledged, entries, roots } = await expectKept(source, [gateway])
  console.info(
    `${name}: ${rounds} times full, ${acknowledged} entries acknowledged, lost 0; ` +
      `${entries} entries hashed again, ${roots} signed roots, one for each size`,
  )
}
