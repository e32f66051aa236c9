/** Answers for withdrawals over HTTP: stated, listed with who has yet to acknowledge, and the status lists for everybody. */
import { z } from 'zod'
import type { Gateway } from '../exchange/gateway.ts'
import { createStatusLists } from '../exchange/withdrawal/status-lists.ts'
import { withdraw } from '../exchange/withdrawal/withdraw.ts'
import { withdrawalsKnown } from '../exchange/withdrawal/withdrawals-known.ts'
import { bytes, coseType, json, jsonType } from './answer.ts'
import { withdrawalRequestForm, withdrawalsForm, withdrawnForm } from './forms/withdrawal.ts'
import { type Access, jsonBody, type Operation, operation } from './operation.ts'

export function stateWithdrawal(gateway: Gateway, access: Access): Operation {
  return operation(
    {
      id: 'withdraw',
      method: 'post',
      path: '/v1/withdrawals',
      summary: 'Withdraw, suspend, reinstate or correct attestations that this party issued',
      description:
        'Everyone to whom they went from here is told until each has acknowledged. The same again gets the first answer.',
      access,
      takes: jsonBody(withdrawalRequestForm),
      answers: { 200: { description: 'Entered.', content: { [jsonType]: withdrawnForm } } },
      refuses: ['not-found', 'status-withdrawn', 'malformed-structure', 'forbidden', 'registry-expired'],
    },
    async ({ body }) => json(withdrawnForm, { withdrawals: await withdraw(gateway, body) }),
  )
}

export function readWithdrawals(gateway: Gateway, access: Access): Operation {
  return operation(
    {
      id: 'withdrawals',
      method: 'get',
      path: '/v1/withdrawals',
      summary: 'What was withdrawn, by whom, and who has yet to acknowledge',
      access,
      answers: { 200: { description: 'The latest first.', content: { [jsonType]: withdrawalsForm } } },
      refuses: [],
    },
    async () => json(withdrawalsForm, await withdrawalsKnown(gateway)),
  )
}

const listParams = z.object({
  list: z
    .string()
    .regex(/^[1-9][0-9]{0,8}$/)
    .meta({ description: 'number of the list', examples: ['1'] }),
})

export function readStatusList(gateway: Gateway): Operation {
  const lists = createStatusLists(gateway)
  return operation(
    {
      id: 'statusList',
      method: 'get',
      path: '/v1/status/{list}',
      summary: 'A status list of this party’s attestations, signed',
      access: 'anyone',
      params: listParams,
      answers: { 200: { description: 'The token.', content: { [coseType]: 'bytes' } } },
      refuses: ['not-found', 'forbidden', 'registry-expired'],
    },
    async ({ params: { list } }) => bytes(await lists.read(Number(list)), coseType),
  )
}
