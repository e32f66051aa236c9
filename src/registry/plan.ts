/** Answers for plans: the JSON that a registry's signers write and discuss, turned into the document that they sign. */
import { z } from 'zod'
import { Rejected } from '../../protocol/errors.ts'
import { requireConsents } from '../../protocol/key-consent.ts'
import type { VerificationKey } from '../../protocol/key.ts'
import type { Party, RegisteredKey, RegistryDocument, VerifiedRegistry } from '../../protocol/registry.ts'
import type { Root } from '../../protocol/roots.ts'
import type { Witnessing } from '../../protocol/witnessing.ts'
import { requireAdmissible } from '../policy/national/national-admission.ts'
import { isPublicOrigin } from '../settings.ts'
import { agreementFrom, agreementPlan, day, groupPlan, level, seconds } from './agreement-plan.ts'
import { type Enrolment, parseEnrolment } from './enrolment.ts'
import { signaturesKept } from './kept-signatures.ts'
import { listedKeys } from './listed-keys.ts'
import { consentsIn } from './party-consent.ts'
import { parseProfile } from './profile.ts'
import { groupsOf, schemesOf } from './shipped-rules.ts'

const count = z.int().min(0).max(64)

const witnessingPlan = z.strictObject({
  witnesses: z.array(z.string()).min(1).max(64),
  /** Of how many others, by level 0 to 4. */
  quorums: z.tuple([count, count, count, count, count]),
  limitSeconds: z.int().min(60),
})

/** As it stands in checkpoints: no space, no plus. */
export function isOrigin(text: string): boolean {
  return /^[^\s+]{1,200}$/.test(text) && !text.includes('://')
}

const origin = z.string().refine(isOrigin, 'should be a name without a scheme, a space or a plus')

const planSchema = z.strictObject({
  validDays: z.int().min(1).max(400),
  threshold: z.int().min(1).max(32),
  /** Files of the root signers' enrolments. */
  roots: z.array(z.string()).min(1),
  parties: z.array(
    z.strictObject({
      enrolment: z.string(),
      name: z.string(),
      gateway: z
        .string()
        .refine(isPublicOrigin, 'should be https://host[:port] without a path (http on loopback only)'),
      accreditation: level,
      compartments: z.array(z.string()).default([]),
      /** The origin of its ledger, when it is not the one that follows from the address. */
      ledger: origin.optional(),
      earlierLedgers: z.array(origin).min(1).max(16).optional(),
      /** Key id → the time from which nothing signed with it is accepted. */
      revoked: z.record(z.string(), day).default({}),
    }),
  ),
  /** Issuers whose shipped markings go into the registry. */
  schemes: z.array(z.string()),
  /** Shipped groups by their id, with their dated members, and others with their own. */
  groups: z.array(z.string().or(groupPlan)).default([]),
  agreements: z.array(agreementPlan),
  /** Files of profiles, whose groups, schemes and agreements go in as well. */
  profiles: z.array(z.string()).default([]),
  /** Absent, nothing of levels 3 and 4 is taken. */
  witnessing: witnessingPlan.optional(),
  /** True: from this version on parties’ keys change with their own signatures only. */
  keyConsents: z.boolean().default(false),
  /** Parties’ own rules: files of Cedar policies. */
  modules: z
    .array(z.strictObject({ party: z.string(), policies: z.string() }))
    .min(1)
    .optional(),
})

type Plan = z.output<typeof planSchema>

/** What a plan names: as JSON, and as text. */
export interface PlanFiles {
  readonly enrolment: (file: string) => unknown
  readonly profile: (file: string) => unknown
  readonly policies: (file: string) => string
}

/**
 * Throws `bad-request` with the place in the plan, `bad-key` for enrolments whose ids do not fit, and `bad-module` for a
 * module that cannot be admitted.
 */
