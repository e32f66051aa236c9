/** Answers for one full sample of every wire object: each optional field is there, each list has an item, each choice is met. */
import { HeldOpeningKey } from '../../keys/opening-key.ts'
import { HeldSigningKey } from '../../keys/signing-key.ts'
import { type Acknowledgement, acknowledge } from '../../protocol/acknowledgement.ts'
import { signAgreement } from '../../protocol/agreement-signature.ts'
import { consentTo } from '../../protocol/key-consent.ts'
import { issue } from '../../protocol/attestation/issue.ts'
import type { CborValue } from '../../protocol/cbor.ts'
import type { Of } from '../../protocol/codec.ts'
import type { plaintext } from '../../protocol/envelope/format.ts'
import { seal } from '../../protocol/envelope/seal.ts'
import type { EvidenceFile } from '../../protocol/evidence-format.ts'
import type { SigningPair } from '../../protocol/key.ts'
import type { Label } from '../../protocol/label.ts'
import type { decision as recordedDecision } from '../../protocol/ledger/record.ts'
import type { DecisionInputs } from '../../protocol/policy/inputs.ts'
import type { Justification } from '../../protocol/policy/justification.ts'
import {
  combineRegistry,
  proposeRegistry,
  type RegisteredKey,
  type RegistryDocument,
  signRegistry,
} from '../../protocol/registry.ts'
import { rootsDigest } from '../../protocol/roots.ts'
import { packed } from '../../protocol/status-list.ts'
import { signStatusList } from '../../protocol/status-token.ts'
import { readNotice, signNotice } from '../../protocol/suspension.ts'
import { signWithdrawal } from '../../protocol/withdrawal.ts'

const now = 1_790_000_000
const ed25519 = HeldSigningKey.generate('ed25519')
const mlDsa65 = HeldSigningKey.generate('ml-dsa-65')
const mlDsa44 = HeldSigningKey.generate('ml-dsa-44')
const opening = HeldOpeningKey.generate()
const signers: SigningPair = [ed25519, mlDsa65]

export const publicKeys = [ed25519, mlDsa65, mlDsa44, opening].map(({ publicKey }) => publicKey)

const label: Label = {
  policy: 'NATO',
  marking: 'NATO SECRET',
  at: now,
  compartments: ['ATOMAL', 'BOHEMIA'],
  releasability: ['EST', 'NLD'],
  caveats: ['ORCON'],
  originator: 'NLD',
  reference: 'AIVD 2026-17',
  retainUntil: now + 1_000_000,
}

export const attestation = issue({
  issuer: 'EST',
  subject: 'p-7Qx2',
  issuedAt: now,
  notBefore: now,
  expiresAt: now + 86_400,
  clearance: {
    scheme: 'NATO',
    level: 'NATO SECRET',
    categories: ['ATOMAL'],
    check: 'extended',
    granted: now - 86_400,
    validUntil: now + 864_000,
    reviewDue: now + 432_000,
    conditions: [{ kind: 'post', text: 'Military staff' }],
    caveats: ['ORCON'],
    legalBasis: 'RSVS § 27',
  },
  identifiers: { surname: 'TAMM', 'given-names': 'MARI' },
  status: { uri: 'https://status.example/EST/1', index: 7 },
  holder: ed25519.publicKey,
  signers,
})

const justification: Justification = {
  needToKnow: 'visit-2027-114',
  legalBasis: 'Art-4',
  reader: { clearance: 3, nationalities: ['EST', 'NLD'] },
}

export const envelope = seal({
  issuer: 'EST',
  messageType: 'clearance.certificate',
  documents: [attestation],
  label,
  purpose: 'clearance-confirmation',
  agreement: 'EST-NLD',
  justification,
  recipients: [{ party: 'NLD', key: opening.publicKey }],
  signers,
  issuedAt: now,
  expiresAt: now + 3600,
})

const statement: Acknowledgement = {
  recipient: 'NLD',
  sender: 'EST',
  envelope: new Uint8Array(16).fill(1),
  digest: new Uint8Array(32).fill(2),
  outcome: 'opened',
  at: now,
}
export const acknowledgement = acknowledge(statement, signers)
export const refusal = acknowledge({ ...statement, outcome: 'refused', code: 'cannot-open' }, signers)

const uses = ['sign', 'transport', 'ledger', 'open'] as const
const listedKeys = publicKeys.map(
  (key, i): RegisteredKey => ({ use: uses[i] ?? 'root', key, from: now, until: now + 9, revoked: now + 8 }),
)

