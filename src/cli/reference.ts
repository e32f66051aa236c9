/** Answers for the ids of envelopes as people give them on the command line. */
import { envelopeReference } from '../http/forms/values.ts'
import { UsageError } from './answer.ts'

/** It goes into the path of a request, so nothing else may be in it. */
export function envelopeIn(text: string): string {
  const read = envelopeReference.safeParse(text)
  if (read.success) return read.data
  throw new UsageError('an envelope is named by its id of 32 hexadecimal digits, or by ISSUER:id')
}
