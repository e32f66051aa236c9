/** Answers for the proof that every name in a registry's rules stands for something that the registry has. */
import type { PartyId } from '../../../protocol/names.ts'
import type { Agreement } from '../../../protocol/policy/agreement.ts'
import type { Scheme } from '../../../protocol/policy/scheme.ts'
import { inadmissible } from '../national/national-admission.ts'
import { failure, many, type Objection, type Proof, type Subject, warning } from '../proof.ts'

interface Reference {
  /** `agreement EST-NLD`. */
  readonly in: string
  readonly to: string
  /** What must have it. */
  readonly as: string
  readonly resolves: boolean
  /** Absent: an objection is a failure. */
  readonly isMinor?: boolean
}

export function referencesProof(subject: Subject): Proof {
  const { agreements, schemes, parties } = subject.document
  const references = [
    ...agreements.flatMap((agreement) => inAgreement(agreement, subject)),
    ...schemes.flatMap((scheme) => inScheme(scheme, subject)),
    ...parties.flatMap(({ id, compartments }) =>
      compartments.map((name) => compartmentOf(id, name, subject)),
    ),
  ]
  return {
    name: 'references',
    claim: 'every name stands for something that the registry has',
    extent: many(references.length, 'reference'),
    objections: [
      ...references.filter(({ resolves }) => !resolves).map(objectionTo),
      // A name that the module's own language lacks is among what keeps it out.
      ...inadmissible(subject.document).map(({ party, why }) =>
        failure(`the national module of ${party} is not admitted: all that concerns ${party} is refused`, [
          why,
        ]),
      ),
    ],
  }
}

function objectionTo({ in: where, to, as, isMinor }: Reference): Objection {
  const text = `${where} names ${to}: the registry has no such ${as}`
  return isMinor === true ? warning(text) : failure(text)
}

function inAgreement(agreement: Agreement, subject: Subject): readonly Reference[] {
  const { id, first, second, nationals = [], onward = [], aggregation = [], ceilings, table } = agreement
  const where = `agreement ${id}`
  return [
    ...[...first, ...second].flatMap((name) => namesIn(where, name, subject)),
    ...onward.map((name) => ({
      in: where,
      to: name,
      as: 'party or group',
      resolves: isKnown(name, subject),
    })),
    // Nationals may be of states that take no part.
    ...nationals.map((name) => ({
      in: where,
      to: name,
      as: 'party or group',
      resolves: isKnown(name, subject),
      isMinor: true,
    })),
    ...aggregation.map(({ category }) => ({
      ...{ in: `${where}, aggregation`, to: category, as: 'category in its ceilings' },
      resolves: ceilings.has(category),
    })),
    ...table.flatMap(({ issuer, marking, protectAs }) => [
      {
        in: `${where}, table`,
        to: `${issuer}:${marking}`,
        as: 'marking',
        resolves: hasForm(issuer, marking, subject),
      },
      ...(protectAs === undefined
        ? []
        : [
            {
              in: `${where}, table`,
              to: protectAs,
              as: 'marking of a receiver',
              resolves: isReceivers(protectAs, agreement, subject),
            },
          ]),
    ]),
  ]
}

/** Nobody at all is an error; somebody without a gateway yet is told. */
function namesIn(where: string, name: PartyId, subject: Subject): readonly Reference[] {
  const { parties, groups } = subject.rules
  const isListed = parties.has(name) || groups.has(name)
  const isMinor = isKnown(name, subject)
  return [{ in: where, to: name, as: 'party or group', resolves: isListed, isMinor }]
}

function isKnown(name: PartyId, { rules }: Subject): boolean {
  return rules.knownNames.has(name)
}

function hasForm(issuer: PartyId, form: string, { rules }: Subject): boolean {
  return rules.schemes.get(issuer)?.markings.has(form) === true
}

/** A receiver's scheme may be of the group by whose name it is a side: NATO markings under a NATO agreement. */
function isReceivers(form: string, { first, second }: Agreement, { rules }: Subject): boolean {
  const issuers = [...first, ...second].flatMap((name) => [
    name,
    ...(rules.groups.get(name)?.members.map(({ party }) => party) ?? []),
  ])
  return issuers.some((issuer) => rules.schemes.get(issuer)?.markings.has(form) === true)
}

function inScheme({ issuer, caveats }: Scheme, subject: Subject): readonly Reference[] {
  const purposes = new Set(subject.document.agreements.flatMap((agreement) => agreement.purposes))
  return caveats.flatMap((caveat) => [
    ...caveat.parties.map((name) => ({
      ...{ in: `caveat ${issuer}:${caveat.name}`, to: name, as: 'party or group' },
      resolves: isKnown(name, subject),
    })),
    ...caveat.purposes.map((name) => ({
      ...{ in: `caveat ${issuer}:${caveat.name}`, to: name, as: 'purpose in an agreement' },
      resolves: purposes.has(name),
    })),
  ])
}

function compartmentOf(party: PartyId, compartment: string, { rules }: Subject): Reference {
  const [issuer = ''] = compartment.split('/')
  return {
    in: `party ${party}, compartment ${compartment}`,
    to: issuer,
    as: 'scheme',
    resolves: rules.schemes.has(issuer),
  }
}