const unwitnessed: RegistryDocument = {
  version: 2,
  previous: new Uint8Array(32).fill(3),
  issued: now,
  expires: now + 86_400,
  roots: {
    threshold: 1,
    signers: [{ name: 'Root 1', ed25519: ed25519.publicKey, mlDsa65: mlDsa65.publicKey }],
  },
  parties: [
    {
      id: 'EST',
      name: 'Security authority',
      gateway: 'https://gateway.example',
      ledger: 'gateway.example/ledger/est',
      accreditation: 3,
      compartments: ['NATO/ATOMAL'],
      keys: listedKeys,
    },
  ],
  groups: [{ id: 'ALLY', members: [{ party: 'EST', from: now, until: now + 1 }] }],
  schemes: [
    {
      issuer: 'NATO',
      markings: [
        {
          forms: ['NATO SECRET'],
          low: 3,
          high: 3,
          from: now,
          until: now + 1,
          abbreviations: ['NS'],
          classification: true,
          verified: true,
          verification: 'primary',
          source: ['C-M-2002-49'],
        },
      ],
      caveats: [{ name: 'ORCON', rule: 'only-parties', parties: ['EST'], purposes: ['visit'] }],
    },
  ],
  agreements: [
    {
      id: 'EST-NLD',
      title: 'Agreement, of two',
      first: ['EST'],
      second: ['NLD'],
      direction: 'both',
      ceilings: new Map([['clearance', 3]]),
      purposes: ['clearance-confirmation'],
      from: now,
      until: now + 1,
      timeline: [{ at: now, state: 'in-force' }],
      table: [
        { issuer: 'EST', marking: 'SALAJANE', level: 3, protectAs: 'STG. GEHEIM', measures: ['by hand'] },
      ],
      articles: [{ topic: 'ceiling', article: 'art. 4' }],
    },
  ],
}
const witnessing = { witnesses: ['EST'], quorums: [0, 0, 0, 1, 1], limit: 900 } as const
const modules = [{ party: 'EST', policies: 'forbid (principal, action, resource);' }] as const
const agreementSignatures = unwitnessed.agreements.map((each) => signAgreement(each, signers))
const [self] = unwitnessed.parties
const wanted = [{ use: 'sign', id: ed25519.id, from: now }] as const
const keyConsents = self === undefined ? [] : [consentTo(self, wanted, now, signers)]
const document: RegistryDocument = {
  ...{ ...unwitnessed, witnessing, modules, agreementSignatures, keyConsents },
}

const proposal = proposeRegistry(document)
export const registry = combineRegistry(proposal, [signRegistry(proposal, signers)])

const empty = proposeRegistry({ ...unwitnessed, parties: [], groups: [], schemes: [], agreements: [] })
/** With it, every check after the form of an object fails: no party is known. */
export const registryOfNobody = {
  bytes: combineRegistry(empty, [signRegistry(empty, signers)]),
  pinnedRoots: rootsDigest(document.roots),
}

export const disclosed: CborValue = [new Uint8Array(16), 'TAMM', 'surname']

export const sealedPlaintext: Of<typeof plaintext> = {
  salt: new Uint8Array(32),
  documents: [new Uint8Array(5)],
  padding: new Uint8Array(9),
}

export const evidence: EvidenceFile = {
  type: 'pouch-evidence-v1',
  gateway: 'EST',
  registry: new Uint8Array(9),
  envelope: new Uint8Array(9),
  entries: [{ record: new Uint8Array(9), key: new Uint8Array(32), receipt: new Uint8Array(9) }],
  peerReceipts: [{ party: 'NLD', receipt: new Uint8Array(9) }],
  acknowledgements: [new Uint8Array(9)],
  checkpoint: 'a note',
}

const counted = new Map([['NLD', [3, 0]]])
const digest = new Uint8Array(32)
export const decision: Of<typeof recordedDecision> = {
  ...{ allow: false, level: 3, inputs: digest, counted, justification },
  grounds: ['above-ceiling NLD: clearance'],
}
export const inputs: DecisionInputs = {
  ...{ at: now, to: ['NLD'], from: 'EST', label, policy: 'pouch-policy/1', counted, purpose: 'visit' },
  ...{ category: 'clearance', envelope: digest, registry: digest, agreement: 'EST-NLD', justification },
  suspensions: [['EST-NLD', 'NLD']],
}

const suspending = { agreement: 'EST-NLD', by: 'EST', at: now } as const
export const suspension = signNotice({ ...suspending, reason: 'relations' }, undefined, signers)
export const resumption = signNotice(suspending, readNotice(suspension), signers)

export const withdrawal = signWithdrawal(
  {
    ...{ issuer: 'EST', attestation: new Uint8Array(32).fill(5), kind: 'superseded', sequence: 2, at: now },
    ...{ reason: 'change-of-level', replacement: new Uint8Array(32).fill(6) },
  },
  signers,
)
export const statusListToken = signStatusList(
  {
    ...{ uri: 'https://status.example/EST/1', issued: now, expires: now + 86_400, ttlSeconds: 3600 },
    list: packed(2, 64, new Map([[7, 2]])),
  },
  signers,
)
