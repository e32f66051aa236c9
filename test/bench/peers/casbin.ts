/** Answers for casbin: a line of policy for each direction of an agreement, and a matcher that leaves a line at the first member that differs. */
import { newEnforcer, newModelFromString, StringAdapter } from 'casbin'
import { linesOf, type MakeDecider } from './decider.ts'

const model = `
[request_definition]
r = from, to, agreement, category, purpose, level, at, accreditation

[policy_definition]
p = from, to, agreement, category, purpose, ceiling, since, until

[policy_effect]
e = some(where (p.eft == allow))

[matchers]
m = r.agreement == p.agreement && r.from == p.from && r.to == p.to && r.category == p.category && r.purpose == p.purpose && \
r.level <= p.ceiling && r.level <= r.accreditation && p.since <= r.at && r.at < p.until
`

export const casbinPeer: MakeDecider = async ({ agreements, parties }) => {
  const rows = linesOf(agreements).map(
    ({ from, to, agreement, category, purpose, ceiling, since, until }) =>
      `p, ${[from, to, agreement, category, purpose, ceiling, since, until].join(', ')}`,
  )
  const enforcer = await newEnforcer(newModelFromString(model), new StringAdapter(rows.join('\n')))
  const accreditations = new Map(parties.map(({ id, accreditation }) => [id, accreditation]))
  return {
    name: 'casbin',
    does: 'a line for each direction of an agreement; enforceSync, without its cache of answers',
    permits: ({ from, to, agreement, category, purpose, level }, at) =>
      enforcer.enforceSync(from, to, agreement, category, purpose, level, at, accreditations.get(to) ?? -1),
  }
}
