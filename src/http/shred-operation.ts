/** Answers for shredding over HTTP: an officer's, page by page, each with its entry. */
import { shred } from '../exchange/shred.ts'
import type { Gateway } from '../exchange/gateway.ts'
import { json, jsonType } from './answer.ts'
import { shreddedForm, shreddingForm } from './forms/shredding.ts'
import { jsonBody, type Operation, operation } from './operation.ts'

export function shredRecordsOf(gateway: Gateway): Operation {
  return operation(
    {
      id: 'shredRecords',
      method: 'post',
      path: '/v1/ledger/shred',
      summary: 'Delete the records of finished transfers, and the keys that they are proven by',
      description:
        'Looks at 1024 entries. An entry that names the others is durable with the deletion; leaves, proofs and receipts stay.',
      access: ['officer'],
      takes: jsonBody(shreddingForm),
      answers: { 200: { description: 'What is gone.', content: { [jsonType]: shreddedForm } } },
      refuses: ['transfer-unfinished'],
    },
    async ({ body }) => json(shreddedForm, await shred(gateway, body, body.from)),
  )
}
