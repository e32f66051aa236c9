/** Answers for the registry as JSON: which version is in force. */
import { z } from 'zod'
import { digest } from './values.ts'

export const adoptedForm = z
  .object({ version: z.int(), digest })
  .meta({ id: 'Adopted', description: 'The registry now in force.' })
