/** Answers for how test/vectors/envelope-justification.json was made: once, and frozen. Run it to make others. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { toHex } from '../../protocol/bytes.ts'
import type { Justification } from '../../protocol/policy/justification.ts'
import { attestation, envelope } from '../support/objects.ts'
import { directory, nld, now } from '../support/parties.ts'
import { justificationRows } from '../support/structure-rows.ts'
import { factsOfEnvelope } from '../support/vector-facts.ts'

const certificate = attestation()
const reader = { clearance: 3, nationalities: ['EST', 'NLD'] } as const
const stated: Readonly<Record<string, Justification>> = {
  'all that can be stated': { needToKnow: 'visit-2027-114', legalBasis: 'Art-4', reader },
  'a need-to-know alone': { needToKnow: 'visit-2027-114' },
  'a reader alone': { reader },
}

const vectors = {
  about:
    'Envelopes of profile 1 (protocol/envelope.md) whose header has a justification, in hexadecimal; registry and keys are those of envelope.json. Read as that file is.',
  accept: Object.entries(stated).map(([name, justification]) => {
    const bytes = envelope({ documents: [certificate], justification })
    return {
      ...{ name, opener: 'NLD', now, bytes: toHex(bytes) },
      facts: factsOfEnvelope(bytes, nld.opening, directory, now),
    }
  }),
  refuse: justificationRows.map(({ name, check, code, bytes }) => ({
    ...{ name, check, code, now, bytes: toHex(bytes) },
  })),
}

const file = path.resolve(import.meta.dirname, '../vectors/envelope-justification.json')
writeFileSync(file, `${JSON.stringify(vectors, null, 1)}\n`)
