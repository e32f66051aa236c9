/**
 * Answers for what is sealed and opened in the measurements: a sender, as many recipients as asked, one registry with all
 * of them, and one real attestation as the document. Everything is made through the project's own interfaces.
 */
import { HeldOpeningKey } from '../../keys/opening-key.ts'
import { HeldSigningKey } from '../../keys/signing-key.ts'
import { issue } from '../../protocol/attestation/issue.ts'
import { currentSealingKey, type Directory, directoryOf } from '../../protocol/directory.ts'
import { seal, type Sealing } from '../../protocol/envelope/seal.ts'
import type { Seconds } from '../../protocol/names.ts'
import { acceptFirst } from '../../protocol/registry.ts'
import { rootsDigest } from '../../protocol/roots.ts'
import { agreementId, documentOf, purpose, signedBy } from '../support/registry.ts'
import type { TestParty } from '../support/world.ts'

export interface Scene {
  readonly now: Seconds
  readonly directory: Directory
  readonly document: Uint8Array
  readonly sealing: Sealing
  /** Of the last recipient: whoever looks for its part of the message looks through all of them. */
  readonly opener: HeldOpeningKey
  readonly envelope: Uint8Array
}

const day = 86_400

export function makeScene(recipientCount: number): Scene {
  const now = Math.floor(Date.now() / 1000)
  const sender = makeParty('EST')
  const recipients = Array.from({ length: recipientCount }, (_, i) => makeParty(`R${i + 1}`))
  const { directory } = registryOf([sender, ...recipients], now)
  const document = attestationOf(sender, now)
  const sealing: Sealing = {
    issuer: sender.id,
    messageType: 'clearance.certificate',
    documents: [document],
    label: labelFor(recipients, now),
    purpose,
    agreement: agreementId,
    recipients: recipients.map(({ id }) => ({ party: id, key: currentSealingKey(directory, id, now) })),
    signers: sender.signing,
    issuedAt: now,
    expiresAt: now + day,
  }
  const opener = recipients.at(-1)?.opening
  if (opener === undefined) throw new RangeError('a scene has recipients')
  return { now, directory, document, sealing, opener, envelope: seal(sealing) }
}

export function makeParty(id: string): TestParty {
  return {
    id,
    accreditation: 3,
    signing: makePair('ml-dsa-65'),
    opening: HeldOpeningKey.generate(),
    transport: HeldSigningKey.generate('ed25519'),
    ledger: makePair('ml-dsa-44'),
    agencyPort: 1,
    exchangePort: 1,
  }
}

function makePair(second: 'ml-dsa-65' | 'ml-dsa-44') {
  return [HeldSigningKey.generate('ed25519'), HeldSigningKey.generate(second)] as const
}

export interface SignedRegistry {
  readonly registry: Uint8Array
  readonly pinnedRoots: string
  readonly directory: Directory
}

export function registryOf(parties: readonly TestParty[], now: Seconds): SignedRegistry {
  const roots = [makePair('ml-dsa-65'), makePair('ml-dsa-65')]
  const document = documentOf(parties, roots, now)
  const registry = signedBy(document, roots)
  const pinnedRoots = rootsDigest(document.roots)
  return { registry, pinnedRoots, directory: directoryOf(acceptFirst(registry, pinnedRoots), now) }
}

function labelFor(recipients: readonly TestParty[], now: Seconds): Sealing['label'] {
  return {
    policy: 'NATO',
    marking: 'NATO SECRET',
    at: now,
    compartments: [],
    releasability: recipients.map(({ id }) => id),
    caveats: [],
  }
}

function attestationOf(sender: TestParty, now: Seconds): Uint8Array {
  return issue({
    issuer: sender.id,
    subject: 'b5c1d9a7e3f04826',
    issuedAt: now,
    notBefore: now,
    expiresAt: now + 30 * day,
    clearance: {
      scheme: 'NATO',
      level: 'NATO SECRET',
      categories: [],
      check: 'full field investigation',
      granted: now - 300 * day,
      validUntil: now + 1500 * day,
      conditions: [],
      caveats: [],
      legalBasis: 'State Secrets and Classified Information of Foreign States Act',
    },
    identifiers: {
      surname: 'Tamm',
      'given-names': 'Mari Liis',
      'birth-date': '1984-02-29',
      'birth-place': 'Tartu',
      nationality: 'EST',
      'document-number': 'AB0123456',
    },
    signers: sender.signing,
  })
}
