/** Answers for the registry of the world in tests: who is in it, what they agreed, and who signs it. */

import type { HeldSigningKey } from '../../keys/signing-key.ts'
import type { SigningPair } from '../../protocol/key.ts'
import type { Seconds } from '../../protocol/names.ts'
import type { Agreement } from '../../protocol/policy/agreement.ts'
import { shippedSchemes } from '../../protocol/policy/shipped.ts'
import {
  combineRegistry,
  proposeRegistry,
  type RegistryDocument,
  signRegistry,
} from '../../protocol/registry.ts'
import { originOf, registeredKeys, type TestParty } from './world.ts'

const day: Seconds = 86_400

/** One agreement among all: clearances up to SECRET, for two purposes. */
export const agreementId = 'ALL-2020'
export const purpose = 'clearance-confirmation'

export function documentOf(
  parties: readonly TestParty[],
  roots: readonly (readonly [HeldSigningKey, HeldSigningKey])[],
  now: Seconds,
): RegistryDocument {
  return {
    version: 1,
    previous: null,
    issued: now - day,
    expires: now + 300 * day,
    roots: {
      threshold: roots.length,
      signers: roots.map(([ed25519, mlDsa65], i) => ({
        name: `Root ${i + 1}`,
        ed25519: ed25519.publicKey,
        mlDsa65: mlDsa65.publicKey,
      })),
    },
    parties: parties.map((party) => ({
      id: party.id,
      name: `Security authority of ${party.id}`,
      gateway: originOf(party.exchangePort),
      ledger: `127.0.0.1:${party.exchangePort}/ledger/${party.id.toLowerCase()}`,
      accreditation: party.accreditation,
      compartments: party.compartments ?? [],
      keys: registeredKeys(party, now - day),
    })),
    groups: [],
    schemes: shippedSchemes().filter(({ issuer }) => issuer === 'NATO'),
    agreements: [
      agreementAmong(
        parties.map(({ id }) => id),
        now,
      ),
    ],
    witnessing: {
      witnesses: parties
        .map(({ id }) => id)
        .slice(0, mostWitnesses)
        .sort(),
      quorums: [0, 0, 0, 0, 0],
      limit: 900,
    },
  }
}

/** As the registry has it. */
const mostWitnesses = 64

export function agreementAmong(ids: readonly string[], now: Seconds): Agreement {
  return {
    id: agreementId,
    title: 'Agreement of all with all',
    first: ids,
    second: ids,
    direction: 'both',
    ceilings: new Map([['clearance', 3]]),
    purposes: [purpose, 'visit'],
    from: now - 1000 * day,
    timeline: [{ at: now - 1000 * day, state: 'in-force' }],
    table: [],
    articles: [{ topic: 'ceiling', article: 'art. 4' }],
  }
}

export function signedBy(document: RegistryDocument, roots: readonly SigningPair[]): Uint8Array {
  const proposal = proposeRegistry(document)
  return combineRegistry(
    proposal,
    roots.map((pair) => signRegistry(proposal, pair)),
  )
}

/** For `makeWorld`: so many witnesses for each level, of these parties. */
export function witnessedBy(
  witnesses: readonly string[],
  quorums: readonly [number, number, number, number, number],
  limit: Seconds = 900,
): (document: RegistryDocument) => RegistryDocument {
  return (document) => ({ ...document, witnessing: { witnesses, quorums, limit } })
}

/** For `makeWorld`: the registry says nothing of witnesses. */
export function unwitnessed({ witnessing, ...rest }: RegistryDocument): RegistryDocument {
  if (witnessing === undefined) throw new Error('there is nothing to leave out')
  return rest
}
