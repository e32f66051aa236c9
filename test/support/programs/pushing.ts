/**
 * Answers for a process to be killed: it pushes event after event through a sequencer of its own, as many at once as it
 * is told, and writes down each answer before it goes on. What was not answered it pushes again, in its next life too.
 */
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, openSync, readFileSync } from 'node:fs'
import { toHex } from '../../../protocol/bytes.ts'
import { Rejected } from '../../../protocol/errors.ts'
import { openDatabase } from '../../../src/database/open.ts'
import type { Entered } from '../../../src/ledger/answer.ts'
import { type NewEvent, openSequencer } from '../../../src/ledger/sequencer.ts'
import { type Acknowledged, type JournalLine, keyOf, linesOf, type PushingOrder } from '../journal.ts'
import { signer } from '../ledger.ts'

const order = JSON.parse(process.argv[2] ?? '') as PushingOrder
const answered = new Set<number>()
const signedSizes = new Set<string>()
let next = 0
let stopping = false
process.on('SIGTERM', () => (stopping = true))

const earlier = existsSync(order.journal) ? readFileSync(order.journal, 'utf8') : ''
for (const line of linesOf(earlier)) if (line.kind === 'entry') answered.add(line.number)
const journal = openSync(order.journal, 'a')
// A life that was killed may have left half a line.
appendFileSync(journal, '\n')

const now = (): number => Math.floor(Date.now() / 1000)
const database = await openDatabase(order.source)
const sequencer = await openSequencer({ database, signer, actor: 'EST', now })
note({ kind: 'open' })
await Promise.all(Array.from({ length: order.inFlight }, pushOneAfterTheOther))
await sequencer.close()
await database.destroy()

async function pushOneAfterTheOther(): Promise<void> {
  while (!stopping) {
    while (answered.has(next)) next++
    const number = next++
    await untilAnswered(number)
  }
}

async function untilAnswered(number: number): Promise<void> {
  while (!stopping) {
    try {
      noteAnswer(number, await sequencer.push(eventOf(number)))
      return
    } catch (error) {
      // Only what passes is tried again; anything else is for the test to see.
      const code = error instanceof Rejected ? error.code : String(error)
      note({ kind: 'refused', code })
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

function eventOf(number: number): NewEvent {
  const key = keyOf(order.name, number)
  const fingerprint = new Uint8Array(createHash('sha256').update(key).digest())
  const record = { event: 'submission-acceptance', actor: 'EST', at: now(), transfer: key } as const
  return { key, fingerprint, record, effects: [] }
}

/** With the first answer under each root its signatures, which are the same in all of them. */
function noteAnswer(number: number, { index, size, root, leaf, receipt, checkpoint }: Entered): void {
  const entry: Acknowledged = { kind: 'entry', number, index, size, root: toHex(root), leaf: toHex(leaf) }
  const signed = `${size} ${entry.root}`
  if (!signedSizes.has(signed)) {
    signedSizes.add(signed)
    note({ kind: 'signed', checkpoint, receipt: Buffer.from(receipt).toString('base64') })
  }
  note(entry)
}

/** One write, which a kill does not take back. */
function note(line: JournalLine): void {
  appendFileSync(journal, `${JSON.stringify(line)}\n`)
}
