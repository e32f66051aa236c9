/** Answers for what a national module is asked: a transfer as Cedar's principal, action, resource and context. */
import { Rejected } from '../../../protocol/errors.ts'
import type { PartyId, Seconds } from '../../../protocol/names.ts'
import { dateOf } from '../../../protocol/policy/finding.ts'
import { isMember } from '../../../protocol/policy/group.ts'
import type { Level } from '../../../protocol/policy/level.ts'
import type { Asked, Rules } from '../../../protocol/policy/rules.ts'
import { isInForce, type Marking } from '../../../protocol/policy/scheme.ts'
import type { Asking, Value } from './national-cedar.ts'
import { type Kind, ofIssuer, unlisted, type Vocabulary } from './national-schema.ts'

/** A transfer of which all is known that a module may ask. */
export type Askable = Asked & { readonly marking: Marking; readonly level: Level }

type Named = (kind: Kind, id: string) => { readonly type: string; readonly id: string }

/** Throws `bad-module` for a name that is not in the vocabulary. */
export function requestOf(asked: Askable, vocabulary: Vocabulary): Asking {
  const named: Named = (kind, id) => {
    if (vocabulary[kind].has(id)) return { type: kind, id }
    throw new Rejected('bad-module', `there is no ${kind} "${id}" in the registry`)
  }
  const transfer = { type: 'Transfer', id: 'this' }
  return {
    principal: named('Party', asked.question.from),
    action: { type: 'Action', id: 'send' },
    resource: transfer,
    context: contextOf(asked, named),
    entities: [{ uid: transfer, attrs: attributesOf(asked, named), parents: [] }],
  }
}

function attributesOf({ question, rules, marking, level }: Askable, named: Named): Record<string, Value> {
  const { label, from } = question
  const { policy: issuer, reference, retainUntil } = label
  return {
    level,
    issuer: named('Party', issuer),
    marking: named('Marking', ofIssuer.marking(issuer, marking.forms[0] ?? label.marking)),
    marked: moment(label.at),
    compartments: label.compartments.map((name) => named('Compartment', ofIssuer.name(issuer, name))),
    caveats: label.caveats.map((name) => named('Caveat', ofIssuer.name(issuer, name))),
    ...(label.releasability !== 'unrestricted' && {
      releasableTo: partiesAmong(rules, label.releasability, label.at).map((id) => named('Party', id)),
    }),
    originator: named('Party', label.originator ?? from),
    ...(reference !== undefined && { reference }),
    ...(retainUntil !== undefined && { retainUntil: moment(retainUntil) }),
  }
}

function contextOf({ question, rules, at }: Askable, named: Named): Record<string, Value> {
  const { from, to, agreement, category, purpose, needToKnow, legalBasis, reader } = question
  const groupsOf = (party: PartyId) => groupsWith(rules, party, at).map((id) => named('Group', id))
  return {
    receiver: named('Party', to),
    senderGroups: groupsOf(from),
    receiverGroups: groupsOf(to),
    agreement: named('Agreement', agreement),
    category: named('Category', category),
    purpose: named('Purpose', purpose),
    ...(needToKnow !== undefined && { needToKnow }),
    ...(legalBasis !== undefined && { legalBasis }),
    ...(reader !== undefined && {
      reader: {
        clearance: reader.clearance,
        nationalities: reader.nationalities.map((nation) =>
          named('Nation', rules.knownNames.has(nation) ? nation : unlisted),
        ),
      },
    }),
    at: moment(at),
  }
}

function groupsWith(rules: Rules, party: PartyId, at: Seconds): readonly string[] {
  const groups = rules.groupsOf.get(party) ?? []
  return groups.filter((group) => isMember(group, party, at)).map(({ id }) => id)
}

function partiesAmong({ groups }: Rules, names: readonly PartyId[], at: Seconds): readonly PartyId[] {
  return names.flatMap((name) => {
    const members = groups.get(name)?.members.filter((member) => isInForce(member, at))
    return members?.map(({ party }) => party) ?? [name]
  })
}

/** The last second that Cedar can write, which is as good as any after it. */
const lastMoment = 253_402_300_799

function moment(at: Seconds): string {
  return dateOf(Math.min(at, lastMoment))
}
