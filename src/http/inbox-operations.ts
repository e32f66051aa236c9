/** Answers for receiving over HTTP: the inbox, the opened content, acknowledgements, and what became of a transfer. */
import { z } from 'zod'
import { acceptAcknowledgement, acknowledge } from '../exchange/acknowledge.ts'
import { handOver } from '../exchange/deliver.ts'
import { evidence } from '../exchange/evidence.ts'
import type { Gateway } from '../exchange/gateway.ts'
import { inbox } from '../exchange/inbox.ts'
import { transferStatus } from '../exchange/status.ts'
import type { AcknowledgementAnswer } from '../exchange/transfer-status.ts'
import { bytes, json, jsonType } from './answer.ts'
import { idParams } from './envelope-operations.ts'
import { contentForm, contentShown, inboxForm, statusForm, statusShown } from './forms/inbox.ts'
import { acknowledgedForm, acknowledgementRequestForm } from './forms/submission.ts'
import { eventStreamType, inboxEvents } from './inbox-events.ts'
import { coseBody, eitherBody, jsonBody, type Operation, operation } from './operation.ts'

const written = z.string().regex(/^[0-9]{1,15}$/)
const digits = (fallback: number, min: number, max: number) =>
  written.default(String(fallback)).transform(Number).pipe(z.int().min(min).max(max))

export function readInbox(gateway: Gateway): Operation {
  return operation(
    {
      id: 'readInbox',
      method: 'get',
      path: '/v1/inbox',
      summary: 'What has come for this party, oldest first',
      description:
        'With `Accept: text/event-stream` the answer goes on: each item is an event, its cursor the id, its data the item in JSON; `limit` and `wait` mean nothing to it. It ends when the credential does.',
      access: ['read'],
      query: z.strictObject({
        after: digits(0, 0, Number.MAX_SAFE_INTEGER).meta({ description: '`next` of the page before' }),
        limit: digits(100, 1, 100).meta({ description: 'items at most: 1 to 100' }),
        wait: digits(0, 0, 60).meta({
          description: 'seconds to wait for something new when there is nothing',
        }),
      }),
      headers: z.object({
        'last-event-id': written
          .transform(Number)
          .optional()
          .meta({ description: 'of a stream, in place of `after`: the id of the last event seen' }),
      }),
      answers: {
        200: {
          description: 'A page, perhaps empty; or a stream of events.',
          content: { [jsonType]: inboxForm, [eventStreamType]: 'text' },
        },
      },
      refuses: [],
    },
    async ({ query: { after, limit, wait }, headers, signal, ...asked }) => {
      if (asked.accepts(eventStreamType))
        return inboxEvents(gateway, headers['last-event-id'] ?? after, { signal: signal(), ...asked })
      const page = await inbox(gateway, gateway.party, { after, limit, waitSeconds: wait, signal: signal() })
      return json(inboxForm, page)
    },
  )
}

export function readContent(gateway: Gateway): Operation {
  return operation(
    {
      id: 'readContent',
      method: 'get',
      path: '/v1/envelopes/{id}/content',
      summary: 'What the envelope holds, opened by the gateway',
      description: 'Entered in the ledger as content-handover, once.',
      access: ['read'],
      params: idParams,
      answers: { 200: { description: 'The attestations.', content: { [jsonType]: contentForm } } },
      refuses: [
        'not-found',
        'not-a-recipient',
        'cannot-open',
        'bad-document',
        'expired',
        'unknown-key',
        'revoked-key',
        'registry-expired',
      ],
    },
    async ({ params }) => json(contentForm, contentShown(await handOver(gateway, params.id))),
  )
}

export function readStatus(gateway: Gateway): Operation {
  return operation(
    {
      id: 'readStatus',
      method: 'get',
      path: '/v1/envelopes/{id}/status',
      summary: 'How far the transfer has come',
      access: ['submit', 'read', 'auditor'],
      params: idParams,
      answers: { 200: { description: 'As this party may see it.', content: { [jsonType]: statusForm } } },
      refuses: ['not-found', 'registry-expired'],
    },
    async ({ params }) =>
      json(statusForm, statusShown(await transferStatus(gateway, params.id, gateway.party))),
  )
}

const evidenceType = 'application/cbor'

export function readEvidence(gateway: Gateway): Operation {
  return operation(
    {
      id: 'readEvidence',
      method: 'get',
      path: '/v1/envelopes/{id}/evidence',
      summary: 'One file that proves the transfer offline',
      description: 'Envelope, receipts, acknowledgements, decision and checkpoint; `pouch verify` reads it.',
      access: ['submit', 'read', 'auditor'],
      params: idParams,
      answers: { 200: { description: 'The evidence file.', content: { [evidenceType]: 'bytes' } } },
      refuses: ['not-found', 'registry-expired'],
    },
    async ({ params }) => bytes(await evidence(gateway, params.id), evidenceType),
  )
}

const acknowledgementRoute = {
  id: 'acknowledge',
  method: 'post',
  path: '/v1/envelopes/{id}/acknowledgement',
  params: idParams,
  answers: {
    201: { description: 'Entered, with its receipt.', content: { [jsonType]: acknowledgedForm } },
    200: { description: 'Acknowledged so before.', content: { [jsonType]: acknowledgedForm } },
  },
} as const
const refusedAcknowledgements = [
  'not-found',
  'forbidden',
  'already-acknowledged',
  'registry-expired',
  'malformed-cbor',
  'malformed-structure',
  'unknown-type',
  'unknown-key',
  'revoked-key',
  'bad-signature',
  'not-yet-valid',
] as const

/** The party's own acknowledgement: signed here as asked in JSON, or signed by the party and brought. */
export function acknowledgeHere(gateway: Gateway): Operation {
  return operation(
    {
      ...acknowledgementRoute,
      summary: 'Acknowledge an envelope: consigned, opened or refused',
      access: ['submit'],
      takes: eitherBody(jsonBody(acknowledgementRequestForm), coseBody),
      refuses: refusedAcknowledgements,
    },
    async ({ params: { id }, body, origin }) => {
      if (body instanceof Uint8Array) return answerOf(await acceptAcknowledgement(gateway, id, body, origin))
      return answerOf(await acknowledge(gateway, id, body.outcome, 'code' in body ? body.code : undefined))
    },
  )
}

/** A recipient's acknowledgement, on its way back to the sender. */
export function acknowledgeFromPeer(gateway: Gateway): Operation {
  return operation(
    {
      ...acknowledgementRoute,
      summary: 'Bring a recipient’s signed acknowledgement back to the sender',
      access: 'gateway',
      takes: coseBody,
      refuses: refusedAcknowledgements,
    },
    async ({ params: { id }, body, origin }) =>
      answerOf(await acceptAcknowledgement(gateway, id, body, origin)),
  )
}

function answerOf(answer: AcknowledgementAnswer): Response {
  return json(acknowledgedForm, answer, answer.repeated ? 200 : 201)
}
