/** Answers for the numbers of PKCS #11 v2.40 and v3.0 that are used, under their names there. */
export const cka = {
  class: 0x000,
  token: 0x001,
  private: 0x002,
  label: 0x003,
  id: 0x102,
  sensitive: 0x103,
  encrypt: 0x104,
  decrypt: 0x105,
  sign: 0x108,
  verify: 0x10a,
  valueLength: 0x161,
  extractable: 0x162,
  ecParams: 0x180,
  ecPoint: 0x181,
} as const

export const cko = { publicKey: 2, privateKey: 3, secretKey: 4 } as const

export const ckm = { edwardsKeyPair: 0x1055, eddsa: 0x1057, aesKey: 0x1080, aesGcm: 0x1087 } as const

export const ckr = {
  alreadyInitialized: 0x191,
  alreadyLoggedIn: 0x100,
  deviceError: 0x30,
  deviceMemory: 0x31,
  deviceRemoved: 0x32,
  encryptedDataInvalid: 0x40,
  encryptedDataLength: 0x41,
  pinIncorrect: 0xa0,
  pinInvalid: 0xa1,
  pinLength: 0xa2,
  pinExpired: 0xa3,
  pinLocked: 0xa4,
  sessionClosed: 0xb0,
  sessionHandle: 0xb3,
  tokenNotPresent: 0xe0,
  notLoggedIn: 0x101,
} as const

/** Of CK_TOKEN_INFO: since the last good login a wrong PIN was given; one try is left; none is. */
export const ckf = { pinCountLow: 0x10000, pinFinalTry: 0x20000, pinLocked: 0x40000 } as const

/** id-Ed25519, RFC 8410: 1.3.101.112. */
export const ed25519Curve = Uint8Array.of(0x06, 0x03, 0x2b, 0x65, 0x70)
