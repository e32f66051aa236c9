/** Answers for which modules are admitted to a registry: rules that forbid, named and advised on, borne out by the schema (national.md). */
import { utf8 } from '../../../protocol/bytes.ts'
import { Rejected } from '../../../protocol/errors.ts'
import { line, type PartyId, tokenName } from '../../../protocol/names.ts'
import { longestModule } from '../../../protocol/policy/module.ts'
import type { RuleSources } from '../../../protocol/policy/rules.ts'
import { partsOf, policyOf, requireValid } from './national-cedar.ts'
import { closedSchema, vocabularyOf } from './national-schema.ts'

export interface NationalRule {
  /** By which grounds name it. */
  readonly id: string
  /** What the sender is told to do about it. */
  readonly advice: string
  readonly text: string
}

const mostRules = 256

/** Throws `bad-module`, with what is wrong, for people. */
export function rulesIn(text: string, schema: string): readonly NationalRule[] {
  if (utf8(text).length > longestModule) refuse(`more than ${longestModule} bytes`)
  const { policies, templates } = partsOf(text)
  if (templates.length > 0) refuse('a template; a module has whole policies only')
  if (policies.length === 0) refuse('no policy')
  if (policies.length > mostRules) refuse(`more than ${mostRules} policies`)
  const rules = policies.map(ruleOf)
  const ids = rules.map(({ id }) => id)
  const twice = ids.find((id, i) => ids.indexOf(id) !== i)
  if (twice !== undefined) refuse(`two policies with @id("${twice}")`)
  requireValid(Object.fromEntries(rules.map(({ id, text }) => [id, text])), schema)
  return rules
}

/** Asked before a registry is proposed and before it is signed. Throws `bad-module` with the party in front. */
export function requireAdmissible(sources: RuleSources): void {
  const [first] = inadmissible(sources)
  if (first !== undefined) throw new Rejected('bad-module', `${first.party}: ${first.why}`)
}

/** The parties whose modules are not admitted: all that concerns them is denied. */
export function inadmissible(
  sources: RuleSources,
): readonly { readonly party: PartyId; readonly why: string }[] {
  const { modules = [] } = sources
  if (modules.length === 0) return []
  const schema = closedSchema(vocabularyOf(sources))
  return modules.flatMap(({ party, policies }) => {
    try {
      rulesIn(policies, schema)
      return []
    } catch (error) {
      if (error instanceof Rejected) return [{ party, why: error.detail }]
      throw error
    }
  })
}

function ruleOf(text: string, i: number): NationalRule {
  const { effect, annotations = {}, conditions } = policyOf(text)
  const { id, advice, ...others } = annotations
  const name = `policy ${i + 1}`
  if (effect !== 'forbid') refuse(`${name} permits; a module can forbid and nothing else`)
  if (!fits(tokenName, id)) refuse(`${name} has no @id, or one that is not a token`)
  if (!fits(line, advice)) refuse(`@id("${id}") has no @advice, or one that is not a line of text`)
  const [other] = Object.keys(others)
  if (other !== undefined) refuse(`@id("${id}") has @${other}; annotations are @id and @advice`)
  if (conditions.length + depthOf(conditions) > deepest)
    refuse(`@id("${id}") has a condition that is nested too deeply`)
  return { id, advice, text }
}

/** Cedar evaluates by recursion, and its stack bears some five times this. */
const deepest = 160

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

function fits(codec: typeof line, value: string | undefined): value is string {
  try {
    return value !== undefined && codec.read(value, '$') === value
  } catch (error) {
    if (error instanceof Rejected) return false
    throw error
  }
}

function refuse(detail: string): never {
  throw new Rejected('bad-module', detail)
}
