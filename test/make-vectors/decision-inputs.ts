/** Answers for how test/vectors/decision-inputs.json was made: once, and frozen. Run it to make others. */
import { suite } from '#suite'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { toHex } from '../../protocol/bytes.ts'
import { encodeAs } from '../../protocol/codec.ts'
import { type DecisionInputs, decisionInputs, policyVersion } from '../../protocol/policy/inputs.ts'
import { label } from '../support/objects.ts'
import { now } from '../support/parties.ts'

const plain: DecisionInputs = {
  at: now,
  to: ['NLD'],
  from: 'EST',
  label,
  policy: policyVersion,
  purpose: 'clearance-confirmation',
  category: 'clearance',
  envelope: new Uint8Array(32).fill(0xe5),
  registry: new Uint8Array(32).fill(0x4e),
  agreement: 'EST-NLD-NATO-2020',
  suspensions: [],
}
const rows: Readonly<Record<string, DecisionInputs>> = {
  'nothing stated, nothing counted': plain,
  'all that can be stated': {
    ...plain,
    justification: {
      needToKnow: 'visit-2027-114',
      legalBasis: 'Art-4',
      reader: { clearance: 3, nationalities: ['EST', 'NLD'] },
    },
  },
  'counted for two': {
    ...plain,
    to: ['NLD', 'NATO-NOS'],
    counted: new Map([
      ['NLD', [3, 0]],
      ['NATO-NOS', [0, 0]],
    ]),
  },
  'two suspensions': {
    ...plain,
    suspensions: [
      ['EST-NLD-NATO-2020', 'NLD'],
      ['OTHER-2021', 'EST'],
    ],
  },
}

const vectors = {
  about:
    'DecisionInputs (protocol/ledger/entry.md) in hexadecimal, and SHA-256 of each: the `inputs` of a decision.',
  accept: Object.entries(rows).map(([name, inputs]) => {
    const bytes = encodeAs(decisionInputs, inputs)
    return { name, bytes: toHex(bytes), digest: toHex(suite.sha256(bytes)) }
  }),
}

const file = path.resolve(import.meta.dirname, '../vectors/decision-inputs.json')
writeFileSync(file, `${JSON.stringify(vectors, null, 1)}\n`)
