/** Answers for the history of transfers as JSON: what is asked in the query, and one line for each entry. */
import { z } from 'zod'
import { printMarking } from '../../../protocol/label.ts'
import {
  type HistoryLine,
  type HistoryPage,
  type HistoryQuery,
  transferEvents,
} from '../../exchange/history-page.ts'
import { listOf, party, time, token } from './values.ts'

const index = z.int().min(0)
const digits = z.codec(z.string().regex(/^[0-9]{1,15}$/), z.int().min(0), { decode: Number, encode: String })

/** As query parameters. */
export const historyQueryForm = z.strictObject({
  before: digits.exactOptional().meta({ description: '`next` of the page before' }),
  limit: digits.pipe(z.int().min(1).max(100)).default(50).meta({ description: 'lines at most: 1 to 100' }),
  outcome: z.enum(['permitted', 'refused']).exactOptional(),
  event: z.enum(transferEvents).exactOptional(),
  party: party.exactOptional().meta({ description: 'as sender, recipient or relaying gateway' }),
  from: party.exactOptional(),
  to: party.exactOptional(),
  transfer: z
    .string()
    .regex(/^[0-9a-f]{1,32}$/)
    .exactOptional()
    .meta({ description: 'the id of an envelope, or its beginning' }),
  ground: token.exactOptional().meta({ description: 'code of a ground or of a refusal' }),
  since: time.exactOptional(),
  until: time.exactOptional(),
})

historyQueryForm satisfies z.ZodType<HistoryQuery>

const lineForm = z
  .object({
    index: index.meta({ description: 'of the entry in the ledger' }),
    at: time,
    event: z.enum(transferEvents),
    outcome: z.enum(['permitted', 'refused']),
    transfer: z.string(),
    from: z.string(),
    to: listOf(z.string(), 1024),
    actor: z.string().meta({ description: 'whose gateway or agency brought it about' }),
    marking: z.string().exactOptional(),
    purpose: z.string().exactOptional(),
    agreement: z.string().exactOptional(),
    grounds: listOf(z.string(), 1024).meta({ description: 'of a denial: code, party and subject' }),
    detail: z
      .string()
      .exactOptional()
      .meta({ description: 'code of a refusal before any decision, or of a failure' }),
  })
  .meta({ id: 'HistoryLine', description: 'One entry about a transfer.' })

export const historyForm = z
  .object({
    lines: listOf(lineForm, 100),
    next: index.exactOptional().meta({
      description: 'give it as `before` to go on; absent at the beginning of the ledger',
    }),
  })
  .meta({
    id: 'History',
    description: 'Entries that fit, the newest first; perhaps none, and more to look at.',
  })

export type HistoryView = z.output<typeof historyForm>
export type HistoryLineView = z.output<typeof lineForm>

export function historyShown({ lines, next }: HistoryPage): HistoryView {
  return { lines: lines.map(lineShown), ...(next !== undefined && { next }) }
}

function lineShown({ index, outcome, event, record }: HistoryLine): HistoryLineView {
  const { at, transfer = '', from = '', to = [], actor, label, purpose, agreement, decision, detail } = record
  return {
    ...{ index, at, event, outcome, transfer, from, to, actor },
    ...(label && { marking: printMarking(label.policy, label.marking) }),
    ...(purpose !== undefined && { purpose }),
    ...(agreement !== undefined && { agreement }),
    grounds: decision?.grounds ?? [],
    ...(detail !== undefined && { detail }),
  }
}
