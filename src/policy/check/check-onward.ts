/**
 * Answers for the proof that information reaches, over any chain of permitted transfers, only parties that its originator’s
 * own agreements let it reach: directly, or by the onward consent in them.
 */
import { printMarking, type Label } from '../../../protocol/label.ts'
import type { PartyId, Seconds } from '../../../protocol/names.ts'
import type { Agreement } from '../../../protocol/policy/agreement.ts'
import { decide } from '../../../protocol/policy/decide.ts'
import { hasTableFor, levelOf, rowFor } from '../../../protocol/policy/equivalence.ts'
import { takesTransfers } from '../../../protocol/policy/others.ts'
import { isInForce, type Marking } from '../../../protocol/policy/scheme.ts'
import type { Decide } from './check-decisions.ts'
import { failure, many, type Objection, type Progress, type Proof, type Subject } from '../proof.ts'
import { pairsOf } from '../registry-rules.ts'
import { isFromTo, isInForceAt, levelUnder, means, type Reading, readingOf } from '../specification.ts'
import { aimsOf } from '../states.ts'
import { retained, statedFor } from '../stated.ts'

interface Edge {
  readonly to: PartyId
  readonly agreement: Agreement
}

/** Who could send to whom on the day, whatever the label. */
type Network = ReadonlyMap<PartyId, readonly Edge[]>

/** Something of an originator’s on its way. */
interface Item {
  readonly originator: PartyId
  readonly label: Label
  readonly category: string
  readonly purpose: string
}

/** How it came to a party: the transfers in their order. */
type Chain = readonly { readonly from: PartyId; readonly to: PartyId; readonly agreement: string }[]

export function onwardProof(subject: Subject, progress: Progress, deciding: Decide = decide): Proof {
  const { document, moments } = subject
  const objections = new Map<string, Objection>()
  let [chains, items, done] = [0, 0, 0]
  for (const at of moments) {
    const [network, reading] = [networkAt(subject, at), readingOf(document, at)]
    for (const { id } of document.parties) {
      for (const item of itemsOf(id, subject, at)) {
        const found = reached(item, network, subject, at, deciding)
        const strays = [...found].filter(([party]) => party !== id && !mayReach(reading, item, party))
        for (const [party, chain] of strays) objections.set(`${id} ${party}`, strayed(item, party, chain))
        items++
        chains += found.size - 1
      }
      progress(++done, document.parties.length * moments.length)
    }
  }
  return {
    name: 'onward',
    claim:
      'over any chain of permitted transfers, information reaches only whom its originator’s agreements let it reach',
    extent: `${many(items, 'item')} over ${many(chains, 'chain')}`,
    objections: [...objections.values()],
  }
}

function networkAt({ document, rules }: Subject, at: Seconds): Network {
  const network = new Map<PartyId, Edge[]>()
  for (const agreement of document.agreements.filter((each) => takesTransfers(rules, each, at)))
    for (const [from, to] of pairsOf(rules, agreement, at)) {
      const edges = network.get(from)
      if (edges === undefined) network.set(from, [{ to, agreement }])
      else edges.push({ to, agreement })
    }
  return network
}

/** In its own markings and its groups’, one of each kind that some agreement tells apart, in every category, for every purpose. */
function itemsOf(originator: PartyId, { document, rules }: Subject, at: Seconds): readonly Item[] {
  const issuers = new Set([originator, ...(rules.groupsOf.get(originator) ?? []).map(({ id }) => id)])
  const aims = aimsOf(document.agreements)
  const kinds = new Map<string, Label>()
  for (const { issuer, markings } of document.schemes.filter((scheme) => issuers.has(scheme.issuer)))
    for (const marking of markings.filter((each) => isInForce(each, at))) {
      const [form = ''] = marking.forms
      const label = {
        policy: issuer,
        marking: form,
        at,
        compartments: [],
        releasability: 'unrestricted',
        caveats: [],
        originator,
      } as const
      kinds.set(kindOf(issuer, marking, document.agreements), label)
    }
  return [...kinds.values()].flatMap((label) => aims.map((aim) => ({ originator, label, ...aim })))
}

function kindOf(issuer: PartyId, marking: Marking, agreements: readonly Agreement[]): string {
  const settled = agreements
    .filter((agreement) => hasTableFor(agreement, issuer))
    .map((agreement) => {
      const row = rowFor(agreement, issuer, marking)
      return row === undefined ? '-' : levelOf(marking, row)
    })
  return [marking.low, marking.high, ...settled].join(' ')
}

/** Everybody that it can come to, each with the shortest way there. */
function reached(
  { originator, label, category, purpose }: Item,
  network: Network,
  { rules }: Subject,
  at: Seconds,
  deciding: Decide,
): ReadonlyMap<PartyId, Chain> {
  const chains = new Map<PartyId, Chain>([[originator, []]])
  for (const [from, chain] of chains)
    for (const { to, agreement } of network.get(from) ?? []) {
      const isCovered = agreement.ceilings.has(category) && agreement.purposes.includes(purpose)
      if (chains.has(to) || !isCovered) continue
      const stated = { ...statedFor(agreement, rules, at), label: retained(label, agreement, at) }
      const question = { from, to, purpose, category, agreement: agreement.id, ...stated }
      if (deciding(question, rules, at).allow)
        chains.set(to, [...chain, { from, to, agreement: agreement.id }])
    }
  return chains
}

/** By an agreement of the originator with the party, or by the onward consent in one with anybody. */
function mayReach(reading: Reading, item: Item, party: PartyId): boolean {
  const { originator, label, category, purpose } = item
  return [...reading.agreements.values()].some((agreement) => {
    const question = { from: originator, to: party, label, purpose, category, agreement: agreement.id }
    const counted = agreement.aggregation?.map(() => 0)
    const level = levelUnder(reading, agreement, { ...question, ...(counted && { counted }) })
    const isWithin = level !== undefined && level <= (agreement.ceilings.get(category) ?? -1)
    const isFor = agreement.purposes.some((each) => each === purpose)
    if (!isWithin || !isFor || !isInForceAt(agreement, reading.at)) return false
    if (isFromTo(reading, agreement, originator, party)) return true
    const isMeant = agreement.onward?.some((name) => means(reading, name, party)) === true
    return (
      isMeant && [...reading.parties.keys()].some((other) => isFromTo(reading, agreement, originator, other))
    )
  })
}

function strayed({ originator, label, category, purpose }: Item, party: PartyId, chain: Chain): Objection {
  const marked = printMarking(label.policy, label.marking)
  return failure(
    `${category} of ${originator} for ${purpose}, marked ${marked}, comes to ${party}, which no agreement of ${originator} lets it reach`,
    chain.map(({ from, to, agreement }) => `${from} passes it to ${to} by agreement ${agreement}`),
  )
}
