/** A database that went back: the gateway does not start on it, and says who knows what. */
import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { utf8 } from '../../protocol/bytes.ts'
import { parseCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { parseRecord } from '../../protocol/ledger/record.ts'
import type { DatabaseSource } from '../../src/database/open.ts'
import { readAnchor } from '../../src/ledger/anchor.ts'
import { readEntries } from '../../src/ledger/entries-table.ts'
import type { LedgerFiles } from '../../src/open-ledger.ts'
import { anchorOf } from '../support/anchors.ts'
import { eachDatabase } from '../support/databases.ts'
import { eventually } from '../support/eventually.ts'
import { eventOf } from '../support/sequenced.ts'
import { append, cut } from '../support/tampered.ts'
import { makeWorld, originOf, type World } from '../support/world.ts'

const parties = [
  { id: 'EST', accreditation: 4 },
  { id: 'NLD', accreditation: 4 },
] as const

eachDatabase('a gateway whose database', ({ fresh, copy, open }) => {
  let world: World
  beforeAll(async () => {
    world = await makeWorld({ parties, database: fresh })
  })
  afterAll(() => world.end())

  /** Starts EST there, enters these events, and stops it. */
  const enter = async (database: DatabaseSource, keys: readonly string[], files?: LedgerFiles) => {
    const { gateway, close } = await world.compose('EST', {
      database,
      ...(files && { ledgerFiles: files }),
    })
    for (const key of keys) await gateway.sequencer.push(eventOf(key))
    const entries = await readEntries(gateway.database, { start: 0, end: Number.MAX_SAFE_INTEGER })
    await close()
    return entries
  }
  const start = (database: DatabaseSource, anchorFile: string, trustHead = false) =>
    enter(database, [], { anchorFile, trustHead })
  const anchorSize = async (file: string) => parseCheckpoint(utf8((await readAnchor(file)) ?? '')).size
  const signer = () => {
    const { ledger } = world.party('EST')
    const origin = world.document.parties.find(({ id }) => id === 'EST')?.ledger ?? ''
    return { keys: { origin, ed25519: ledger[0].publicKey, mlDsa44: ledger[1].publicKey }, pair: ledger }
  }
  const tampered = async (
    source: DatabaseSource,
    act: (database: Awaited<ReturnType<typeof open>>) => Promise<void>,
  ) => {
    const database = await open(source)
    await act(database)
    await database.destroy()
  }

  test('is as it left it starts', async () => {
    const database = await fresh()
    const before = await enter(database, ['a', 'b'])
    expect(await anchorSize(anchorOf(database))).toBe(before.length)
    const after = await enter(database, ['c'])
    expect(after.length).toBe(before.length + 1)
    expect(await anchorSize(anchorOf(database))).toBe(after.length)
  })

  test('was restored from yesterday’s dump is refused', async () => {
    const today = await fresh()
    const before = (await enter(today, ['a', 'b'])).length
    const yesterday = await copy(today)
    const after = (await enter(today, ['c', 'd', 'e'])).length
    await expect(start(yesterday, anchorOf(today))).rejects.toMatchObject({
      code: 'ledger-rollback',
      detail: `the database has ${before} entries\nthe anchor file knows ${after} entries`,
    })
    // Also by whoever vouches for it.
    const vouched = start(yesterday, anchorOf(today), true)
    await expect(vouched).rejects.toMatchObject({ code: 'ledger-rollback' })
    expect(await start(today, anchorOf(today))).toHaveLength(after)
  })

  test('is empty where there was a ledger is refused', async () => {
    const lost = await fresh()
    const { length } = await enter(lost, ['a'])
    await expect(start(await fresh(), anchorOf(lost))).rejects.toMatchObject({
      code: 'ledger-rollback',
      detail: `the database has 0 entries\nthe anchor file knows ${length} entries`,
    })
  })

  test.each([0, 1])('had its last entries cut and others appended, %i more, is refused', async (more) => {
    const database = await fresh()
    const { length } = await enter(database, ['a', 'b', 'c', 'd'])
    await tampered(database, async (opened) => {
      await cut(opened, length - 3, signer())
      await append(opened, signer(), 'EST', ['x', 'y', 'z', 'more'].slice(0, 3 + more))
    })
    await expect(start(database, anchorOf(database))).rejects.toMatchObject({
      code: 'ledger-rollback',
      detail: `the database has ${length + more} entries\nthe anchor file knows another history of the first ${length} entries`,
    })
  })

  test('is not this ledger’s by its anchor is refused', async () => {
    const [database, other] = [await fresh(), await fresh()]
    await enter(database, ['a'])
    await (await world.compose('NLD', { database: other })).close()
    await expect(start(database, anchorOf(other))).rejects.toMatchObject({ code: 'no-anchor' })
  })

  test('nobody can speak for is refused, but on the operator’s word, which is entered', async () => {
    const database = await fresh()
    const { length } = await enter(database, ['a'])
    rmSync(anchorOf(database))
    await expect(start(database, anchorOf(database))).rejects.toMatchObject({
      code: 'no-anchor',
      detail: `the database has ${length} entries`,
    })
    const entries = await start(database, anchorOf(database), true)
    const last = parseRecord(entries.at(-1)?.record ?? new Uint8Array(0))
    expect(last).toMatchObject({ event: 'operator-action', actor: 'EST' })
    expect(last.detail).toContain('--trust-head')
    // The word was for one start; from there on there is an anchor.
    expect(await start(database, anchorOf(database))).toHaveLength(entries.length)
    expect(await start(database, anchorOf(database), true)).toHaveLength(entries.length)
  })

  describe('is witnessed', () => {
    let today: DatabaseSource
    let yesterday: DatabaseSource
    let length: number
    beforeAll(async () => {
      await world.start('NLD')
      today = await fresh()
      await enter(today, ['a', 'b'])
      yesterday = await copy(today)
      const { gateway, close } = await world.compose('EST', { database: today })
      const { size } = await gateway.sequencer.push(eventOf('c'))
      length = size
      await eventually('the witness', async () => ((await held()) === size ? true : undefined))
      await close()
    })

    const held = async (): Promise<number> => {
      const url = new URL('/witness/checkpoint', originOf(world.party('NLD').exchangePort))
      url.searchParams.set('origin', signer().keys.origin)
      const response = await fetch(url)
      return response.status === 404 ? 0 : parseCheckpoint(utf8(await response.text())).size
    }

    test('and went back is refused without an anchor too, by the witness', async () => {
      await expect(start(yesterday, anchorOf(yesterday))).rejects.toMatchObject({
        code: 'ledger-rollback',
        detail: expect.stringContaining(`NLD knows ${length} entries`) as string,
      })
    })

    test('and is another one of the same size is refused without an anchor too', async () => {
      const forked = await copy(today)
      await tampered(forked, async (database) => {
        await cut(database, length - 1, signer())
        await append(database, signer(), 'EST', ['another'])
      })
      await expect(start(forked, anchorOf(forked))).rejects.toMatchObject({
        code: 'ledger-rollback',
        detail: expect.stringContaining(`NLD knows another history of the first ${length} entries`) as string,
      })
    })

    test('and is as it left it starts without an anchor, and has one then', async () => {
      rmSync(anchorOf(today))
      const entries = await start(today, anchorOf(today))
      expect(entries).toHaveLength(length)
      expect(await anchorSize(anchorOf(today))).toBeGreaterThanOrEqual(1)
    })
  })
})
