/** Answers for the conflicts that a witness found, as JSON: which ledger, which size, and the two notes that prove it. */
import { z } from 'zod'
import { digest, time } from './values.ts'

const conflictForm = z
  .object({
    digest: digest.meta({ description: 'SHA-256 over both notes, `held` first: what the ledger entered' }),
    origin: z.string().meta({ description: 'of the ledger with two histories' }),
    size: z.int(),
    held: z.string().meta({ description: 'the signed note that was cosigned here' }),
    other: z.string().meta({ description: 'the signed note of this size with another root' }),
    foundAt: time,
    resumedAt: time.exactOptional().meta({ description: 'when an officer let witnessing go on' }),
  })
  .meta({ id: 'WitnessConflict', description: 'Two checkpoints that no honest ledger signs both.' })

export const conflictsForm = z
  .object({ conflicts: z.array(conflictForm).readonly() })
  .meta({ id: 'WitnessConflicts', description: 'Ledgers that were found to have two histories.' })
