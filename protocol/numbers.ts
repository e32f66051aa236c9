/** Answers for every registered and private number on the wire, in one table (IANA COSE and CWT registries, 2026-11). */

export const tags = { sign1: 18, encrypt: 96, sign: 98, redactedElement: 60 } as const

/** COSE header parameters (RFC 9052 §3.1, RFC 9596, RFC 9597, RFC 9942); `ek` is of draft-ietf-cose-hpke. */
export const headers = {
  alg: 1,
  crit: 2,
  contentType: 3,
  kid: 4,
  iv: 5,
  cwtClaims: 15,
  typ: 16,
  sdClaims: 17,
  sdAlg: 170,
  receipts: 394,
  vds: 395,
  vdp: 396,
  ek: -4,
  // Private to this project, below −65536; versioned by `typ`.
  label: -65537,
  purpose: -65538,
  agreement: -65539,
  commitment: -65540,
  signers: -65541,
  recipients: -65542,
  treeSize: -65544,
  justification: -65545,
} as const

/** COSE algorithms: RFC 9864, RFC 9964, RFC 9053; HPKE-9-KE is assumed by draft-ietf-cose-hpke-pq-pqt and not registered. */
export const algorithms = {
  ed25519: -19,
  mlDsa44: -48,
  mlDsa65: -49,
  a256Gcm: 3,
  hpke9Ke: 57,
  sha256: -16,
} as const

/** COSE key parameters (RFC 9053 §7, RFC 9964 §3). */
export const keyParameters = { kty: 1, kid: 2, alg: 3, crv: -1, x: -2, pub: -1 } as const
export const keyTypes = { okp: 1, akp: 7 } as const
export const curves = { ed25519: 6 } as const

/** CWT claims (RFC 8392, RFC 8747, token status list); `clearance` is private to this project, below −65536. */
export const claims = {
  iss: 1,
  sub: 2,
  aud: 3,
  exp: 4,
  nbf: 5,
  iat: 6,
  cti: 7,
  cnf: 8,
  status: 65535,
  clearance: -65543,
} as const

/** CoAP content format of application/cose; cose-type="cose-encrypt" (RFC 9052 §11.3.1). */
export const contentFormatCoseEncrypt = 96

export const mediaTypes = {
  envelope: 'application/vnd.pouch.envelope+cose; v=1',
  attestation: 'application/vnd.pouch.attestation+cose; v=1',
  acknowledgement: 'application/vnd.pouch.acknowledgement+cose; v=1',
  registry: 'application/vnd.pouch.registry+cose; v=1',
  agreement: 'application/vnd.pouch.agreement+cose; v=1',
  keyConsent: 'application/vnd.pouch.key-consent+cose; v=1',
  suspension: 'application/vnd.pouch.suspension+cose; v=1',
  withdrawal: 'application/vnd.pouch.withdrawal+cose; v=1',
  'status list': 'application/vnd.pouch.status-list+cose; v=1',
} as const
