/** Answers for the history of transfers over HTTP, searched page by page. */
import type { Gateway } from '../exchange/gateway.ts'
import { history } from '../exchange/history.ts'
import { json, jsonType } from './answer.ts'
import { historyForm, historyQueryForm, historyShown } from './forms/history.ts'
import { type Operation, operation } from './operation.ts'

export function readHistory(gateway: Gateway): Operation {
  return operation(
    {
      id: 'readHistory',
      method: 'get',
      path: '/v1/history',
      summary: 'Transfers, permitted and refused, the newest first',
      description:
        'From the records of the ledger. One request looks at 2048 entries at most: a page may be empty and yet have a `next`.',
      access: ['officer', 'auditor'],
      query: historyQueryForm,
      answers: { 200: { description: 'A page, perhaps empty.', content: { [jsonType]: historyForm } } },
      refuses: [],
    },
    async ({ query }) => json(historyForm, historyShown(await history(gateway, query))),
  )
}
