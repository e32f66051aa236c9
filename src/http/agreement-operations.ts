/** Answers for agreements over HTTP: how they stand, and the notices that suspend and resume them at once. */
import { z } from 'zod'
import { fromHex } from '../../protocol/bytes.ts'
import { Rejected } from '../../protocol/errors.ts'
import { stateAt } from '../../protocol/policy/agreement.ts'
import { suspendersOf } from '../../protocol/policy/others.ts'
import type { Gateway } from '../exchange/gateway.ts'
import { acceptNotice, resume, suspend } from '../exchange/suspension/suspensions.ts'
import { noticeBytes, noticesAfter } from '../exchange/suspension/suspensions-table.ts'
import { bytes, coseType, json, jsonType } from './answer.ts'
import type { Role } from './credentials.ts'
import { agreementsForm, noticeRequestForm, noticesForm } from './forms/agreement.ts'
import { noticeForm } from './forms/submission.ts'
import { type Access, coseBody, eitherBody, jsonBody, type Operation, operation } from './operation.ts'

export function listAgreements(gateway: Gateway, access: Access): Operation {
  return operation(
    {
      id: 'agreements',
      method: 'get',
      path: '/v1/agreements',
      summary: 'The agreements of the registry, and who has suspended them',
      access,
      answers: { 200: { description: 'As they stand now.', content: { [jsonType]: agreementsForm } } },
      refuses: ['registry-expired', 'not-yet-valid'],
    },
    () => Promise.resolve(json(agreementsForm, { agreements: standingOf(gateway) })),
  )
}

function standingOf(gateway: Gateway): z.output<typeof agreementsForm>['agreements'] {
  const { registry, rules } = gateway.directory()
  const at = gateway.now()
  return registry.document.agreements.map((agreement) => {
    const { id, title, first, second, direction, until } = agreement
    return {
      ...{ id, title, first: [...first], second: [...second], direction },
      state: stateAt(agreement, at) ?? null,
      ...(until !== undefined && { until }),
      suspendedBy: [...suspendersOf(rules, id, at)],
    }
  })
}

const noticeRefusals = [
  'malformed-cbor',
  'malformed-structure',
  'unknown-type',
  'missing-signature',
  'unknown-party',
  'unknown-key',
  'revoked-key',
  'wrong-algorithm',
  'bad-signature',
  'unknown-agreement',
  'foreign-agreement',
  'not-yet-valid',
  'out-of-order',
  'reused-id',
  'registry-expired',
] as const

const taken = { 200: { description: 'Entered, and in force.', content: { [jsonType]: noticeForm } } } as const

/** Signed by the gateway for its party, or by the party already. */
export function giveNotice(gateway: Gateway, access: readonly Role[]): Operation {
  return operation(
    {
      id: 'giveNotice',
      method: 'post',
      path: '/v1/notices',
      summary: 'Suspend an agreement of this party, or resume it, at once',
      description:
        'In force from its entry on, and on its way to every other gateway. What is suspended already gets the first answer.',
      access,
      takes: eitherBody(jsonBody(noticeRequestForm), coseBody),
      answers: taken,
      refuses: [...noticeRefusals, 'forbidden', 'not-found'],
    },
    async ({ body }) => {
      if (body instanceof Uint8Array) return json(noticeForm, await acceptNotice(gateway, body))
      const { agreement } = body
      const given =
        body.kind === 'suspend'
          ? await suspend(gateway, agreement, body.reason)
          : await resume(gateway, agreement)
      return json(noticeForm, given)
    },
  )
}

/** Whoever brings it: its party's signatures are what counts. */
export function takeNotice(gateway: Gateway): Operation {
  return operation(
    {
      id: 'takeNotice',
      method: 'post',
      path: '/v1/notices',
      summary: 'Bring a party’s notice that suspends or resumes an agreement of its own',
      access: 'gateway',
      takes: coseBody,
      answers: taken,
      refuses: noticeRefusals,
    },
    async ({ body }) => json(noticeForm, await acceptNotice(gateway, body)),
  )
}

const afterQuery = z.strictObject({
  after: z
    .string()
    .regex(/^[0-9]{1,15}$/)
    .default('0')
    .transform(Number)
    .meta({ description: 'how many of the notices here the reader has seen' }),
})

const pageLength = 100

export function readNotices(gateway: Gateway, access: Access): Operation {
  return operation(
    {
      id: 'notices',
      method: 'get',
      path: '/v1/notices',
      summary: 'The notices that this gateway took, after those that the reader has seen',
      access,
      query: afterQuery,
      answers: {
        200: { description: 'A page of at most 100, perhaps empty.', content: { [jsonType]: noticesForm } },
      },
      refuses: [],
    },
    async ({ query: { after } }) => {
      const rows = await noticesAfter(gateway.database, after, pageLength)
      return json(noticesForm, { notices: rows.map((row) => row.bytes) })
    },
  )
}

const digestParams = z.object({
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .meta({ description: 'SHA-256 of the notice, in hexadecimal', examples: ['9f'.repeat(32)] }),
})

export function readNotice(gateway: Gateway, access: Access): Operation {
  return operation(
    {
      id: 'notice',
      method: 'get',
      path: '/v1/notices/{digest}',
      summary: 'One notice, as an entry of the ledger names it',
      access,
      params: digestParams,
      answers: { 200: { description: 'The notice, as signed.', content: { [coseType]: 'bytes' } } },
      refuses: ['not-found'],
    },
    async ({ params: { digest } }) => {
      const held = await noticeBytes(gateway.database, fromHex(digest) ?? new Uint8Array(0))
      if (held === undefined) throw new Rejected('not-found', `notice ${digest}`)
      return bytes(held, coseType)
    },
  )
}
