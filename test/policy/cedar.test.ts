/** The table of grounds written a second time, as Cedar policies: on random states the same decisions on the same grounds. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import {
  type CedarValueJson,
  type EntityJson,
  policySetTextToParts,
  policyToJson,
  preparsePolicySet,
  statefulIsAuthorized,
  validate,
} from '@cedar-policy/cedar-wasm/nodejs'
import { expect, test } from 'vitest'
import { decide } from '../../protocol/policy/decide.ts'
import type { Agreement } from '../../protocol/policy/agreement.ts'
import { groundCodes } from '../../protocol/policy/ground.ts'
import { rulesFrom } from '../../protocol/policy/rules.ts'
import { cedarState, reference } from './cedar-states.ts'
import { type RandomState, randomStates } from './random-states.ts'
import { now } from './world.ts'

const folder = path.resolve(import.meta.dirname, 'cedar')
const text = readFileSync(path.join(folder, 'policies.cedar'), 'utf8')
const schema = readFileSync(path.join(folder, 'schema.cedarschema'), 'utf8')

/** Each policy by its id. */
const policies = (() => {
  const parts = policySetTextToParts(text)
  if (parts.type === 'failure') throw new Error(parts.errors.map(({ message }) => message).join('; '))
  return Object.fromEntries(parts.policies.map((policy) => [idOf(policy), policy]))
})()

function idOf(policy: string): string {
  const parsed = policyToJson(policy)
  const id = parsed.type === 'success' ? parsed.json.annotations?.['id'] : undefined
  if (typeof id !== 'string') throw new Error(`a policy without an id: ${policy}`)
  return id
}

test('the policies fit their schema, and there is one for each ground', () => {
  const found = validate({
    validationSettings: { mode: 'strict' },
    schema,
    policies: { staticPolicies: policies },
  })
  if (found.type === 'failure') throw new Error(found.errors.map(({ message }) => message).join('; '))
  expect(found.validationErrors).toEqual([])
  expect(groundCodes.filter((code) => code !== 'no-recipient' && !(code in policies))).toEqual([])
})

const prepared = preparsePolicySet('grounds', { staticPolicies: policies })

interface Request {
  readonly action: string
  readonly principal: string
  readonly resource: readonly [type: string, id: string]
  readonly context: Record<string, CedarValueJson>
}

/** Whether it is permitted, and by or against which policies. */
function answered(
  request: Request,
  entities: readonly EntityJson[],
): { allow: boolean; because: readonly string[] } {
  const [type, id] = request.resource
  const found = statefulIsAuthorized({
    principal: { type: 'Party', id: request.principal },
    action: { type: 'Action', id: request.action },
    resource: { type, id },
    context: request.context,
    preparsedPolicySetId: 'grounds',
    entities: [...entities],
  })
  if (found.type === 'failure') throw new Error(found.errors.map(({ message }) => message).join('; '))
  const { decision, diagnostics } = found.response
  if (diagnostics.errors.length > 0) throw new Error(JSON.stringify(diagnostics.errors))
  return { allow: decision === 'allow', because: diagnostics.reason.toSorted() }
}

/** What has to be asked of each of several is asked of each: Cedar has no word for “some” and “every”. */
function decidedByCedar(random: RandomState): { allow: boolean; because: readonly string[] } {
  const state = cedarState(random, now)
  const { from, to, label, reader, agreement } = random.question
  const main = random.sources.agreements.find(({ id }) => id === agreement)
  const isCovered = (nation: string) => {
    const entities = [state.nation(nation), ...(main === undefined ? [] : [state.candidate(main)])]
    const request = {
      action: 'cover',
      principal: nation,
      resource: ['Agreement', agreement],
      context: {},
    } as const
    return answered(request, entities).allow
  }
  const consents = (candidate: Agreement) => {
    const asked = { ...state.context, covered: false, consented: false }
    const context = {
      asked,
      candidate: reference('Agreement', candidate.id),
      originator: reference('Party', originator ?? ''),
    }
    const others = candidate === main ? [] : [state.candidate(candidate)]
    const request = { action: 'consent', principal: from, resource: ['Party', to], context } as const
    return answered(request, [...state.entities, ...others]).allow
  }
  const { originator } = label
  const isOther = originator !== undefined && originator !== from && originator !== to
  const context = {
    ...state.context,
    covered: main?.nationals !== undefined && reader?.nationalities.every(isCovered) === true,
    consented: isOther && random.sources.agreements.some(consents),
  }
  return answered({ action: 'send', principal: from, resource: ['Party', to], context }, state.entities)
}

/** All of them take a minute or two of one core; without POUCH_EVERY_STATE=1 some of them are enough. */
const wanted = process.env['POUCH_EVERY_STATE'] === '1' ? 30_000 : 3_000

test(`the kernel and the policies agree on ${wanted} states`, () => {
  expect(prepared).toEqual({ type: 'success' })
  let permitted = 0
  const told = new Map<string, number>()
  for (const state of randomStates(wanted, 4_774)) {
    const rules = rulesFrom(
      state.sources,
      ({ party }) =>
        () =>
          state.verdicts.get(party) ?? { forbidden: [] },
    )
    const { allow, grounds } = decide(state.question, rules, now)
    const codes = [...new Set(grounds.map(({ code }) => code))].toSorted()
    const because = allow ? ['permitted'] : codes
    expect({ state, ...decidedByCedar(state) }).toEqual({ state, allow, because })
    for (const code of codes) told.set(code, (told.get(code) ?? 0) + 1)
    if (allow) permitted++
  }
  const least = Math.min(...told.values())
  console.info(`${wanted} states, ${permitted} permitted, ${told.size} grounds, each at least ${least} times`)
  expect(told.size).toBe(groundCodes.length - 1)
  expect(permitted).toBeGreaterThan(50)
}, 900_000)
