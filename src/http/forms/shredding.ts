/** Answers for shredding as JSON: which records, and which are gone. */
import { z } from 'zod'
import { envelopeReference, listOf, time } from './values.ts'

const from = z
  .int()
  .min(0)
  .max(Number.MAX_SAFE_INTEGER)
  .default(0)
  .meta({ description: 'index of the entry to begin at' })

export const shreddingForm = z
  .union([z.strictObject({ transfer: envelopeReference, from }), z.strictObject({ before: time, from })])
  .meta({ id: 'Shredding', description: 'The records of one transfer, or those from before a time.' })

export const shreddedForm = z
  .object({
    indexes: listOf(z.int(), 1024),
    unfinished: listOf(z.string(), 1024),
    next: z.int().nullable(),
  })
  .meta({
    id: 'Shredded',
    description:
      'Whose records are gone, which transfers are not finished and keep theirs, and where to go on; null at the end.',
  })
