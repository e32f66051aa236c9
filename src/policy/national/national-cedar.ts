/** Answers for the door to Cedar: loaded when there is a first module to read, and loaded anew when a text has broken it. */
import { createRequire } from 'node:module'
import type * as Cedar from '@cedar-policy/cedar-wasm/nodejs'
import { Rejected } from '../../../protocol/errors.ts'

export type { CedarValueJson as Value } from '@cedar-policy/cedar-wasm/nodejs'

const require = createRequire(import.meta.url)
const place = '@cedar-policy/cedar-wasm/nodejs'

/** One Cedar in its own memory, with what was made ready in it. */
interface Loaded {
  readonly cedar: typeof Cedar
  readonly ready: Set<string>
}

let loaded: Loaded | undefined

/**
 * Runs a step in Cedar. Its memory is 4 MB of program and a stack that a deeply nested text overflows: from then on every
 * call to it fails. So what throws is dropped, and the next step has a new one.
 */
function inCedar<T>(step: (loaded: Loaded) => T): T {
  loaded ??= { cedar: require(place) as typeof Cedar, ready: new Set() }
  try {
    return step(loaded)
  } catch (cause) {
    loaded = undefined
    Reflect.deleteProperty(require.cache, require.resolve(place))
    throw new Rejected('bad-module', 'nested too deeply, or otherwise beyond what Cedar takes', { cause })
  }
}

export interface Parts {
  readonly policies: readonly string[]
  readonly templates: readonly string[]
}

/** Throws `bad-module` for what is no set of policies. */
export function partsOf(text: string): Parts {
  const parts = inCedar(({ cedar }) => cedar.policySetTextToParts(text))
  if (parts.type === 'failure') throw new Rejected('bad-module', messageOf(parts.errors))
  return { policies: parts.policies, templates: parts.policy_templates }
}

export function policyOf(text: string): Cedar.PolicyJson {
  const read = inCedar(({ cedar }) => cedar.policyToJson(text))
  if (read.type === 'failure') throw new Rejected('bad-module', messageOf(read.errors))
  return read.json
}

/** Policies by their ids. */
export type Policies = Readonly<Record<string, string>>

/** Throws `bad-module` where the schema does not bear the policies out; a warning, such as that one never applies, is no less. */
export function requireValid(policies: Policies, schema: string): void {
  const call = { schema, policies: { staticPolicies: policies } }
  const said = inCedar(({ cedar }) => cedar.validate(call))
  const wrong =
    said.type === 'failure'
      ? [...said.errors, ...said.warnings]
      : [
          ...said.validationErrors.map(({ error }) => error),
          ...said.validationWarnings.map(({ error }) => error),
          ...said.otherWarnings,
        ]
  if (wrong.length > 0) throw new Rejected('bad-module', messageOf(wrong))
}

/** What is asked by, under a name that is of its content. */
export interface Prepared {
  readonly name: string
  readonly set: Policies
}

type Call = Cedar.StatefulAuthorizationCall
export type Asking = Pick<Call, 'principal' | 'action' | 'resource' | 'context' | 'entities'>

/** What policies say of a request: which of them forbid it, and which could not tell. */
export interface Told {
  readonly forbidding: readonly string[]
  readonly errors: string
}

/**
 * Parses schema and policies when they are asked by for the first time, and never again while Cedar is loaded. Throws
 * `bad-module` for a request that the schema does not bear out.
 */
export function ask(schema: string, policies: Prepared, asking: Asking): Told {
  const answer = inCedar((loaded) => {
    makeReady(loaded, schema, policies)
    const [preparsedSchemaName, preparsedPolicySetId] = [schemaName, policies.name]
    const call = { ...asking, preparsedSchemaName, preparsedPolicySetId, validateRequest: true }
    return loaded.cedar.statefulIsAuthorized(call)
  })
  if (answer.type === 'failure') throw new Rejected('bad-module', messageOf(answer.errors))
  const { reason, errors } = answer.response.diagnostics
  return { forbidding: reason, errors: messageOf(errors.map(({ error }) => error)) }
}

const schemaName = 'national'

function makeReady({ cedar, ready }: Loaded, schema: string, { name, set }: Prepared): void {
  if (ready.has(name)) return
  if (ready.size === 0) requireParsed(cedar.preparseSchema(schemaName, schema))
  requireParsed(cedar.preparsePolicySet(name, { staticPolicies: set }))
  ready.add(name)
}

function requireParsed(answer: Cedar.CheckParseAnswer): void {
  if (answer.type === 'failure') throw new Error(messageOf(answer.errors))
}

/** In Cedar's words, without the lists of names that it helps with. */
function messageOf(errors: readonly Cedar.DetailedError[]): string {
  return errors
    .map(({ message }) => message)
    .join('; ')
    .slice(0, 400)
}
