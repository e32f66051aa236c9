/**
 * Answers for three parties and the registry that knows them, the same on every run: their keys come from their names,
 * and time stands still. Published test keys: nobody may use them for anything else.
 */
import { suite } from '#suite'
import { HeldOpeningKey } from '../../keys/opening-key.ts'
import { HeldSigningKey } from '../../keys/signing-key.ts'
import { utf8 } from '../../protocol/bytes.ts'
import { type Directory, directoryOf } from '../../protocol/directory.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import type { Agreement } from '../../protocol/policy/agreement.ts'
import { shippedSchemes } from '../../protocol/policy/shipped.ts'
import {
  acceptFirst,
  combineRegistry,
  type Party,
  proposeRegistry,
  type RegisteredKey,
  type RegistryDocument,
  signRegistry,
} from '../../protocol/registry.ts'
import { rootsDigest } from '../../protocol/roots.ts'

export const now: Seconds = Date.UTC(2026, 10, 23, 12) / 1000
export const day: Seconds = 86_400
/** Since when the keys are live. */
const since = now - 100 * day

/** 32 bytes that belong to a name. */
export function seedOf(name: string): Uint8Array {
  return suite.sha256(utf8(`Pouch published test key: ${name}`))
}

export type HeldPair = readonly [HeldSigningKey, HeldSigningKey]

export function pairOf(name: string): HeldPair {
  return [
    new HeldSigningKey('ed25519', seedOf(`${name} Ed25519`)),
    new HeldSigningKey('ml-dsa-65', seedOf(`${name} ML-DSA-65`)),
  ]
}

export function openingOf(name: string): HeldOpeningKey {
  return new HeldOpeningKey(seedOf(`${name} X-Wing`))
}

export interface TestParty {
  readonly id: PartyId
  readonly signing: HeldPair
  readonly opening: HeldOpeningKey
}

function partyCalled(id: PartyId): TestParty {
  return { id, signing: pairOf(id), opening: openingOf(id) }
}

export const est = partyCalled('EST')
export const nld = partyCalled('NLD')
export const nos = partyCalled('NATO-NOS')

/** Three signers, of whom two are enough. */
export const roots = [pairOf('root 1'), pairOf('root 2'), pairOf('root 3')] as const

function listed({ id, signing, opening }: TestParty): Party {
  const [ed25519, mlDsa65] = signing
  const key = (use: RegisteredKey['use'], held: HeldSigningKey | HeldOpeningKey): RegisteredKey => ({
    ...{ use, key: held.publicKey, from: since },
  })
  return {
    id,
    name: `Security authority ${id}`,
    gateway: `https://${id.toLowerCase()}.example`,
    ledger: `${id.toLowerCase()}.example/ledger`,
    accreditation: 3,
    compartments: [],
    keys: [key('sign', ed25519), key('sign', mlDsa65), key('open', opening)],
  }
}

const agreement: Agreement = {
  id: 'EST-NLD-NATO-2020',
  title: 'Agreement of the three',
  first: ['EST'],
  second: ['NATO-NOS', 'NLD'],
  direction: 'both',
  ceilings: new Map([['clearance', 3]]),
  purposes: ['clearance-confirmation'],
  from: since,
  timeline: [{ at: since, state: 'in-force' }],
  table: [],
  articles: [],
}

export const document: RegistryDocument = {
  version: 1,
  previous: null,
  issued: now - day,
  expires: now + 30 * day,
  roots: {
    threshold: 2,
    signers: roots.map(([ed25519, mlDsa65], i) => ({
      name: `Root ${i + 1}`,
      ed25519: ed25519.publicKey,
      mlDsa65: mlDsa65.publicKey,
    })),
  },
  parties: [est, nld, nos].map(listed),
  groups: [],
  schemes: shippedSchemes().filter(({ issuer }) => issuer === 'NATO'),
  agreements: [agreement],
}

export const pinnedRoots = rootsDigest(document.roots)

export function signedBy(of: RegistryDocument, signers: readonly HeldPair[]): Uint8Array {
  const proposal = proposeRegistry(of)
  return combineRegistry(
    proposal,
    signers.map((pair) => signRegistry(proposal, pair)),
  )
}

export const registry = signedBy(document, roots.slice(0, 2))
export const directory = directoryOf(acceptFirst(registry, pinnedRoots), now)

/** The directory of a registry that differs in one party. */
export function directoryWith(id: PartyId, change: (party: Party) => Party): Directory {
  const parties = document.parties.map((party) => (party.id === id ? change(party) : party))
  const changed = signedBy({ ...document, parties }, roots.slice(0, 2))
  return directoryOf(acceptFirst(changed, pinnedRoots), now)
}

/** The directory in which one key of a party has other dates. */
export function directoryWhere(
  id: PartyId,
  keyId: string,
  dates: Partial<Pick<RegisteredKey, 'from' | 'until' | 'revoked'>>,
): Directory {
  return directoryWith(id, (party) => ({
    ...party,
    keys: party.keys.map((key) => (key.key.id === keyId ? { ...key, ...dates } : key)),
  }))
}
