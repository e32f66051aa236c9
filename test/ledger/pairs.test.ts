/** Transfers between two parties are numbered without a gap, whatever else fails or waits, and whoever else writes. */
import { expect, test } from 'vitest'
import { eachDatabase } from '../support/databases.ts'
import {
  auditFromBytes,
  createSamples,
  eventOf,
  openTestSequencer,
  pairNumbers,
  parent,
  transferOf,
} from '../support/sequenced.ts'

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i + 1)

eachDatabase('pair counters', ({ open, fresh, kind }) => {
  test('number each pair by itself, in the order of the ledger, and go on after a restart', async () => {
    const database = await open()
    const first = await openTestSequencer(database)
    await Promise.all([
      first.push(transferOf('a', 'EST', ['NLD'])),
      first.push(transferOf('b', 'EST', ['NLD', 'NATO'])),
      first.push(eventOf('not a transfer')),
      first.push(transferOf('c', 'NLD', ['EST'])),
    ])
    await first.push(transferOf('d', 'EST', ['NATO', 'NATO']))
    await first.close()
    const second = await openTestSequencer(database)
    await second.push(transferOf('e', 'EST', ['NLD']))
    expect(await pairNumbers(database)).toEqual({
      'EST NLD': [1, 2, 3],
      'EST NATO': [1, 2],
      'NLD EST': [1],
    })
  })

  test('a transfer that fails leaves no gap among those that were numbered after it', async () => {
    const database = await open()
    await createSamples(database)
    const sequencer = await openTestSequencer(database)
    const names = Array.from({ length: 12 }, (_, i) => (i % 4 === 1 ? 'poison' : `name-${i}`))
    const results = await Promise.allSettled(
      names.map((name, i) => sequencer.push(transferOf(`t-${i}`, 'EST', ['NLD'], [parent(name)]))),
    )
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(3)
    await sequencer.push(transferOf('last', 'EST', ['NLD']))
    expect(await pairNumbers(database)).toEqual({ 'EST NLD': upTo(10) })
    expect(await auditFromBytes(database, [])).toHaveLength(11)
  })

  test('the same transfer again is not counted again', async () => {
    const database = await open()
    const sequencer = await openTestSequencer(database)
    await sequencer.push(transferOf('a', 'EST', ['NLD']))
    const pushed = ['a', 'b', 'a', 'c'].map((key) => sequencer.push(transferOf(key, 'EST', ['NLD'])))
    const answers = await Promise.all(pushed)
    expect(answers.map(({ repeated }) => repeated)).toEqual([true, false, true, false])
    expect(await pairNumbers(database)).toEqual({ 'EST NLD': [1, 2, 3] })
  })

  test('two sequencers share the counters', async () => {
    const source = await fresh()
    const one = await open(source)
    const other = kind === 'embedded' ? one : await open(source)
    const sequencers = [await openTestSequencer(one), await openTestSequencer(other)]
    const lines = sequencers.flatMap((sequencer, s) =>
      Array.from({ length: 4 }, async (_, line) => {
        for (let i = 0; i < 8; i++)
          await sequencer.push(transferOf(`${s}-${line}-${i}`, 'EST', ['NLD', 'NATO']))
      }),
    )
    await Promise.all(lines)
    for (const sequencer of sequencers) await sequencer.close()
    expect(await pairNumbers(one)).toEqual({ 'EST NLD': upTo(64), 'EST NATO': upTo(64) })
    expect(await auditFromBytes(one, [])).toHaveLength(65)
  })
})
