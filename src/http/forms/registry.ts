/** Answers for the registry as JSON: which version is in force, and which were signed twice. */
import { z } from 'zod'
import type { KnownConflict } from '../../registry/conflict-view.ts'
import { digest, time } from './values.ts'

export const adoptedForm = z
  .object({ version: z.int(), digest })
  .meta({ id: 'Adopted', description: 'The registry now in force.' })

const conflictForm = z
  .object({
    version: z.int(),
    held: digest.meta({ description: 'SHA-256 of the document held here, without its signatures' }),
    other: digest.meta({ description: 'of the other document' }),
    foundAt: time,
    gateway: z
      .string()
      .meta({ description: 'address of the gateway that brought it; absent when the agency did' })
      .exactOptional(),
  })
  .meta({ id: 'RegistryConflict', description: 'Two documents of one version, both signed by the roots.' })

conflictForm satisfies z.ZodType<KnownConflict>

export const registryConflictsForm = z
  .object({ conflicts: z.array(conflictForm).readonly() })
  .meta({ id: 'RegistryConflicts', description: 'What this gateway found.' })
export type RegistryConflictsView = z.output<typeof registryConflictsForm>
