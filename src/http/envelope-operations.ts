/** Answers for sending and fetching over HTTP: packages, sealed envelopes, and the envelope as it was received. */
import { z } from 'zod'
import { Rejected } from '../../protocol/errors.ts'
import { deliver } from '../exchange/deliver.ts'
import type { Gateway, Origin } from '../exchange/gateway.ts'
import { packageAndSubmit } from '../exchange/package.ts'
import { submit } from '../exchange/submit.ts'
import type { Submission } from '../exchange/submission.ts'
import { bytes, coseType, json, jsonType } from './answer.ts'
import { packageForm, refusalForm, submissionForm, submissionShown } from './forms/submission.ts'
import { envelopeReference } from './forms/values.ts'
import { type Access, coseBody, jsonBody, type Operation, operation } from './operation.ts'
import { problemOf, respond } from './problems.ts'

export const idParams = z.object({ id: envelopeReference })

const submissionAnswers = {
  201: {
    description: 'The envelope is accepted and durable; here is the receipt.',
    content: { [jsonType]: submissionForm },
  },
  200: {
    description: 'The same bytes were accepted before; the first answer again.',
    content: { [jsonType]: submissionForm },
  },
}

const idempotencyKey = z.string().min(1).max(128).meta({
  description: 'The same key with the same content gives the first answer again: nothing is sent twice.',
})

/** Of levels that wait for witnesses, when too few are named or heard of. */
const witnessing = ['no-witness-policy', 'no-quorum'] as const

export function packages(gateway: Gateway): Operation {
  return operation(
    {
      id: 'sendPackage',
      method: 'post',
      path: '/v1/packages',
      summary: 'Issue attestations, seal them to their recipients and send them',
      access: ['submit'],
      headers: z.object({ 'idempotency-key': idempotencyKey.optional() }),
      takes: jsonBody(packageForm),
      answers: submissionAnswers,
      refuses: [
        'policy-denied',
        'reused-id',
        'malformed-structure',
        'unknown-party',
        'unknown-key',
        'revoked-key',
        'bad-validity',
        'registry-expired',
        ...witnessing,
      ],
    },
    async ({ body, headers, requestId }) =>
      submissionAnswer(await packageAndSubmit(gateway, body, headers['idempotency-key']), requestId),
  )
}

export function submitEnvelope(gateway: Gateway, access: Access): Operation {
  return operation(
    {
      id: 'submitEnvelope',
      method: 'post',
      path: '/v1/envelopes',
      summary: 'Submit a sealed envelope',
      access,
      takes: coseBody,
      answers: submissionAnswers,
      refuses: [
        'policy-denied',
        'reused-id',
        'forbidden',
        'registry-expired',
        ...verification,
        ...witnessing,
      ],
    },
    async ({ body, origin, requestId }) => submissionAnswer(await submit(gateway, body, origin), requestId),
  )
}

/** Codes of the checks that an envelope goes through. */
const verification = [
  'malformed-cbor',
  'malformed-structure',
  'unknown-type',
  'unknown-critical',
  'unknown-party',
  'unknown-key',
  'revoked-key',
  'wrong-algorithm',
  'missing-signature',
  'bad-signature',
  'expired',
  'not-yet-valid',
  'bad-validity',
  'bad-recipients',
] as const

/**
 * A denial is answered as a problem with its grounds. Whoever gets as far as a decision is the sender, or the gateway that
 * serves the sender; all others were refused before it, without one.
 */
function submissionAnswer(submission: Submission, requestId: string): Response {
  const shown = submissionShown(submission)
  if (shown.decision.allow) return json(submissionForm, shown, shown.repeated ? 200 : 201)
  const problem = problemOf(new Rejected('policy-denied'), requestId)
  return respond(problem, {}, z.encode(refusalForm, { ...shown, grounds: shown.decision.grounds }))
}

export function fetchEnvelope(gateway: Gateway, access: Access): Operation {
  return operation(
    {
      id: 'fetchEnvelope',
      method: 'get',
      path: '/v1/envelopes/{id}',
      summary: 'The envelope, byte for byte as it was received',
      description:
        'For its sender and its recipients only. A recipient’s fetch is entered in the ledger as content-consignment, once.',
      access,
      params: idParams,
      answers: { 200: { description: 'The envelope.', content: { [coseType]: 'bytes' } } },
      refuses: ['not-found'],
    },
    async ({ params, origin }) =>
      bytes(await deliver(gateway, params.id, readerOf(gateway, origin)), coseType),
  )
}

/** As whom a request reads: the party that this gateway is for, or the party whose gateway signed. */
function readerOf(gateway: Gateway, origin: Origin): string {
  return origin.kind === 'agency' ? gateway.party : origin.party
}
