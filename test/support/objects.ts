/** Answers for one honest object of each kind, as the three parties make them. */
import { type Acknowledgement, acknowledge } from '../../protocol/acknowledgement.ts'
import { type Issuing, issue } from '../../protocol/attestation/issue.ts'
import { type Sealing, seal } from '../../protocol/envelope/seal.ts'
import type { SealingKey } from '../../protocol/key.ts'
import type { Label } from '../../protocol/label.ts'
import { day, est, nld, nos, now, type TestParty } from './parties.ts'

export const label: Label = {
  policy: 'NATO',
  marking: 'NATO CONFIDENTIAL',
  at: now,
  compartments: [],
  releasability: ['NATO-NOS', 'NLD'],
  caveats: [],
}

export const issuing: Issuing = {
  issuer: 'EST',
  subject: 'h-7f3a9c',
  issuedAt: now - day,
  notBefore: now - day,
  expiresAt: now + 300 * day,
  clearance: {
    scheme: 'NATO',
    level: 'NATO SECRET',
    categories: ['ATOMAL'],
    check: 'extended',
    granted: now - 90 * day,
    validUntil: now + 1000 * day,
    reviewDue: now + 900 * day,
    conditions: [{ kind: 'post', text: 'attaché' }],
    caveats: [],
    legalBasis: 'State Secrets Act §26',
  },
  identifiers: { surname: 'Tamm', 'given-names': 'Liis', 'birth-date': '1990-02-03', nationality: 'EST' },
  status: { uri: 'https://est.example/status/1', index: 412 },
  signers: est.signing,
}

export const attestation = (change: Partial<Issuing> = {}): Uint8Array => issue({ ...issuing, ...change })

export const to = ({ id, opening }: TestParty): { readonly party: string; readonly key: SealingKey } => ({
  party: id,
  key: opening.publicKey,
})

export const sealing = (change: Partial<Sealing> = {}): Sealing => ({
  issuer: 'EST',
  messageType: 'clearance.certificate',
  documents: [],
  label,
  purpose: 'clearance-confirmation',
  agreement: 'EST-NLD-NATO-2020',
  recipients: [to(nld), to(nos)],
  signers: est.signing,
  issuedAt: now - 60,
  expiresAt: now + day,
  ...change,
})

/** From EST to NLD and NATO-NOS, about Liis Tamm. */
export const envelope = (change: Partial<Sealing> = {}): Uint8Array =>
  seal(sealing({ documents: [attestation()], ...change }))

export const statement: Acknowledgement = {
  recipient: 'NLD',
  sender: 'EST',
  envelope: new Uint8Array(16).fill(0xe5),
  digest: new Uint8Array(32).fill(0xd1),
  outcome: 'opened',
  at: now - 30,
}

export const acknowledgement = (change: Partial<Acknowledgement> = {}): Uint8Array =>
  acknowledge({ ...statement, ...change }, nld.signing)