export function documentFrom(
  json: unknown,
  files: PlanFiles,
  previous: VerifiedRegistry | undefined,
  now: number,
): RegistryDocument {
  const parsed = planSchema.safeParse(json)
  if (!parsed.success) throw new Rejected('bad-request', `plan: ${z.prettifyError(parsed.error)}`)
  const plan = parsed.data
  const enrol = (file: string) => parseEnrolment(files.enrolment(file))
  const profiles = plan.profiles.map((file) => parseProfile(files.profile(file)))
  const agreements = [plan, ...profiles].flatMap((each) => each.agreements).map(agreementFrom)
  const enrolled = plan.parties.map((party) => ({ party, enrolment: enrol(party.enrolment) }))
  const document: RegistryDocument = {
    version: (previous?.document.version ?? 0) + 1,
    previous: previous === undefined ? null : previous.documentDigest,
    issued: now,
    expires: now + plan.validDays * 24 * 3600,
    roots: { threshold: plan.threshold, signers: plan.roots.map((file) => rootOf(enrol(file))) },
    parties: enrolled.map(({ party, enrolment }) => partyFrom(party, enrolment, previous, now)),
    groups: groupsOf([plan, ...profiles]),
    schemes: schemesOf([plan, ...profiles]),
    agreements,
    ...(plan.witnessing === undefined ? {} : { witnessing: witnessingFrom(plan.witnessing) }),
    ...signaturesKept(previous, agreements),
    ...consentsIn(enrolled, previous, plan.keyConsents),
    ...(plan.modules && {
      modules: plan.modules.map(({ party, policies }) => ({ party, policies: files.policies(policies) })),
    }),
  }
  requireAdmissible(document)
  if (previous !== undefined) requireConsents(document, previous.document)
  return document
}

function witnessingFrom({ limitSeconds, ...rest }: z.output<typeof witnessingPlan>): Witnessing {
  return { ...rest, limit: limitSeconds }
}

function rootOf({ party, keys }: Enrolment): Root {
  const newest = keys.filter(({ use }) => use === 'root').toSorted((a, b) => b.generation - a.generation)
  const keyOf = (algorithm: VerificationKey['algorithm']): VerificationKey => {
    const found = newest.map(({ key }) => key).find((key) => key.algorithm === algorithm)
    if (found === undefined || found.algorithm === 'hpke-9-ke')
      throw new Rejected('unknown-key', `${party} has no ${algorithm} root key`)
    return found
  }
  return { name: party, ed25519: keyOf('ed25519'), mlDsa65: keyOf('ml-dsa-65') }
}

/** A revocation that names no key would revoke nothing, and nobody would notice. */
function requireKnown(
  revoked: Readonly<Record<string, string>>,
  party: string,
  keys: readonly RegisteredKey[],
): void {
  const unknown = Object.keys(revoked).find((id) => !keys.some(({ key }) => key.id === id))
  if (unknown !== undefined)
    throw new Rejected('bad-request', `plan: revoked: ${party} has no key ${unknown}`)
}

function partyFrom(
  plan: Plan['parties'][number],
  { party, keys: enrolled }: Enrolment,
  previous: VerifiedRegistry | undefined,
  now: number,
): Party {
  const earlier = previous?.document.parties.find(({ id }) => id === party)?.keys ?? []
  const keys = listedKeys(enrolled, earlier, now)
  requireKnown(plan.revoked, party, keys)
  return {
    id: party,
    name: plan.name,
    gateway: plan.gateway,
    ledger: plan.ledger ?? `${new URL(plan.gateway).host}/ledger/${party.toLowerCase()}`,
    ...(plan.earlierLedgers === undefined ? {} : { earlierLedgers: plan.earlierLedgers }),
    accreditation: plan.accreditation,
    compartments: plan.compartments,
    keys: keys.map((listed) => {
      const revoked = plan.revoked[listed.key.id]
      return revoked === undefined ? listed : { ...listed, revoked: seconds(revoked) }
    }),
  }
}
