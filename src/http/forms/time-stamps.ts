/** Answers for time stamps as JSON: the note that was stamped, and the token over it. */
import { z } from 'zod'
import { base64, time } from './values.ts'

export const timeStampsForm = z
  .object({
    timeStamps: z
      .array(
        z.object({
          size: z.int().meta({ description: 'of the ledger, in the checkpoint' }),
          at: time.meta({ description: 'when the authority says that it saw it' }),
          checkpoint: z.string().meta({ description: 'the signed note, letter for letter what was stamped' }),
          token: base64.meta({ description: 'RFC 3161 TimeStampToken, DER' }),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'TimeStamps' })
