/** Answers for agreements and their suspension as JSON: what stands, what is asked for, and notices as they were signed. */
import { z } from 'zod'
import { states } from '../../../protocol/policy/agreement.ts'
import { reasons } from '../../../protocol/suspension.ts'
import { base64, listOf, party, time, title, token } from './values.ts'

export const agreementsForm = z
  .object({
    agreements: listOf(
      z.object({
        id: token,
        title,
        first: listOf(party, 256),
        second: listOf(party, 256),
        direction: z.enum(['both', 'first-to-second']),
        state: z.enum(states).nullable().meta({ description: 'null: not yet signed' }),
        until: time.optional(),
        suspendedBy: listOf(party, 256),
      }),
      20_000,
    ),
  })
  .meta({ id: 'Agreements', description: 'Those of the registry in force, as they stand now.' })

export type AgreementsView = z.output<typeof agreementsForm>

export const noticeRequestForm = z
  .union([
    z.strictObject({ agreement: token, kind: z.literal('suspend'), reason: z.enum(reasons) }),
    z.strictObject({ agreement: token, kind: z.literal('resume') }),
  ])
  .meta({ id: 'NoticeRequest', description: 'What the gateway is to sign for its party.' })

export const noticesForm = z
  .object({ notices: listOf(base64, 100) })
  .meta({ id: 'Notices', description: 'As they were signed, in the order of this ledger.' })
