/**
 * Answers for what must not compile: the type checker reads this file too, and an expected error that is missing is one.
 * What does not compile must also not work.
 */
import { expect, test } from 'vitest'
import { inspect } from 'node:util'
import type { VerifiedAcknowledgement } from '../../protocol/acknowledgement.ts'
import { type VerifiedAttestation, verifyAttestation } from '../../protocol/attestation/verify.ts'
import { decrypt, type OpenedEnvelope, openEnvelope } from '../../protocol/envelope/open.ts'
import { seal } from '../../protocol/envelope/seal.ts'
import { type VerifiedEnvelope, verify } from '../../protocol/envelope/verify.ts'
import type { SigningKey } from '../../protocol/key.ts'
import { acceptNext, type VerifiedRegistry } from '../../protocol/registry.ts'
import { toHex } from '../../protocol/bytes.ts'
import { attestation, envelope, sealing } from '../support/objects.ts'
import { directory, est, nld, now, registry, seedOf } from '../support/parties.ts'
import { held } from '../support/registry-rows.ts'

/** Is only compiled. */
const never = (call: () => unknown): void => expect(call).toBeTypeOf('function')

test('only verification makes a verified object', () => {
  const { label } = sealing()
  const parsed = verify(envelope(), directory, now).parsed
  const fields = {
    id: '',
    issuer: 'EST',
    messageType: 'clearance.certificate',
    issuedAt: 0,
    expiresAt: 0,
    label,
  } as const
  const more = { purpose: '', agreement: '', recipients: [], bytes: registry, digest: registry, parsed }
  // @ts-expect-error the brand cannot be written down
  const byHand: VerifiedEnvelope = { ...fields, ...more }
  // @ts-expect-error nor an opened one
  const opened: OpenedEnvelope = { envelope: byHand, attestations: [] }
  // @ts-expect-error nor a registry
  const trusted: VerifiedRegistry = {
    document: held.document,
    bytes: registry,
    digest: registry,
    documentDigest: registry,
  }
  // @ts-expect-error bytes are no verified envelope
  never(() => openEnvelope(registry, [nld.opening], directory, now))
  // @ts-expect-error what was parsed is no verified envelope
  never(() => decrypt(parsed, [nld.opening]))
  // @ts-expect-error bytes are no registry that one holds
  never(() => acceptNext(registry, registry))
  // @ts-expect-error a statement is not verified by saying so
  const stated: VerifiedAcknowledgement = {
    recipient: 'NLD',
    sender: 'EST',
    envelope: registry,
    digest: registry,
    outcome: 'opened',
    at: 0,
    bytes: registry,
    ownDigest: registry,
  }
  const { clearance } = verifyAttestation(attestation(), directory, now)
  // @ts-expect-error nor an attestation
  const attested: VerifiedAttestation = {
    ...fields,
    subject: '',
    notBefore: 0,
    clearance,
    identifiers: new Map(),
    bytes: registry,
  }
  expect([byHand, opened, trusted, stated, attested]).toHaveLength(5)
})

test('no algorithm is an argument', () => {
  // @ts-expect-error there is no such option
  never(() => seal({ ...sealing(), algorithm: 'ES256' }))
  // @ts-expect-error nor a further argument
  never(() => seal(sealing(), { alg: -7 }))
  // @ts-expect-error a key signs as it signs
  never(() => est.signing[0].sign(registry, 'ed25519'))
  // @ts-expect-error one signature is not enough
  never(() => seal({ ...sealing(), signers: [est.signing[0]] }))
  // @ts-expect-error the key of a recipient is one to seal to
  never(() => seal({ ...sealing(), recipients: [{ party: 'NLD', key: nld.signing[0].publicKey }] }))
  // @ts-expect-error a message has a type of the profile
  never(() => seal({ ...sealing(), messageType: 'gossip' }))
  // @ts-expect-error verification needs a directory and a time
  never(() => verify(registry))
})

test('a secret is not read', () => {
  const key: SigningKey = est.signing[0]
  // @ts-expect-error no such property
  expect(key.seed).toBeUndefined()
  // @ts-expect-error nor for opening
  expect(nld.opening.seed).toBeUndefined()
  // @ts-expect-error an interface to act by has no export
  const secret: keyof SigningKey = 'exportSecretForBackup'
  expect(secret in key).toBe(true)
  // @ts-expect-error ids are for reading
  never(() => (key.id = ''))
  const secrets = [toHex(seedOf('EST Ed25519')), Buffer.from(seedOf('EST Ed25519')).toString('base64')]
  const shown = `${inspect(key, { depth: 9, showHidden: true })} ${JSON.stringify(key)} ${String(est.signing[0])} ${Object.values(key).join()}`
  for (const secret of secrets) expect(shown).not.toContain(secret)
})
