/** Answers for the labels that a proof puts on what one party sends another: each marking, class of release, compartment and caveat. */
import type { Label } from '../../protocol/label.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import type { Agreement } from '../../protocol/policy/agreement.ts'
import { includes } from '../../protocol/policy/rules.ts'
import { isInForce, type Scheme } from '../../protocol/policy/scheme.ts'
import type { Subject } from './proof.ts'
import type { Pair } from './registry-rules.ts'

/** In markings of the two, of their groups and of the agreement’s table; of any issuer, where none of these has any. */
export function labelsBetween(
  [from, to]: Pair,
  agreement: Agreement,
  subject: Subject,
  at: Seconds,
): readonly Label[] {
  const releases = releasesTo(to, from, subject, at)
  return schemesFor([from, to], agreement, subject).flatMap((scheme) => {
    const further = furtherIn(scheme, subject)
    return formsIn(scheme, at).flatMap((marking) =>
      releases.flatMap((releasability) =>
        further.map((more) => ({ policy: scheme.issuer, marking, at, releasability, ...more })),
      ),
    )
  })
}

function schemesFor(pair: Pair, { table }: Agreement, { document, rules }: Subject): readonly Scheme[] {
  const groups = pair.flatMap((party) => (rules.groupsOf.get(party) ?? []).map(({ id }) => id))
  const issuers = new Set([...pair, ...groups, ...table.map(({ issuer }) => issuer)])
  const near = document.schemes.filter(({ issuer }) => issuers.has(issuer))
  return near.length === 0 ? document.schemes.slice(0, 1) : near
}

/** What no issuer has. */
const unheardOf = 'UNHEARD OF'

/** Each marking of the day, each that is over, and one that never was. */
function formsIn({ markings }: Scheme, at: Seconds): readonly string[] {
  const [now, over] = [true, false].map((isNow) =>
    markings.filter((marking) => isInForce(marking, at) === isNow),
  )
  const forms = [...(now ?? []), ...(over ?? [])].flatMap((marking) => marking.forms.slice(0, 1))
  return [...new Set([...forms, unheardOf])]
}

/** To all, to nobody, to the receiver, to the sender alone, and to each group: those with the receiver in them, and one without. */
function releasesTo(
  to: PartyId,
  from: PartyId,
  { document, rules }: Subject,
  at: Seconds,
): readonly Label['releasability'][] {
  const ids = document.groups.map(({ id }) => id)
  const own = ids.filter((id) => includes(rules, [id], to, at))
  const foreign = ids.filter((id) => !own.includes(id)).slice(0, 1)
  return [
    'unrestricted',
    [],
    ...[to, from, ...own, ...foreign].filter((name) => name !== '').map((name) => [name]),
  ]
}

type Further = Pick<Label, 'compartments' | 'caveats'>

function furtherIn({ issuer, caveats }: Scheme, { document }: Subject): readonly Further[] {
  const prefix = `${issuer}/`
  const held = document.parties.flatMap(({ compartments }) =>
    compartments.filter((name) => name.startsWith(prefix)),
  )
  return [
    { compartments: [], caveats: [] },
    ...[...new Set(held)].map((name) => ({ compartments: [name.slice(prefix.length)], caveats: [] })),
    ...caveats.map(({ name }) => ({ compartments: [], caveats: [name] })),
  ]
}
