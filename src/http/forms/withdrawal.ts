/** Answers for withdrawals as JSON: what is asked to be stated, and what is known of what was stated. */
import { z } from 'zod'
import { withdrawalKinds, withdrawalReasons } from '../../../protocol/withdrawal.ts'
import type {
  KnownWithdrawal,
  WithdrawalAnswer,
  WithdrawalRequest,
} from '../../exchange/withdrawal/withdrawal-view.ts'
import { base64, digest, envelopeReference, listOf, party, time } from './values.ts'

const stated = {
  kind: z.enum(withdrawalKinds),
  reason: z.enum(withdrawalReasons).meta({ description: 'a class; nothing against the holder leaves' }),
  replacement: digest.meta({ description: 'of the attestation in its place' }).exactOptional(),
}

export const withdrawalRequestForm = z
  .union([
    z.strictObject({ attestation: digest, ...stated }),
    z.strictObject({ envelope: envelopeReference, ...stated }),
  ])
  .meta({
    id: 'WithdrawalRequest',
    description:
      'Of one attestation by the digest of its claims, or of all own ones that an envelope took out.',
  })

withdrawalRequestForm satisfies z.ZodType<WithdrawalRequest>

const answerForm = z.object({
  attestation: digest,
  index: z.int().min(0).meta({ description: 'of the entry in the ledger' }),
  receipt: base64,
  repeated: z.boolean(),
})

answerForm satisfies z.ZodType<WithdrawalAnswer>

export const withdrawnForm = z
  .object({ withdrawals: listOf(answerForm, 1000) })
  .meta({ id: 'Withdrawn', description: 'Entered, and on its way to everyone who received it from here.' })

const receiverForm = z.object({
  party,
  since: time.meta({ description: 'from when on it is owed to this party' }),
  acknowledged: z.boolean(),
  late: z.boolean().meta({ description: 'not acknowledged for more than a day' }),
  attempts: z.int().min(0).meta({ description: 'envelopes that went to it' }),
  envelope: z.string().meta({ description: 'id of the last of them' }).exactOptional(),
  denied: z.boolean().meta({ description: 'the policy denied the last; its status says why' }),
})

const knownForm = z.object({
  ...{ issuer: party, attestation: digest, ...stated, sequence: z.int().min(1) },
  replacement: digest.nullable(),
  ...{ statedAt: time, enteredAt: time },
  envelopes: listOf(z.string(), 100_000).meta({
    description: 'ISSUER:id of those that took the attestation from here or to here',
  }),
  receivers: listOf(receiverForm, 100_000).meta({ description: 'whom this gateway has to tell' }),
})

knownForm satisfies z.ZodType<KnownWithdrawal>

export const withdrawalsForm = z
  .object({ withdrawals: listOf(knownForm, 1000) })
  .meta({ id: 'Withdrawals', description: 'What is known here, the latest first.' })
export type WithdrawalsView = z.output<typeof withdrawalsForm>
