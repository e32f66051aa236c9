/** Answers for the label, and what was decided on it, as JSON. */
import { z } from 'zod'
import type { Label } from '../../../protocol/label.ts'
import { groundInWords } from '../../../protocol/policy/explain.ts'
import type { Decision } from '../../../protocol/policy/decide.ts'
import { type Ground, groundCodes } from '../../../protocol/policy/ground.ts'
import { listOf, party, time, token, word } from './values.ts'

/** As protocol/label.md has it. */
export const labelForm = z
  .strictObject({
    policy: party,
    marking: word,
    at: time,
    compartments: listOf(word),
    releasability: z.union([z.literal('unrestricted'), listOf(party)]),
    caveats: listOf(word),
    originator: party.exactOptional(),
    reference: word.exactOptional(),
    retainUntil: time.exactOptional(),
  })
  .meta({ id: 'Label', description: 'Classification label: what every gateway reads and decides on.' })

const groundForm = z
  .object({
    code: z.literal(groundCodes),
    party: z.string().meta({ description: 'the receiver it concerns' }),
    subject: z.string().meta({ description: 'what in the label or the rules' }),
    required: z.string(),
    found: z.string(),
    change: z.string().meta({ description: 'what would have to change' }),
    agreement: token.exactOptional(),
    article: z.string().exactOptional(),
  })
  .meta({ id: 'Ground', description: 'One reason for a denial.' })
export type GroundForm = z.infer<typeof groundForm>

const groundsForm = listOf(groundForm, 10_000)

export const decisionForm = z
  .object({
    allow: z.boolean(),
    level: z.int().min(0).max(4).nullable().meta({ description: 'what the label is worth, 0 to 4' }),
    grounds: groundsForm,
  })
  .meta({ id: 'Decision', description: 'Denied unless there is no ground against it.' })

export function decisionShown({ allow, level, grounds }: Decision): z.infer<typeof decisionForm> {
  return { allow, level, grounds: grounds.map(groundShown) }
}

function groundShown(ground: Ground): GroundForm {
  const { code, party, subject, agreement, article } = ground
  return {
    code,
    party,
    subject,
    ...groundInWords(ground),
    ...(agreement !== undefined && { agreement }),
    ...(article !== undefined && { article }),
  }
}

// The form and the object of the protocol are one type, or this does not compile.
labelForm satisfies z.ZodType<Label>
