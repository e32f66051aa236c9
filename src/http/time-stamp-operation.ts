/** Answers for the time stamps of checkpoints over HTTP, which auditors verify with tools of their own. */
import { z } from 'zod'
import type { Gateway } from '../exchange/gateway.ts'
import { timeStampsFrom } from '../ledger/time-stamps/time-stamps-table.ts'
import { json, jsonType } from './answer.ts'
import { timeStampsForm } from './forms/time-stamps.ts'
import { type Operation, operation } from './operation.ts'

const atOnce = 100

const query = z.object({
  from: z.coerce
    .number()
    .int()
    .min(0)
    .max(1e15)
    .default(0)
    .meta({ description: 'from this size of the ledger on' }),
})

export function timeStamps({ database }: Gateway): Operation {
  return operation(
    {
      id: 'ledgerTimeStamps',
      method: 'get',
      path: '/v1/ledger/timestamps',
      summary: 'Checkpoints with their time stamps (RFC 3161), the oldest first, a hundred at once',
      description:
        'With `checkpoint` in one file and `token` in another: ' +
        '`openssl ts -verify -data checkpoint -token_in -in token -CAfile …`.',
      access: ['auditor'],
      query,
      answers: { 200: { description: 'The time stamps.', content: { [jsonType]: timeStampsForm } } },
      refuses: [],
    },
    async ({ query: { from } }) => {
      const rows = await timeStampsFrom(database, from, atOnce)
      const shown = rows.map(({ size, at, note, token }) => ({ size, at, checkpoint: note, token }))
      return json(timeStampsForm, { timeStamps: shown })
    },
  )
}
