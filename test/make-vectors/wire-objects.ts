/** Answers for how test/vectors/{envelope,attestation,acknowledgement,registry}.json were made: once, and frozen. Run it to make others. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { present } from '../../protocol/attestation/issue.ts'
import { disclosureHash } from '../../protocol/attestation/format.ts'
import { toHex } from '../../protocol/bytes.ts'
import { acknowledgementRows } from '../support/acknowledgement-rows.ts'
import { attestationRows } from '../support/attestation-rows.ts'
import { gatewayRows } from '../support/gateway-rows.ts'
import { acknowledgement, attestation, envelope, to } from '../support/objects.ts'
import {
  day,
  directory,
  est,
  nld,
  nos,
  now,
  pinnedRoots,
  registry,
  roots,
  seedOf,
  signedBy,
} from '../support/parties.ts'
import { recipientRows } from '../support/recipient-rows.ts'
import { next, registryRows, rotated, witnessed } from '../support/registry-rows.ts'
import { structureRows } from '../support/structure-rows.ts'
import {
  factsOfAcknowledgement,
  factsOfAttestation,
  factsOfEnvelope,
  factsOfRegistry,
} from '../support/vector-facts.ts'

function write(name: string, vectors: Readonly<Record<string, unknown>>): void {
  const file = path.resolve(import.meta.dirname, '../vectors', `${name}.json`)
  writeFileSync(file, `${JSON.stringify(vectors, null, 1)}\n`)
}

/** Seeds, from which every key comes (RFC 8032, FIPS 204, draft-connolly-cfrg-xwing-kem). */
const seeds = (name: string) => ({
  ed25519: toHex(seedOf(`${name} Ed25519`)),
  mlDsa65: toHex(seedOf(`${name} ML-DSA-65`)),
})
const keys = {
  about: 'Published test keys, as seeds. Nobody may use them for anything else.',
  roots: ['root 1', 'root 2', 'root 3'].map(seeds),
  parties: Object.fromEntries(
    [est, nld, nos].map(({ id }) => [id, { ...seeds(id), xWing: toHex(seedOf(`${id} X-Wing`)) }]),
  ),
}

interface Case {
  readonly check: string
  readonly name: string
  readonly code: string
  readonly bytes: Uint8Array
  readonly now?: number
  readonly directory?: typeof directory
  readonly keys?: readonly unknown[]
}

/** Small ones that need nothing but the common registry; of each refusal by each check no more than a few. */
function chosen(rows: readonly Case[], most: number) {
  const seen = new Map<string, number>()
  return rows
    .filter(
      ({ bytes, directory, keys }) => bytes.length < 50_000 && directory === undefined && keys === undefined,
    )
    .filter(({ check, code }) => {
      const count = (seen.get(check + code) ?? 0) + 1
      seen.set(check + code, count)
      return count <= most
    })
    .map(({ check, name, code, bytes, now: at = now }) => ({
      name,
      check,
      code,
      now: at,
      bytes: toHex(bytes),
    }))
}

const certificate = attestation()
const envelopes = [
  { name: 'to two', opener: 'NLD', bytes: envelope({ documents: [certificate] }) },
  { name: 'to two, opened by the second', opener: 'NATO-NOS', bytes: envelope({ documents: [certificate] }) },
  {
    name: 'to one, with two documents',
    opener: 'NLD',
    bytes: envelope({ documents: [certificate, present(certificate, ['surname'])], recipients: [to(nld)] }),
  },
]

write('envelope', {
  about:
    'Envelopes of profile 1 (protocol/envelope.md) in hexadecimal, from EST. `now` is the time to verify at, `opener` who opens it; rows without one are opened by NLD. A refusal names the check that fails and its code; those before it pass.',
  keys,
  registry: toHex(registry),
  accept: envelopes.map(({ name, opener, bytes }) => ({
    ...{ name, opener, now, bytes: toHex(bytes) },
    facts: factsOfEnvelope(bytes, opener === 'NLD' ? nld.opening : nos.opening, directory, now),
  })),
  refuse: chosen([...structureRows, ...gatewayRows, ...recipientRows], 3),
})

const attestations = [
  { name: 'all identifiers disclosed', bytes: certificate },
  { name: 'one identifier disclosed', bytes: present(certificate, ['nationality']) },
  {
    name: 'none disclosed, with a holder’s key',
    bytes: present(attestation({ holder: nld.signing[0].publicKey }), []),
  },
]

write('attestation', {
  about:
    'Attestations of profile 1 (protocol/attestation.md) in hexadecimal, by EST unless the row says otherwise. A refusal names the check that fails and its code; those before it pass.',
  keys,
  registry: toHex(registry),
  accept: attestations.map(({ name, bytes }) => ({
    ...{ name, now, bytes: toHex(bytes) },
    facts: factsOfAttestation(bytes, directory, now),
  })),
  refuse: chosen(attestationRows(disclosureHash), 3),
})

const acknowledgements = [
  { name: 'consigned', bytes: acknowledgement({ outcome: 'consigned' }) },
  { name: 'opened', bytes: acknowledgement() },
  { name: 'refused', bytes: acknowledgement({ outcome: 'refused', code: 'bad-document' }) },
]

write('acknowledgement', {
  about:
    'Acknowledgements of profile 1 (protocol/acknowledgement.md) in hexadecimal, by NLD. A refusal names the check that fails and its code; those before it pass.',
  keys,
  registry: toHex(registry),
  accept: acknowledgements.map(({ name, bytes }) => ({
    ...{ name, now, bytes: toHex(bytes) },
    facts: factsOfAcknowledgement(bytes, directory, now),
  })),
  refuse: chosen(acknowledgementRows, 3),
})

const wanted = new Set([
  ...['a byte after its end', 'another typ', 'a party twice', 'a root with its keys exchanged'],
  ...[
    'other roots than the pinned',
    'one signer where two must',
    'a stranger beside the roots',
    'a third signature that is bad',
  ],
  ...['a witness that is no party', 'a quorum of more than the witnesses'],
  ...['a version left out', 'a fork', 'new roots that the old did not sign', 'new roots that did not sign'],
])

write('registry', {
  about:
    'Registries of profile 1 (protocol/registry.md) in hexadecimal. A first version is accepted by the digest of its roots, `pinned` where the row has it and the common one else; a later one follows `held`, the first row that is accepted.',
  keys,
  pinned: pinnedRoots,
  accept: [
    {
      name: 'the first version, by two of three',
      now,
      bytes: toHex(registry),
      facts: factsOfRegistry(registry, now),
    },
    ...[
      { name: 'the second version, by all three', bytes: signedBy(next, roots) },
      { name: 'a change of roots', bytes: rotated },
      { name: 'a version that names witnesses', bytes: signedBy(witnessed, roots.slice(0, 2)) },
    ].map(({ name, bytes }) => ({
      ...{ name, held: 0, now: now + day, bytes: toHex(bytes) },
      facts: factsOfRegistry(bytes, now + day, registry),
    })),
  ],
  refuse: registryRows
    .filter(({ name }) => wanted.has(name))
    .map(({ name, code, bytes, held, pinned }) => ({
      ...{ name, code, bytes: toHex(bytes) },
      ...(held === undefined ? {} : { held: 0 }),
      ...(pinned === undefined ? {} : { pinned }),
    })),
})
