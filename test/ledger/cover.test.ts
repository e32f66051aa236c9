/** Answers for cover entries: as often as was asked, at times that tell nothing, and with leaves like all others. */
import { expect, test } from 'vitest'
import { parseLeaf } from '../../protocol/ledger/entry.ts'
import { parseRecord } from '../../protocol/ledger/record.ts'
import { coverGap, enterCover, startCover } from '../../src/ledger/cover.ts'
import { readEntries } from '../../src/ledger/entries-table.ts'
import { eachDatabase } from '../support/databases.ts'
import { eventually } from '../support/eventually.ts'
import { recordingLogger } from '../support/recorded.ts'
import { eventOf, now, openTestSequencer } from '../support/sequenced.ts'

test('the gaps are exponential, of the mean that was asked for', () => {
  const steps = 10_000
  const gaps = Array.from({ length: steps }, (_, i) => coverGap(60, (i + 0.5) / steps))
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / steps
  expect(mean / 60_000).toBeCloseTo(1, 2)
  // Of exponential gaps 1/e are longer than the mean, and 1/e² longer than twice the mean.
  expect(gaps.filter((gap) => gap > 60_000).length / steps).toBeCloseTo(Math.exp(-1), 2)
  expect(gaps.filter((gap) => gap > 120_000).length / steps).toBeCloseTo(Math.exp(-2), 2)
  expect(coverGap(60, 1)).toBeCloseTo(0)
})

eachDatabase('a cover entry', ({ open }) => {
  test('has a leaf of the same form and length as that of a transfer', async () => {
    const database = await open()
    const sequencer = await openTestSequencer(database)
    await sequencer.push(eventOf('a transfer'))
    await enterCover({ party: 'EST', sequencer, now, coverEntriesPerHour: 1 })
    const entries = await readEntries(database, { start: 1, end: 3 })
    expect(entries.map(({ record }) => record && parseRecord(record).event)).toEqual([
      'submission-acceptance',
      'cover',
    ])
    expect(entries.map(({ leaf }) => leaf.length)).toEqual([70, 70])
    for (const { leaf } of entries) expect(parseLeaf(leaf).commitment).toHaveLength(32)
    await sequencer.close()
  })

  test('comes by itself, and comes no more when it is ended', async () => {
    const database = await open()
    const sequencer = await openTestSequencer(database)
    const covering = { party: 'EST', sequencer, now, logger: recordingLogger() }
    const end = startCover({ ...covering, coverEntriesPerHour: 3_600_000 })
    const sizeOf = async () => (await readEntries(database, { start: 0, end: 100_000 })).length
    await eventually('three entries', async () => ((await sizeOf()) > 3 ? true : undefined))
    await end()
    const size = await sizeOf()
    await startCover({ ...covering, coverEntriesPerHour: 0 })()
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(await sizeOf()).toBe(size)
    await sequencer.close()
  })
})
