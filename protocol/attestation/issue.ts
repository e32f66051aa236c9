/** Answers for issuing an attestation, and for presenting it with some of its identifiers withheld. */
import { suite } from '#suite'
import { compare } from '../bytes.ts'
import { decodeAs, encodeAs } from '../codec.ts'
import { signOffThreadWith, signWith } from '../cose.ts'
import { Rejected } from '../errors.ts'
import type { PublicKey, SigningPair } from '../key.ts'
import type { PartyId, Seconds } from '../names.ts'
import {
  type AttestationClaims,
  attestationClaims,
  attestationHeaderBytes,
  type Clearance,
  disclosure,
  disclosureHash,
  disclosureSlots,
  type IdentifierName,
  identifierNames,
  signedAttestation,
} from './format.ts'

export interface Issuing {
  readonly issuer: PartyId
  /** Pairwise pseudonym of the holder. */
  readonly subject: string
  readonly issuedAt: Seconds
  readonly notBefore: Seconds
  readonly expiresAt: Seconds
  readonly clearance: Clearance
  readonly identifiers: Readonly<Partial<Record<IdentifierName, string>>>
  readonly status?: { readonly uri: string; readonly index: number }
  readonly holder?: PublicKey
  readonly signers: SigningPair
}

/** Gives the attestation with all its disclosures: what the issuing authority keeps, and hands to the holder. */
export function issue(issuing: Issuing): Uint8Array {
  const { disclosures, payload } = unsigned(issuing)
  const signatures = signWith(issuing.signers, attestationHeaderBytes, payload)
  return encodeAs(signedAttestation, [attestationHeaderBytes, { disclosures }, payload, signatures])
}

/** The same, signed off the calling thread. */
export async function issueOffThread(issuing: Issuing): Promise<Uint8Array> {
  const { disclosures, payload } = unsigned(issuing)
  const signatures = await signOffThreadWith(issuing.signers, attestationHeaderBytes, payload)
  return encodeAs(signedAttestation, [attestationHeaderBytes, { disclosures }, payload, signatures])
}

function unsigned(issuing: Issuing) {
  const disclosures = disclosuresOf(issuing.identifiers)
  return { disclosures, payload: encodeAs(attestationClaims, claimsOf(issuing, redactedHashes(disclosures))) }
}

/** The same attestation with only these identifiers disclosed; the signatures stay valid. */
export function present(attestation: Uint8Array, disclosed: readonly IdentifierName[]): Uint8Array {
  const [header, { disclosures }, payload, signatures] = decodeAs(signedAttestation, attestation)
  const kept = disclosures.filter((each) => disclosed.includes(decodeAs(disclosure, each)[2]))
  if (kept.length !== new Set(disclosed).size)
    throw new Rejected('bad-disclosure', 'an identifier is not there to disclose')
  return encodeAs(signedAttestation, [header, { disclosures: kept }, payload, signatures])
}

function disclosuresOf(identifiers: Issuing['identifiers']): readonly Uint8Array[] {
  return identifierNames.flatMap((name) => {
    const value = identifiers[name]
    return value === undefined ? [] : [encodeAs(disclosure, [suite.randomBytes(16), value, name])]
  })
}

/** Hashes of the disclosures and of decoys, in the order of their bytes, which says nothing. */
function redactedHashes(disclosures: readonly Uint8Array[]): readonly Uint8Array[] {
  const decoys = Array.from({ length: disclosureSlots - disclosures.length }, () => suite.randomBytes(32))
  return [...disclosures.map(disclosureHash), ...decoys].sort(compare)
}

function claimsOf(issuing: Issuing, redacted: readonly Uint8Array[]): AttestationClaims {
  const { issuer, subject, issuedAt, notBefore, expiresAt, clearance, status, holder } = issuing
  return {
    iss: issuer,
    sub: subject,
    exp: expiresAt,
    nbf: notBefore,
    iat: issuedAt,
    cti: suite.randomBytes(16),
    ...(holder === undefined ? {} : { cnf: { key: holder } }),
    ...(status === undefined ? {} : { status: { list: status } }),
    clearance,
    redacted,
  }
}
