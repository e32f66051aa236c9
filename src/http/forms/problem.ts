/** Answers for problem details (RFC 9457) as JSON: what every refusal is written as. */
import { z } from 'zod'
import type { Code } from '../../../protocol/errors.ts'
import { refusalForm } from './submission.ts'

export const problemMediaType = 'application/problem+json'

export const problemForm = z
  .object({
    type: z.string().meta({ description: '`urn:pouch:problem:` and the code' }),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'stable; a program decides by it' }),
    // Absent where it could tell of our side.
    detail: z.string().exactOptional().meta({ description: 'what in the request did not fit' }),
    next: z.string().meta({ description: 'what to do next' }),
    requestId: z.string().meta({ description: 'under which the operator finds it in the logger' }),
  })
  .meta({ id: 'Problem', description: 'A refusal.' })

/** Whatever is written as a problem is of this form. */
export interface Problem extends Readonly<z.infer<typeof problemForm>> {
  readonly code: Code | 'internal'
}

/** What the policy's refusal tells beside: its grounds, and the entry and receipt of the refusal itself. */
export const denialForm = problemForm
  .extend(refusalForm.partial().shape)
  .meta({ id: 'Denial', description: 'A refusal; by the policy, with its grounds, entry and receipt.' })
