/** The look at the end of each crash: it finds an answer that is not in the ledger, a leaf, a place or a root that is another. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectKept } from '../support/acknowledged.ts'
import { embeddedAt } from '../support/databases.ts'
import type { Acknowledged } from '../support/journal.ts'
import { type Pusher, startPushing } from '../support/pushers.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'pouch-acknowledged-'))
const source = embeddedAt(path.join(folder, 'database'))
let gateway: Pusher

beforeAll(async () => {
  gateway = startPushing({ source, name: 'one', journal: path.join(folder, 'journal'), inFlight: 8 })
  await gateway.reach(30)
  await gateway.stop()
})
afterAll(() => {
  gateway.end()
  rmSync(folder, { recursive: true, force: true })
})

test('finds nothing in what was answered', async () => {
  const { acknowledged } = await expectKept(source, [gateway])
  expect(acknowledged).toBeGreaterThanOrEqual(30)
})

test.each([
  ['an event that is not entered', (line: Acknowledged) => ({ ...line, number: 1_000_001 })],
  ['an event at another place', (line: Acknowledged) => ({ ...line, index: line.index - 1 })],
  ['an event that would come after the last', (line: Acknowledged) => ({ ...line, index: 1_000_000 })],
  ['another leaf', (line: Acknowledged) => ({ ...line, leaf: line.leaf.replace(/^../, '00') })],
  ['another root of its size', (line: Acknowledged) => ({ ...line, root: '00'.repeat(32) })],
])('finds %s', async (_, change) => {
  const line = gateway.acknowledged()[20]
  if (line === undefined) throw new Error('no line')
  const lines = () => [change(line)]
  await expect(expectKept(source, [{ name: 'one', lines }])).rejects.toThrow(/entry \d+ of one/)
})
