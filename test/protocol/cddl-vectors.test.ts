/** Answers for pouch.cddl and the frozen vectors: what they accept is of its rule, and what they refuse for its structure is not. */
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { decode } from '../../protocol/cbor.ts'
import { Rejected } from '../../protocol/errors.ts'
import { type Kind, kindOf } from '../../protocol/kind.ts'
import { hex } from '../support/bytes.ts'
import { parseCddl } from '../support/cddl.ts'
import { matches, roomy, ruleOf } from '../support/cddl-match.ts'
import { root } from '../support/documents.ts'
import { counted, readJson } from '../support/vectors.ts'

const rules = parseCddl(readFileSync(path.join(root, 'protocol/pouch.cddl'), 'utf8'))

/** Under which rule the members of a vector are that do not say themselves what they are. */
const rulesOfMembers: Readonly<Record<string, string>> = {
  'label.json cbor': 'Label',
  'status-list.json claims': 'StatusListClaims',
  'entry.json descriptor': 'LedgerDescriptor',
  'entry.json record': 'LedgerRecord',
  'entry.json leaf': 'Leaf',
  'entry.json disclosure': 'FieldDisclosure',
}
const rulesOfKinds: Readonly<Partial<Record<Kind, string>>> = {
  envelope: 'Envelope',
  attestation: 'Attestation',
  acknowledgement: 'Acknowledgement',
  registry: 'Registry',
  receipt: 'Receipt',
  evidence: 'Evidence',
}

interface Vector {
  readonly file: string
  readonly name: string
  readonly rule: string
  readonly bytes: Uint8Array
  readonly code: unknown
}

const vectors = globSync('test/vectors/*.json', { cwd: root }).flatMap((file) =>
  vectorsIn(path.basename(file), readJson(path.join(root, file)), {}),
)

/** Every byte string of a known rule, with the name and the code of the vector that it stands in. */
function vectorsIn(file: string, value: unknown, around: Partial<Vector>, member = ''): readonly Vector[] {
  if (Array.isArray(value)) return value.flatMap((each: unknown) => vectorsIn(file, each, around, member))
  if (typeof value === 'object' && value !== null) {
    const { name = around.name, code = around.code } = value as Partial<Vector>
    return Object.entries(value).flatMap(([key, each]) =>
      vectorsIn(file, each, { ...(name === undefined ? {} : { name }), code }, key),
    )
  }
  if (typeof value !== 'string' || !/^(?:[0-9a-f]{2})+$/.test(value)) return []
  const bytes = hex(value)
  const rule = rulesOfMembers[`${file} ${member}`] ?? ruleOfKind(bytes)
  return rule === undefined ? [] : [{ file, name: around.name ?? member, rule, bytes, code: around.code }]
}

function ruleOfKind(bytes: Uint8Array): string | undefined {
  try {
    return rulesOfKinds[kindOf(bytes)]
  } catch (error) {
    if (error instanceof Rejected) return undefined
    throw error
  }
}

function fits({ rule, bytes }: Vector): boolean {
  try {
    return matches(rules, ruleOf(rules, rule), decode(bytes, roomy))
  } catch (error) {
    if (error instanceof Rejected) return false
    throw error
  }
}

test.each(
  counted(
    'of pouch.cddl, accepted',
    vectors.filter(({ code }) => code === undefined),
  ),
)('$file $name is of rule $rule', (vector) => expect(fits(vector)).toBe(true))

/**
 * CDDL does not see what a status list inflates to, that something is listed twice, what is said of parties elsewhere, that
 * two members come together, nor that a map of optional members is empty.
 */
const beyondCddl =
  /( twice|^a witness that is no party|^a quorum of more than the witnesses|^a justification that crit leaves out|^crit with a justification that is not there|^a justification that states nothing)$/

const refused = vectors.filter(
  ({ file, name, code }) =>
    /^malformed-/.test(String(code)) && file !== 'status-list.json' && !beyondCddl.test(name),
)
const byVector = Map.groupBy(refused, ({ file, name }) => `${file} ${name}`)

test.each([...byVector])('%s does not fit, one of its parts at least', (_, parts) => {
  expect(parts.every(fits)).toBe(false)
})
