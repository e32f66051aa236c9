/** Answers for the closed list of refusals: each has a stable code, and tells its reader what to do next. */
import { labelRefusals } from './labels/refusals.ts'
import { keyRefusals } from './key-refusals.ts'
import { ledgerRefusals } from './ledger/refusals.ts'
import { agreementRefusals } from './policy/refusals.ts'

export interface Refusal {
  /** HTTP status of the refusal (RFC 9110). */
  readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 503
  readonly title: string
  /** What the reader does next. */
  readonly next: string
}

export const refusals = {
  // Bytes and structure
  'too-large': {
    status: 413,
    title: 'The message is larger than the profile allows',
    next: 'Send fewer documents in one envelope.',
  },
  'malformed-cbor': {
    status: 400,
    title: 'The bytes are not deterministic CBOR',
    next: 'Encode with the shortest lengths, definite lengths, sorted unique keys and no floats (RFC 8949 §4.2.1).',
  },
  'malformed-structure': {
    status: 400,
    title: 'The object does not have the shape that its CDDL gives',
    next: 'Compare the object with protocol/pouch.cddl; `pouch inspect` prints it with the names of its labels.',
  },
  'unknown-type': {
    status: 415,
    title: 'The object is of no type of this profile',
    next: 'Check header typ (16) against protocol/README.md.',
  },
  'unknown-critical': {
    status: 400,
    title: 'The header names a critical parameter that this profile does not have',
    next: 'Send only the critical parameters of profile 1.',
  },
  // Keys and signatures
  'bad-key': {
    status: 400,
    title: 'The public key is malformed, non-canonical or of low order',
    next: 'Make a new key with `pouch keys new`.',
  },
  'unknown-party': {
    status: 403,
    title: 'The registry does not list this party',
    next: 'Ask the registry’s signers to add the party, or refresh the registry with `pouch registry refresh`.',
  },
  'unknown-key': {
    status: 403,
    title: 'The registry does not list this key for this party at this time',
    next: 'Publish the key in the registry, or sign with a listed key.',
  },
  'revoked-key': {
    status: 403,
    title: 'The key is revoked',
    next: 'Sign with the party’s current key; seal to the recipient’s current key.',
  },
  'wrong-algorithm': {
    status: 400,
    title: 'The algorithm is not the one of the profile',
    next: 'Use profile 1: Ed25519 with ML-DSA-65, and HPKE-9-KE.',
  },
  'missing-signature': {
    status: 400,
    title: 'One of the two required signatures is missing or out of order',
    next: 'Sign with both keys that SIGNERS names, Ed25519 first.',
  },
  'bad-signature': {
    status: 403,
    title: 'A signature does not verify',
    next: 'The object was changed after signing or signed with another key; ask its sender to send it again.',
  },
  // Time
  expired: { status: 422, title: 'The object has expired', next: 'Ask its issuer for a new one.' },
  'not-yet-valid': {
    status: 422,
    title: 'The object is dated in the future',
    next: 'Check the clocks of both sides; five minutes of difference are allowed.',
  },
  'bad-validity': {
    status: 422,
    title: 'The validity is empty or longer than allowed',
    next: 'Set exp after iat, and at most seven days after it.',
  },
  // Recipients and replay
  'bad-recipients': {
    status: 400,
    title: 'The recipients do not agree with the signed list',
    next: 'Seal again: every recipient must be HPKE-9-KE and named in RECIPIENTS, in order.',
  },
  'not-a-recipient': {
    status: 403,
    title: 'The opening key is of no recipient of this envelope',
    next: 'Open it with the key that RECIPIENTS names, or ask the sender to seal to you.',
  },
  'reused-id': {
    status: 409,
    title: 'Another object with the same id and other bytes was accepted before',
    next: 'Seal again: a new envelope gets a new id.',
  },
  'already-acknowledged': {
    status: 409,
    title: 'The recipient acknowledged this envelope otherwise before',
    next: 'Nothing: an envelope that was opened or refused stays so.',
  },
  // Opening: one code for every failure of decryption, padding and commitment
  'cannot-open': {
    status: 422,
    title: 'The envelope cannot be opened',
    next: 'It was changed or sealed wrongly; ask the sender to seal it again.',
  },
  'bad-document': {
    status: 422,
    title: 'A document inside the envelope is not acceptable',
    next: 'Run `pouch verify` on the document and ask its issuer for a new one.',
  },
  // Attestation
  'bad-disclosure': {
    status: 422,
    title: 'A disclosure does not belong to the signed claims',
    next: 'Present the attestation with the disclosures that came with it, unchanged.',
  },
  'status-withdrawn': {
    status: 422,
    title: 'The attestation is withdrawn or suspended',
    next: 'Ask the issuing authority for its present state.',
  },
  'status-unknown': {
    status: 422,
    title: 'The status of the attestation cannot be found',
    next: 'Fetch the issuer’s status list and verify again.',
  },
  // Label
  'bad-label': {
    status: 400,
    title: 'The text is not a label',
    next: 'Write it as ISSUER:MARKING//REL TO EST, NLD, with UNRESTRICTED in place of REL TO … where anybody may have it.',
  },
  ...labelRefusals,
  // National modules
  'bad-module': {
    status: 422,
    title: 'The national module is not one that a registry may carry',
    next: 'Correct it with `pouch policy module check`, then propose the registry again.',
  },
  // Registry
  'registry-rollback': {
    status: 409,
    title: 'The registry is older than, or a fork of, the one held',
    next: 'Fetch the newest registry from its publisher.',
  },
  'registry-expired': {
    status: 422,
    title: 'The registry has expired',
    next: 'Fetch or publish a newer registry version.',
  },
  'untrusted-roots': {
    status: 403,
    title: 'The registry has other roots than the pinned ones',
    next: 'Compare the digest of `pouch registry roots` with the one that the signers read out; pin that one.',
  },
  'registry-threshold': {
    status: 403,
    title: 'Too few root keys signed the registry',
    next: 'Have more root signers sign it with `pouch registry sign`.',
  },
  'key-change-unsigned': {
    status: 403,
    title: 'The registry changes keys of a party that did not sign the change',
    next: 'Have the party sign it with `pouch keys enrol`, against the version in force, and propose the registry again.',
  },
  ...agreementRefusals,
  ...ledgerRefusals,
  ...keyRefusals,
  // Gateway
  unauthenticated: {
    status: 401,
    title: 'The request carries no valid credential or signature',
    next: 'Send the API credential, or sign the request with the gateway’s key (RFC 9421).',
  },
  forbidden: {
    status: 403,
    title: 'The credential does not have the role that the request needs',
    next: 'Ask the operator for a credential with that role.',
  },
  'bad-request': {
    status: 400,
    title: 'The request is not as the API describes it',
    next: 'Compare it with /openapi.json.',
  },
  'wrong-content-type': {
    status: 415,
    title: 'The content is not of a type that the route takes',
    next: 'Set Content-Type to the one that /openapi.json names: application/cose or application/json.',
  },
  'not-found': {
    status: 404,
    title: 'There is no such thing here for this party',
    next: 'Check the id; only the sender and the recipients of an envelope can see it.',
  },
  'policy-denied': {
    status: 403,
    title: 'The policy refuses the transfer',
    next: 'Read the grounds in the answer: each names what would have to change.',
  },
  unavailable: {
    status: 503,
    title: 'The gateway cannot take the request now',
    next: 'Try again after the time in Retry-After; the same bytes give the same answer.',
  },
  'too-many-requests': {
    status: 429,
    title: 'The party, or the address, asks more often than it may',
    next: 'Try again after the time in Retry-After; its operator can raise the limit.',
  },
  'storage-full': {
    status: 503,
    title: 'The gateway has no room to store anything more',
    next: 'Nothing was stored; send it again later. Its operator makes room on the disk of the database; what is stored can be read meanwhile.',
  },
} as const satisfies Record<string, Refusal>

export type Code = keyof typeof refusals

/** The peer broke a rule. `detail` is for the logger and names ids, never input bytes, keys or plaintext. */
export class Rejected extends Error {
  override readonly name = 'Rejected'
  readonly code: Code
  readonly detail: string

  constructor(code: Code, detail = '', options?: ErrorOptions) {
    super(detail === '' ? code : `${code}: ${detail}`, options)
    this.code = code
    this.detail = detail
  }
}

/** Runs a step; what it refuses is refused with the place in front of the detail. */
export function atPlace<T>(place: string, step: () => T): T {
  try {
    return step()
  } catch (error) {
    if (!(error instanceof Rejected)) throw error
    throw new Rejected(error.code, `${place}: ${error.detail}`, { cause: error })
  }
}
