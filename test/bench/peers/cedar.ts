/**
 * Answers for Cedar, twice: with the agreements as entities, of which its caller picks the one that is named, and with a
 * policy for each. Policies are parsed before; it has no way to parse entities before, and is given two for each question.
 */
import type {
  AuthorizationAnswer,
  EntityJson,
  StatefulAuthorizationCall,
} from '@cedar-policy/cedar-wasm/nodejs'
import type { RuleSources } from '../../../protocol/policy/rules.ts'
import { type Line, linesOf, type MakeDecider } from './decider.ts'

const named = (type: string, id: string) => ({ type, id })

const onePolicy = `permit (principal, action == Action::"send", resource) when {
  resource.parties.contains(principal) && resource.parties.contains(context.receiver) && principal != context.receiver &&
  context.category == resource.category && context.purpose == resource.purpose &&
  context.level <= resource.ceiling && context.level <= context.receiver.accreditation &&
  resource.since <= context.at && context.at < resource.until
};`

export const cedarEntities: MakeDecider = async (sources) => {
  const { preparsePolicySet, statefulIsAuthorized } = await import('@cedar-policy/cedar-wasm/nodejs')
  const set = `one policy, ${sources.agreements.length}`
  requireParsed(preparsePolicySet(set, { staticPolicies: onePolicy }))
  const parties = partyEntities(sources)
  const agreements = agreementEntities(sources)
  return {
    name: 'Cedar, one policy',
    does: 'one policy, the agreements entities: the caller looks up the one that is named, and Cedar is given that and the receiver',
    permits: ({ from, to, agreement, category, purpose, level }, at) =>
      isPermitted(
        statefulIsAuthorized({
          principal: named('Party', from),
          action: named('Action', 'send'),
          resource: named('Agreement', agreement),
          context: { receiver: { __entity: named('Party', to) }, category, purpose, level, at },
          preparsedPolicySetId: set,
          validateRequest: false,
          entities: [parties.get(to), agreements.get(agreement)].filter((entity) => entity !== undefined),
        }),
      ),
  }
}

export const cedarPolicies: MakeDecider = async (sources) => {
  const { preparsePolicySet, statefulIsAuthorized } = await import('@cedar-policy/cedar-wasm/nodejs')
  const set = `policies, ${sources.agreements.length}`
  const policies = linesOf(sources.agreements).map(policyOf)
  requireParsed(preparsePolicySet(set, { staticPolicies: policies.join('\n') }))
  const parties = partyEntities(sources)
  return {
    name: 'Cedar, a policy for each',
    does: 'a policy for each direction of an agreement; Cedar finds those that apply, and is given the receiver',
    permits: ({ from, to, agreement, category, purpose, level }, at) =>
      isPermitted(
        statefulIsAuthorized({
          principal: named('Party', from),
          action: named('Action', 'send'),
          resource: named('Party', to),
          context: { agreement, category, purpose, level, at },
          preparsedPolicySetId: set,
          validateRequest: false,
          entities: [parties.get(to)].filter((entity) => entity !== undefined),
        }),
      ),
  }
}

type Entity = StatefulAuthorizationCall['entities'][number]

function partyEntities({ parties }: RuleSources): ReadonlyMap<string, Entity> {
  return new Map(
    parties.map(({ id, accreditation }): [string, EntityJson] => [
      id,
      { uid: named('Party', id), attrs: { accreditation }, parents: [] },
    ]),
  )
}

function agreementEntities({ agreements }: RuleSources): ReadonlyMap<string, Entity> {
  const lines = linesOf(agreements).filter((_, i) => i % 2 === 0)
  return new Map(
    lines.map(({ agreement, from, to, category, ceiling, purpose, since, until }): [string, EntityJson] => {
      const parties = [{ __entity: named('Party', from) }, { __entity: named('Party', to) }]
      const attrs = { parties, category, ceiling, purpose, since, until }
      return [agreement, { uid: named('Agreement', agreement), attrs, parents: [] }]
    }),
  )
}

function policyOf({ agreement, from, to, category, ceiling, purpose, since, until }: Line): string {
  return `permit (principal == Party::"${from}", action == Action::"send", resource == Party::"${to}") when {
    context.agreement == "${agreement}" && context.category == "${category}" && context.purpose == "${purpose}" &&
    context.level <= ${ceiling} && context.level <= resource.accreditation && ${since} <= context.at && context.at < ${until}
  };`
}

function requireParsed(answer: { readonly type: string }): void {
  if (answer.type !== 'success') throw new Error('Cedar does not take the policies')
}

function isPermitted(answer: AuthorizationAnswer): boolean {
  if (answer.type === 'failure') throw new Error(answer.errors.map(({ message }) => message).join('; '))
  return answer.response.decision === 'allow'
}
