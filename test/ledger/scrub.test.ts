/** The scrubber: whatever the ledger holds that it did not sign is found, by name. */
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseRecord } from '../../protocol/ledger/record.ts'
import type { Database } from '../../src/database/open.ts'
import { createDamage, guarded } from '../../src/ledger/damage.ts'
import { readEntries } from '../../src/ledger/entries-table.ts'
import { beginPass, scrubNext } from '../../src/ledger/scrub.ts'
import { keepPlace, type Place, readPlace } from '../../src/ledger/scrub-table.ts'
import { startScrubber } from '../../src/ledger/scrubber.ts'
import type { Sequencer } from '../../src/ledger/sequencer.ts'
import { createLogger, type Logger } from '../../src/logger.ts'
import { eachDatabase } from '../support/databases.ts'
import { eventually } from '../support/eventually.ts'
import { signer } from '../support/ledger.ts'
import { eventOf, now, openTestSequencer } from '../support/sequenced.ts'
import { changeByte } from '../support/tampered.ts'
import { makeWorld, type World } from '../support/world.ts'

const count = 600

eachDatabase('the scrubber', ({ open }) => {
  let database: Database
  let sequencer: Sequencer
  let sizes: readonly number[]
  beforeAll(async () => {
    database = await open()
    sequencer = await openTestSequencer(database)
    for (let start = 0; start < count; start += 150) {
      const keys = Array.from({ length: 150 }, (_, i) => `event ${start + i}`)
      await Promise.all(keys.map((key) => sequencer.push(eventOf(key))))
    }
    const { rows } = await sql<{ size: string }>`
      select size from ledger_checkpoint where signed is not null order by size`.execute(database)
    sizes = rows.map(({ size }) => Number(size))
  })
  afterAll(() => sequencer.close())

  const scrubbed = () => ({ database, signer, now })
  const begin = async (): Promise<Place> => {
    const place = await beginPass(scrubbed())
    if (place === undefined) throw new Error('no ledger')
    return place
  }
  const scrubAll = async (step = 256): Promise<Place> => {
    let place = await begin()
    while (place.size < place.until) place = await scrubNext(scrubbed(), place, step)
    return place
  }
  const damagedAt = (place: string) =>
    expect.objectContaining({
      code: 'ledger-damaged',
      detail: expect.stringMatching(new RegExp(`^${place}: `)) as string,
    }) as Error

  test.each([
    256, 100, 7,
  ])('finds nothing in a ledger that is as it was written, in steps of %i', async (step) => {
    const { size, until, checkpoints } = await scrubAll(step)
    expect([size, until]).toEqual([count + 1, count + 1])
    expect(checkpoints).toBeGreaterThanOrEqual(sizes.length)
  })

  const entry = (index: number) => sql`index = ${index}`
  const changes: readonly (readonly [string, string, string, ReturnType<typeof sql>, number, string])[] = [
    ['the commitment in a leaf', 'ledger_entry', 'leaf', entry(300), 0, 'entry 300'],
    ['the link in a leaf', 'ledger_entry', 'leaf', entry(301), 50, 'entry 301'],
    ['the first leaf', 'ledger_entry', 'leaf', entry(0), 40, 'entry 0'],
    ['a record', 'ledger_entry', 'record', entry(17), 0, 'entry 17'],
    ['the key of a record', 'ledger_entry', 'secret', entry(18), 5, 'entry 18'],
    ['a fingerprint', 'ledger_entry', 'fingerprint', entry(19), 5, 'entry 19'],
    ['a full tile', 'ledger_tile', 'hashes', sql`level = 0 and index = 1`, 4000, 'tile/0/001'],
    ['the last root', 'ledger_checkpoint', 'root', sql`size = ${count + 1}`, 0, `checkpoint ${count + 1}`],
    [
      'a signature',
      'ledger_checkpoint',
      'signatures',
      sql`size = ${count + 1}`,
      9,
      `checkpoint ${count + 1}`,
    ],
    ['the head', 'ledger_head', 'root', sql`true`, 0, `head ${count + 1}`],
  ]
  test.each(
    changes,
  )('names where one byte of %s was changed', async (_, table, column, where, fromEnd, place) => {
    const change = () => changeByte(database, table, column, where, fromEnd)
    await change()
    await expect(scrubAll()).rejects.toEqual(damagedAt(place))
    await change()
  })

  const rows: readonly (readonly [string, string, ReturnType<typeof sql>, string])[] = [
    ['an entry', 'ledger_entry', entry(599), 'entry 599'],
    ['a full tile', 'ledger_tile', sql`level = 0 and index = 0`, 'tile/0/000'],
    ['the last checkpoint', 'ledger_checkpoint', sql`size = ${count + 1}`, `checkpoint ${count + 1}`],
  ]
  test.each(rows)('names where %s was taken away', async (_, table, where, place) => {
    const from = sql.table(table)
    await sql`create table taken as select * from ${from} where ${where}`.execute(database)
    await sql`delete from ${from} where ${where}`.execute(database)
    await expect(scrubAll()).rejects.toEqual(damagedAt(place))
    await sql`insert into ${from} select * from taken`.execute(database)
    await sql`drop table taken`.execute(database)
  })

  test('names a tile that was planted before it is full', async () => {
    await sql`insert into ledger_tile select 0, 2, hashes from ledger_tile where level = 0 and index = 1`.execute(
      database,
    )
    await expect(scrubAll()).rejects.toEqual(damagedAt('tile/0/002'))
    await sql`delete from ledger_tile where level = 0 and index = 2`.execute(database)
  })

  test('names an entry that was given the key of another event', async () => {
    await sql`update ledger_entry set key = 'planted' where key = 'event 41'`.execute(database)
    const [planted] = await readPlanted()
    await expect(scrubAll()).rejects.toEqual(damagedAt(`entry ${planted ?? ''}`))
    await sql`update ledger_entry set key = 'event 41' where key = 'planted'`.execute(database)
  })
  const readPlanted = async (): Promise<readonly number[]> => {
    const { rows: found } = await sql<{
      index: string
    }>`select index from ledger_entry where key = 'planted'`.execute(database)
    return found.map(({ index }) => Number(index))
  }

  test('names an entry whose record and key were taken away', async () => {
    const where = entry(77)
    await sql`create table taken as select index, record, secret from ledger_entry where ${where}`.execute(
      database,
    )
    await sql`update ledger_entry set record = null, secret = null where ${where}`.execute(database)
    await expect(scrubAll()).rejects.toEqual(damagedAt('entry 77'))
    await sql`update ledger_entry e set record = t.record, secret = t.secret from taken t where e.index = t.index`.execute(
      database,
    )
    await sql`drop table taken`.execute(database)
  })

  test('keeps its place, and believes no other', async () => {
    const place = await scrubNext(scrubbed(), await begin(), 300)
    await keepPlace(database, signer, place)
    const read = await readPlace(database, signer)
    expect(read).toEqual(place)
    expect((await scrubNext(scrubbed(), read ?? place, 1000)).size).toBe(place.until)
    await changeByte(database, 'ledger_scrub', 'place', sql`true`)
    await expect(readPlace(database, signer)).rejects.toEqual(damagedAt('scrub'))
    await sql`delete from ledger_scrub`.execute(database)
  })

  const lines: string[] = []
  const logger: Logger = createLogger('info', { write: (line) => void lines.push(line) })
  const options = () => {
    const damage = createDamage()
    const guard = guarded(sequencer, damage)
    return { ...scrubbed(), party: 'EST', sequencer: guard, damage, logger, entriesPerSecond: 100_000 }
  }

  test('goes on from its place, and enters a whole pass once', async () => {
    await keepPlace(database, signer, await scrubNext(scrubbed(), await begin(), 300))
    const stop = startScrubber(options())
    const done = await eventually('the end of the pass', () => sequencer.find(`scrub:${now()}`))
    await stop()
    const [entered] = await readEntries(database, { start: done.index, end: done.index + 1 })
    const record = parseRecord(entered?.record ?? new Uint8Array(0))
    expect(record).toMatchObject({ event: 'scrub', actor: 'EST' })
    expect(record.detail).toMatch(new RegExp(`^${count + 1} entries and \\d+ checkpoints hashed again$`))
    expect(await readPlace(database, signer)).toMatchObject({ size: count + 1, until: count + 1 })
    await sql`delete from ledger_scrub`.execute(database)
  })

  test('has the gateway stop entering, and says why', async () => {
    await changeByte(database, 'ledger_entry', 'record', entry(17))
    const { sequencer: guard, ...rest } = options()
    const stop = startScrubber({ ...rest, sequencer: guard })
    const line = await eventually('the word', () => lines.find((each) => each.includes('ledger-damaged')))
    expect(JSON.parse(line)).toMatchObject({ level: 50, event: 'ledger-damaged', ledgerPlace: 'entry 17' })
    await expect(guard.push(eventOf('more'))).rejects.toMatchObject({ code: 'ledger-damaged' })
    expect(await guard.find('event 1')).toBeDefined()
    await stop()
    await changeByte(database, 'ledger_entry', 'record', entry(17))
  })

  test('can be turned off', async () => {
    await startScrubber({ ...options(), entriesPerSecond: 0 })()
    expect(await readPlace(database, signer)).toBeUndefined()
  })
})

eachDatabase('a gateway whose ledger is damaged', ({ fresh, open }) => {
  let world: World
  beforeAll(async () => {
    world = await makeWorld({ parties: [{ id: 'EST', accreditation: 4 }], database: fresh })
  })
  afterAll(() => world.end())

  test('is not ready, and enters nothing', async () => {
    const source = await fresh()
    await (await world.compose('EST', { database: source })).close()
    const opened = await open(source)
    await changeByte(opened, 'ledger_entry', 'record', sql`index = 1`)
    await opened.destroy()
    const vigilance = { entriesPerSecond: 1000 }
    const { gateway, agency, stop } = await world.start('EST', { database: source, vigilance })
    const answer: unknown = await eventually('the check', async () => {
      const response = await fetch(`http://127.0.0.1:${agency.port}/readyz`)
      return response.status === 503 ? ((await response.json()) as unknown) : undefined
    })
    expect(answer).toMatchObject({
      checks: expect.arrayContaining([{ check: 'ledger', ok: false }]) as object,
    })
    const refused = gateway.sequencer.push(eventOf('more'))
    await expect(refused).rejects.toMatchObject({
      code: 'ledger-damaged',
      detail: expect.stringMatching(/^entry 1: /) as string,
    })
    await stop()
  })
})
