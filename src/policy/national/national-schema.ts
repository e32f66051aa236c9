/** Answers for the Cedar schema of national modules: national.cedarschema, with the names of the registry that a module is in. */
import { readFileSync } from 'node:fs'
import type { PartyId } from '../../../protocol/names.ts'
import type { RuleSources } from '../../../protocol/policy/rules.ts'

/** The kinds of names that a module can speak of, each with all that there are in a registry. */
export type Vocabulary = Readonly<Record<Kind, ReadonlySet<string>>>

const kinds = [
  'Party',
  'Group',
  'Nation',
  'Marking',
  'Compartment',
  'Caveat',
  'Agreement',
  'Category',
  'Purpose',
] as const
export type Kind = (typeof kinds)[number]

/** For nationalities that are no name of the registry. */
export const unlisted = 'unlisted'

/** How the names that an issuer gives are written: markings as grounds write them, the rest as compartments are listed. */
export const ofIssuer = {
  marking: (issuer: PartyId, form: string) => `${issuer}:${form}`,
  name: (issuer: PartyId, name: string) => `${issuer}/${name}`,
}

const shapes = readFileSync(new URL('./national.cedarschema', import.meta.url), 'utf8')

/** By which modules are admitted: a rule about a name that is not there is wrong. */
export function closedSchema(vocabulary: Vocabulary): string {
  const enumerated = kinds.map((kind) => {
    const names = [...vocabulary[kind]].sort().map((name) => JSON.stringify(name))
    return `entity ${kind} enum [${names.length === 0 ? nothing : names.join(', ')}];`
  })
  return [...enumerated, shapes].join('\n')
}

/** An enumeration has one name at least; this is one that nothing can have. */
const nothing = '"-"'

/**
 * By which modules are asked. Cedar copies its schema for each request, and thousands of names would make that dear: whether
 * they are in the vocabulary is asked where the request is made.
 */
export const openSchema = [`entity ${kinds.join(', ')};`, shapes].join('\n')

export function vocabularyOf(sources: RuleSources): Vocabulary {
  const { parties, groups, schemes, agreements } = sources
  const known = new Set([
    ...parties.map(({ id }) => id),
    ...groups.flatMap(({ id, members }) => [id, ...members.map(({ party }) => party)]),
    ...schemes.map(({ issuer }) => issuer),
  ])
  const caveats = schemes.flatMap(({ issuer, caveats }) => caveats.map((caveat) => ({ issuer, ...caveat })))
  const markings = schemes.flatMap(({ issuer, markings }) => markings.map(({ forms }) => ({ issuer, forms })))
  return {
    Party: known,
    Group: new Set(groups.map(({ id }) => id)),
    Nation: new Set([...known, unlisted]),
    Marking: new Set(markings.map(({ issuer, forms: [first = ''] }) => ofIssuer.marking(issuer, first))),
    Compartment: new Set(parties.flatMap(({ compartments }) => compartments)),
    Caveat: new Set(caveats.map(({ issuer, name }) => ofIssuer.name(issuer, name))),
    Agreement: new Set(agreements.map(({ id }) => id)),
    Category: new Set(agreements.flatMap(({ ceilings }) => [...ceilings.keys()])),
    Purpose: new Set([...agreements, ...caveats].flatMap(({ purposes }) => purposes)),
  }
}
