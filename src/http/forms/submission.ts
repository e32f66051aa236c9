/** Answers for sending, as JSON: what an agency asks to be packaged, and what a submission is told. */
import { z } from 'zod'
import { type Code, refusals } from '../../../protocol/errors.ts'
import type { PackageRequest } from '../../exchange/package-request.ts'
import type { Submission } from '../../exchange/submission.ts'
import type { AcknowledgementAnswer } from '../../exchange/transfer-status.ts'
import { newAttestationForm } from './attestation.ts'
import { justificationForm } from './justification.ts'
import { decisionForm, decisionShown, labelForm } from './label.ts'
import { base64, digest, envelopeId, party, token } from './values.ts'

export const packageForm = z
  .strictObject({
    attestations: z.array(newAttestationForm).max(100).readonly(),
    passing: z
      .array(base64)
      .min(1)
      .max(100)
      .readonly()
      .meta({ description: 'attestations of others, as they were received, to be passed on' })
      .exactOptional(),
    label: labelForm,
    recipients: z.array(party).min(1).max(1000).readonly(),
    purpose: token,
    agreement: token
      .meta({ description: 'may be left out when one live agreement alone covers all recipients' })
      .exactOptional(),
    justification: justificationForm.exactOptional(),
    expiresInSeconds: z
      .int()
      .min(1)
      .max(7 * 24 * 3600)
      .meta({ description: 'how long the envelope may travel; a day when absent' })
      .exactOptional(),
  })
  .meta({ id: 'Package', description: 'Attestations for the gateway to issue, sign, seal and submit.' })

packageForm satisfies z.ZodType<PackageRequest>

const entryFields = {
  index: z.int().min(0).meta({ description: 'of the entry in the ledger' }),
  receipt: base64.meta({ description: 'COSE receipt for that entry' }),
}

export const transferState = z.enum(['denied', 'held', 'released']).meta({
  description: '`held`: it goes further once witnesses have cosigned the ledger over its entry',
})

export const submissionForm = z
  .object({
    ...{ id: envelopeId, digest, ...entryFields },
    ...{ decision: decisionForm, state: transferState, repeated: z.boolean() },
  })
  .meta({ id: 'Submission', description: 'The envelope is accepted: durable and entered.' })
export type SubmissionView = z.output<typeof submissionForm>

export function submissionShown(submission: Submission): SubmissionView {
  return { ...submission, decision: decisionShown(submission.decision) }
}

/** Members beside those of the problem when the policy refuses: the refusal is an entry too. */
export const refusalForm = submissionForm
  .omit({ decision: true, state: true, repeated: true })
  .extend({ grounds: decisionForm.shape.grounds })

const codes = Object.keys(refusals) as Code[]

export const acknowledgementRequestForm = z
  .discriminatedUnion('outcome', [
    z.strictObject({ outcome: z.enum(['consigned', 'opened']) }),
    z.strictObject({
      outcome: z.literal('refused'),
      code: z.literal(codes).meta({ description: 'why: a code of the closed list of refusals' }),
    }),
  ])
  .meta({ id: 'AcknowledgementRequest', description: 'What the gateway is to acknowledge and sign.' })

export const acknowledgedForm = z
  .object({ ...entryFields, repeated: z.boolean() })
  .meta({ id: 'Acknowledged', description: 'The acknowledgement is entered, and on its way to the sender.' })

acknowledgedForm satisfies z.ZodType<AcknowledgementAnswer>

export const noticeForm = z
  .object({ ...entryFields, repeated: z.boolean() })
  .meta({ id: 'Noticed', description: 'The notice is entered, and in force from this entry on.' })
