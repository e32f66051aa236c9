/** Answers for JSON that a person wrote: the value that its form describes, or every fault with its place. */
import { z } from 'zod'
import { Rejected } from '../../protocol/errors.ts'

export function formed<T extends z.ZodType>(form: T, json: unknown, file: string): z.output<T> {
  const parsed = form.safeParse(json)
  if (parsed.success) return parsed.data
  throw new Rejected('bad-request', `${file}:\n${z.prettifyError(parsed.error)}`)
}
