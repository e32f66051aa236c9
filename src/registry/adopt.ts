/** Answers for adopting the next version of the registry: accepted by the rules of the one held, entered, then in force. */
import { suite } from '#suite'
import { equal } from '../../protocol/bytes.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import { Rejected } from '../../protocol/errors.ts'
import { acceptNext, documentDigestOf, type VerifiedRegistry } from '../../protocol/registry.ts'
import type { Database } from '../database/open.ts'
import { effect } from '../ledger/effect.ts'
import type { Sequencer } from '../ledger/sequencer.ts'
import type { Logger } from '../logger.ts'
import { inadmissible } from '../policy/national/national-admission.ts'
import { changesOf } from './changes.ts'
import { enterConflict } from './conflict.ts'
import type { HeldRegistry } from './held.ts'
import { insertRegistryVersions, registryVersionsFrom } from './versions-table.ts'

/** The part of a gateway that adopting needs. */
export interface Adopter {
  readonly party: PartyId
  readonly database: Database
  readonly sequencer: Sequencer
  readonly registry: HeldRegistry
  readonly logger: Logger
  now(): Seconds
}

/**
 * The version in force again changes nothing; a second document of a version that is held is entered as a conflict. Throws as
 * `acceptNext`: `registry-rollback`, `registry-threshold`; and `reused-id` when another replica adopted another document.
 * `from` is the address of the gateway that brings it, if one does.
 */
export async function adopt(adopter: Adopter, bytes: Uint8Array, from?: string): Promise<VerifiedRegistry> {
  const held = adopter.registry.current()
  // A large one takes half a second to read: the same bytes are not read again.
  if (equal(held.digest, suite.sha256(bytes)) || equal(held.documentDigest, documentDigestOf(bytes)))
    return held
  const next = await follows(adopter, { bytes, from }, held)
  try {
    await enterAdoption(adopter, next, held)
  } catch (error) {
    if (!(error instanceof Rejected) || error.code !== 'reused-id') throw error
    // Another replica has adopted another document of this version.
    await catchUp(adopter)
    await enterConflict(adopter, bytes, from)
    throw error
  }
  // From here the version is durable. A crash before it is held: it is loaded at the next start.
  adopter.registry.hold(next)
  return next
}

async function follows(
  adopter: Adopter,
  { bytes, from }: { readonly bytes: Uint8Array; readonly from: string | undefined },
  held: VerifiedRegistry,
): Promise<VerifiedRegistry> {
  try {
    return acceptNext(bytes, held)
  } catch (error) {
    if (error instanceof Rejected && error.code === 'registry-rollback')
      await enterConflict(adopter, bytes, from)
    throw error
  }
}

export function previousOf(
  { document: { version } }: VerifiedRegistry,
  all: readonly VerifiedRegistry[],
): VerifiedRegistry | undefined {
  return all.find(({ document }) => document.version === version - 1)
}

/** One entry for each version, whichever replica makes it. Another registry of the same version is `reused-id`. */
export async function enterAdoption(
  { party, sequencer, logger, now }: Omit<Adopter, 'registry' | 'database'>,
  { document, documentDigest, digest, bytes }: VerifiedRegistry,
  before: VerifiedRegistry | undefined,
): Promise<void> {
  const { version } = document
  const at = now()
  const detail = before && changesOf(before.document, document)
  await sequencer.push({
    key: `registry:${version}`,
    fingerprint: documentDigest,
    record: {
      ...{ event: 'registry-adoption', actor: party, at, registry: { version, digest } },
      ...(detail !== undefined && { detail }),
    },
    effects: [effect(insertRegistryVersions, { version, digest, bytes, adopted_at: at })],
  })
  logger.info('registry-adopted', { registryVersion: version })
  // It does not stop the gateway: what the module would be asked about is denied.
  for (const { party } of inadmissible(document)) {
    logger.warn('module-refused', { party, code: 'bad-module', registryVersion: version })
  }
}

/** What another replica adopted meanwhile. */
export async function catchUp({ database, registry }: Pick<Adopter, 'database' | 'registry'>): Promise<void> {
  const later = await registryVersionsFrom(database, registry.current().document.version + 1)
  for (const { bytes } of later) registry.hold(acceptNext(bytes, registry.current()))
}
