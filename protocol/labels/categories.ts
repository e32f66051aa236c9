/**
 * Answers for what the categories of a confidentiality label mean: restrictive ones are compartments and caveats, permissive
 * ones say to whom, informative ones bind people. One that is known under no such name is refused.
 */
import { Rejected } from '../errors.ts'
import type { Label, Releasability } from '../label.ts'
import type { PartyId, Seconds } from '../names.ts'
import type { Designator } from '../policy/designators.ts'
import { isMember } from '../policy/group.ts'
import type { Rules } from '../policy/rules.ts'
import type { Category } from './confidentiality-label.ts'
import { found } from './fold.ts'
import { partyBy } from './release.ts'
import type { IssuerWords, Vocabulary } from './vocabulary.ts'

const tagNames = {
  compartments: 'Additional Sensitivity',
  caveats: 'Caveats',
  handling: 'Administrative',
  release: 'Releasable To',
  context: 'Context',
  /** Ours: that it may go to anybody, said in words. To leave a category out says nothing. */
  unrestricted: 'Releasability',
} as const

const unrestricted = 'UNRESTRICTED'

export interface Categories {
  readonly designators: readonly Designator[]
  /** Absent where no category says. */
  readonly releasability?: Releasability
}

export function readCategories(
  categories: readonly Category[],
  words: IssuerWords,
  vocabulary: Vocabulary,
  at: Seconds,
): Categories {
  requireOnce(categories)
  const permissive = categories.filter(({ type }) => type === 'PERMISSIVE')
  const lists = permissive.map((category) => partiesOf(category, words, vocabulary))
  const open = categories.some((category) => isUnrestricted(category))
  if (open && lists.length > 0) throw new Rejected('unmappable-label', 'Category: to anybody, and to some')
  const designators = categories
    .filter((category) => category.type !== 'PERMISSIVE' && !isUnrestricted(category))
    .flatMap((category) => designatorsOf(category, words))
  if (open) return { designators, releasability: 'unrestricted' }
  const [first, ...others] = lists
  if (first === undefined) return { designators }
  const releasability = others.reduce((all, each) => intersection(all, each, vocabulary.rules, at), first)
  return { designators, releasability }
}

/** Whether two categories of one name add up or limit each other is not said: one is enough. */
function requireOnce(categories: readonly Category[]): void {
  const names = new Set(categories.map(({ tagName }) => tagName))
  if (names.size < categories.length) throw new Rejected('unmappable-label', 'Category: a TagName twice')
}

function isUnrestricted({ type, tagName, values }: Category): boolean {
  const [value, ...others] = values
  return (
    type === 'INFORMATIVE' &&
    tagName === tagNames.unrestricted &&
    value === unrestricted &&
    others.length === 0
  )
}

function partiesOf(
  { tagName, values }: Category,
  { issuer }: IssuerWords,
  vocabulary: Vocabulary,
): readonly PartyId[] {
  const isKnown = tagName === tagNames.release || (tagName === tagNames.context && issuer === 'NATO')
  if (!isKnown) throw new Rejected('unmappable-label', 'Category: a PERMISSIVE one that is not provided for')
  return values.map((value) => {
    const party = partyBy(value, vocabulary)
    if (party === undefined) throw new Rejected('unknown-release-name', `Category ${tagName}`)
    return party
  })
}

function designatorsOf({ type, tagName, values }: Category, words: IssuerWords): readonly Designator[] {
  const isOne = (designator: Designator) => categoryOf(designator) === `${type} ${tagName}`
  if (values.length === 0) throw new Rejected('unmappable-label', `Category: an empty ${type} one`)
  return values.flatMap((value) => {
    const [meant] = found(words.designators, value)
    if (meant === undefined || !meant.every(isOne)) {
      throw new Rejected('unmappable-label', `Category: a value of a ${type} one that is not provided for`)
    }
    return meant
  })
}

/** Caveats that ask something stand where every reader enforces what it does not know. */
function categoryOf({ kind, rule }: Designator): string {
  if (kind === 'compartment') return `RESTRICTIVE ${tagNames.compartments}`
  return rule === 'handling' ? `INFORMATIVE ${tagNames.handling}` : `RESTRICTIVE ${tagNames.caveats}`
}

/**
 * Who is in both, on the label's day: to go to somebody, a label must name them in each of its permissive categories. Where
 * nobody is in both, nobody may have it, which is not the same as if nothing had been said.
 */
function intersection(
  a: readonly PartyId[],
  b: readonly PartyId[],
  { groups }: Rules,
  at: Seconds,
): readonly PartyId[] {
  const within = (party: PartyId, names: readonly PartyId[]) =>
    names.some((name) => {
      const group = groups.get(name)
      return name === party || (group !== undefined && isMember(group, party, at))
    })
  const narrowed = (name: PartyId, names: readonly PartyId[]): readonly PartyId[] => {
    if (within(name, names)) return [name]
    const members = groups.get(name)?.members.map(({ party }) => party) ?? []
    return members.filter((party) => within(party, [name]) && within(party, names))
  }
  const both = [...a.flatMap((name) => narrowed(name, b)), ...b.filter((name) => within(name, a))]
  return [...new Set(both)]
}

/** Throws `unmappable-label` where other readers might take it for more than it says. */
export function categoriesOf(label: Label, words: IssuerWords, vocabulary: Vocabulary): readonly Category[] {
  const named = (names: readonly string[], kind: Designator['kind']) =>
    names.map((name) => {
      const designator = words.byName.get(name)
      if (designator?.kind === kind) return designator
      throw new Rejected('unmappable-label', `${words.issuer} has no ${kind} ${name}`)
    })
  const compartments = named(label.compartments, 'compartment')
  const caveats = named(label.caveats, 'caveat')
  const isHandling = ({ rule }: Designator) => rule === 'handling'
  return [
    ...category('RESTRICTIVE', tagNames.compartments, compartments),
    ...category(
      'RESTRICTIVE',
      tagNames.caveats,
      caveats.filter((each) => !isHandling(each)),
    ),
    ...releaseCategories(label, vocabulary),
    ...category('INFORMATIVE', tagNames.handling, caveats.filter(isHandling)),
  ]
}

function category(
  type: Category['type'],
  tagName: string,
  designators: readonly Designator[],
): readonly Category[] {
  const values = designators.map(({ name }) => name)
  return values.length === 0 ? [] : [{ type, tagName, values }]
}

function releaseCategories({ policy, releasability, at }: Label, { rules }: Vocabulary): readonly Category[] {
  if (releasability === 'unrestricted') {
    return [{ type: 'INFORMATIVE', tagName: tagNames.unrestricted, values: [unrestricted] }]
  }
  if (releasability.length === 0) {
    throw new Rejected('unmappable-label', 'released to nobody: readers may take an empty category for none')
  }
  const release: Category = { type: 'PERMISSIVE', tagName: tagNames.release, values: releasability }
  if (policy !== 'NATO') return [release]
  const context: Category = { type: 'PERMISSIVE', tagName: tagNames.context, values: [policy] }
  const [only, ...others] = releasability
  if (only === policy && others.length === 0) return [context]
  const inside = intersection(releasability, [policy], rules, at)
  if (inside.length === releasability.length) return [context, release]
  throw new Rejected(
    'unmappable-label',
    'released beyond the members of NATO: readers differ on what it says',
  )
}
