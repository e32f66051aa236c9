/** Answers for what a sender states beside label and purpose, as JSON. */
import { z } from 'zod'
import { type Justification, justificationOf } from '../../../protocol/policy/justification.ts'
import { party, token } from './values.ts'

const readerForm = z
  .strictObject({
    clearance: z
      .literal([0, 1, 2, 3, 4])
      .meta({ description: 'the highest level that the reader’s clearance opens' }),
    nationalities: z.array(party).min(1).max(8).readonly(),
  })
  .meta({ id: 'Reader', description: 'Whom it is meant for, without a name.' })

/** As protocol/envelope.md has it. */
export const justificationForm = z
  .strictObject({
    needToKnow: token
      .meta({ description: 'the case, contract or visit that the receiver needs it for' })
      .exactOptional(),
    legalBasis: token
      .meta({ description: 'the rule of law it is sent under, by the agreement’s name for it' })
      .exactOptional(),
    reader: readerForm.exactOptional(),
  })
  .refine((stated) => justificationOf(stated) !== undefined, { message: 'something stated expected' })
  .meta({
    id: 'Justification',
    description:
      'What an agreement may require a sender to state. It stands in the header, for every gateway to read.',
  })

justificationForm satisfies z.ZodType<Justification>
