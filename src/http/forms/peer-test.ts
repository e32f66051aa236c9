/** Answers for the test of a peer as JSON. */
import { z } from 'zod'
import { peerChecks, type PeerTest } from '../../exchange/peer/peer-test-checks.ts'
import { listOf, party } from './values.ts'

const findingForm = z
  .object({
    check: z.enum(peerChecks),
    outcome: z.enum(['pass', 'fail', 'not-reached']),
    detail: z.string(),
  })
  .meta({ id: 'PeerFinding' })

export const peerTestForm = z
  .object({ party, gateway: z.string(), good: z.boolean(), findings: listOf(findingForm, peerChecks.length) })
  .meta({ id: 'PeerTest', description: 'What an exchange with that gateway rests on, and whether it holds.' })

peerTestForm satisfies z.ZodType<PeerTest>
