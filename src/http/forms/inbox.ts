/** Answers for receiving, as JSON: the lines of an inbox, an opened envelope, and how far a transfer has come. */
import { z } from 'zod'
import type { OpenedEnvelope } from '../../../protocol/envelope/open.ts'
import type { InboxPage } from '../../exchange/inbox-item.ts'
import type { TransferStatus } from '../../exchange/transfer-status.ts'
import { attestationForm, attestationShown } from './attestation.ts'
import { justificationForm } from './justification.ts'
import { decisionForm, decisionShown, labelForm } from './label.ts'
import { transferState } from './submission.ts'
import { digest, envelopeId, listOf, party, time, token } from './values.ts'

const cursor = z.int().min(0)
const about = {
  id: envelopeId,
  issuer: party,
  digest,
  messageType: z.enum(['clearance.certificate', 'clearance.withdrawal']),
  label: labelForm,
  purpose: token,
  agreement: token,
  justification: justificationForm.exactOptional(),
  issuedAt: time,
  expiresAt: time,
}

export const inboxItemForm = z
  .object({
    cursor,
    ...about,
    bytes: z.int().min(0),
    state: z.enum(['waiting', 'consigned', 'opened', 'refused']),
  })
  .meta({ id: 'InboxItem', description: 'An envelope for this party.' })

export const inboxForm = z
  .object({
    items: listOf(inboxItemForm, 100),
    next: cursor.meta({ description: 'give it as `after` to go on from here' }),
  })
  .meta({ id: 'Inbox', description: 'A page of the inbox, oldest first.' })
export type InboxView = z.output<typeof inboxForm>
export type InboxItemView = z.output<typeof inboxItemForm>

inboxForm satisfies z.ZodType<InboxPage>

export const contentForm = z
  .object({ ...about, attestations: listOf(attestationForm, 1000) })
  .meta({ id: 'Content', description: 'What the envelope held, every check passed.' })
export type ContentView = z.output<typeof contentForm>

export function contentShown({ envelope, attestations }: OpenedEnvelope): ContentView {
  const { id, issuer, messageType, label, purpose, agreement, issuedAt, expiresAt } = envelope
  const { justification } = envelope
  return {
    ...{ id, issuer, messageType, label, purpose, agreement, issuedAt, expiresAt },
    ...(justification && { justification }),
    digest: envelope.digest,
    attestations: attestations.map(attestationShown),
  }
}

const outcome = z.enum(['consigned', 'opened', 'refused'])

const recipientStatusForm = z.object({
  party,
  relay: z.enum(['held', 'here', 'waiting', 'done', 'refused', 'failed']).meta({
    description:
      '`held`: until its release; `here`: in an inbox of this gateway; otherwise how the relay to the party’s gateway stands',
  }),
  code: z.string().exactOptional(),
  acknowledgement: z.object({ outcome, code: z.string().exactOptional(), at: time }).exactOptional(),
})

export const statusForm = z
  .object({
    id: envelopeId,
    issuer: party,
    digest,
    decision: decisionForm,
    state: transferState,
    quorum: z.int().min(0).meta({ description: 'so many witnesses must cosign before it goes further' }),
    index: z.int().min(0),
    acceptedAt: time,
    expiresAt: time,
    recipients: listOf(recipientStatusForm, 1000),
  })
  .meta({ id: 'TransferStatus', description: 'How far a transfer has come, as this party may see it.' })
export type StatusView = z.output<typeof statusForm>

export function statusShown(status: TransferStatus): StatusView {
  return { ...status, decision: decisionShown(status.decision) }
}
