/**
 * Answers for forks: another document of a version that is held, signed by as many roots. The one held stays; the other is
 * kept and entered, as proof that the roots, or whoever has their keys, told different things to different gateways.
 */
import { equal, toHex } from '../../protocol/bytes.ts'
import { Rejected } from '../../protocol/errors.ts'
import {
  acceptFirst,
  acceptNext,
  documentDigestOf,
  readUnverified,
  type VerifiedRegistry,
} from '../../protocol/registry.ts'
import { rootsDigest } from '../../protocol/roots.ts'
import { effect } from '../ledger/effect.ts'
import type { Adopter } from './adopt.ts'
import { insertRegistryConflicts } from './conflicts-table.ts'
import type { HeldRegistry } from './held.ts'

/**
 * Whether it is one. Bytes of any other kind are no evidence of anything, and are not kept. `gateway` is the address of the
 * one that brought it: anybody may pass on what the roots signed, so it is where to ask, and not who is to blame.
 */
export async function enterConflict(adopter: Adopter, bytes: Uint8Array, gateway?: string): Promise<boolean> {
  const other = forkOf(adopter.registry, bytes)
  if (other === undefined) return false
  const { party, sequencer, registry, logger } = adopter
  const { document, documentDigest, digest } = other
  const { version } = document
  const at = adopter.now()
  const held = registry.current()
  const { repeated } = await sequencer.push({
    key: `registry-conflict:${toHex(documentDigest)}`,
    fingerprint: documentDigest,
    record: {
      ...{ event: 'registry-conflict', actor: party, at, digest },
      detail: `version ${version} has a second document`,
      registry: { version: held.document.version, digest: held.digest },
    },
    effects: [
      effect(insertRegistryConflicts, {
        ...{ document_digest: documentDigest, version, bytes, found_at: at },
        gateway: gateway ?? null,
      }),
    ],
  })
  if (!repeated) logger.error('registry-conflict', { registryVersion: version })
  return true
}

/** Accepted by the very version that the one held was accepted by. */
function forkOf(registry: HeldRegistry, bytes: Uint8Array): VerifiedRegistry | undefined {
  try {
    const { version } = readUnverified(bytes)
    const held = registry.version(version)
    const before = registry.version(version - 1)
    if (held === undefined || equal(held.documentDigest, documentDigestOf(bytes))) return undefined
    if (version === 1) return acceptFirst(bytes, rootsDigest(held.document.roots))
    return before && acceptNext(bytes, before)
  } catch (error) {
    if (error instanceof Rejected) return undefined
    throw error
  }
}
