/**
 * Answers for the bound: the cryptography that sealing and opening cannot do without, called on node:crypto directly, over
 * ready bytes of the same sizes, with nothing encoded, checked or copied that the primitives do not need.
 */
import * as crypto from 'node:crypto'

/** How many bytes each primitive is given; `sizesOf` in envelope.ts takes them from a real envelope. */
export interface Sizes {
  readonly recipients: number
  readonly envelope: number
  /** Padded; the commitment is over as many, and a prefix. */
  readonly plaintext: number
  /** Of layer 0, beside the plaintext. */
  readonly additional: number
  /** What both signatures of the envelope are over. */
  readonly envelopeSigned: number
  readonly attestationSigned: number
  readonly disclosures: readonly number[]
}

interface Peer {
  readonly mlKem: crypto.KeyPairKeyObjectResult
  readonly x25519: crypto.KeyPairKeyObjectResult
}

const scheduleInput = 256
const scheduleLength = 32 + 12 + 64
const none = Buffer.alloc(0)
const tag = { authTagLength: 16 }

export function sealingPrimitives(sizes: Sizes): () => void {
  const signed = Buffer.alloc(sizes.envelopeSigned)
  const plaintext = Buffer.alloc(sizes.plaintext)
  const additional = Buffer.alloc(sizes.additional)
  const peers = Array.from({ length: sizes.recipients }, makePeer)
  const signers = makeSigners()
  return () => {
    const random = crypto.randomFillSync(Buffer.alloc(32 + 16 + 32 + 12))
    const contentKey = random.subarray(0, 32)
    crypto.hash('sha384', plaintext, 'buffer')
    crypto.hash('sha384', additional, 'buffer')
    encrypt(contentKey, additional, plaintext)
    for (const peer of peers) encrypt(schedule(encapsulate(peer)), none, contentKey)
    for (const { privateKey } of signers) crypto.sign(null, signed, privateKey)
  }
}

/** One recipient opens: the number of recipients is in the sizes alone. */
export function openingPrimitives(sizes: Sizes): () => void {
  const envelope = Buffer.alloc(sizes.envelope)
  const additional = Buffer.alloc(sizes.additional)
  const sealed = encrypt(Buffer.alloc(32), additional, Buffer.alloc(sizes.plaintext))
  const wrapped = encrypt(Buffer.alloc(32), none, Buffer.alloc(32))
  const disclosures = sizes.disclosures.map((size) => Buffer.alloc(size))
  const peer = makePeer()
  const mlKemCiphertext = crypto.encapsulate(peer.mlKem.publicKey).ciphertext
  const ephemeral = crypto.generateKeyPairSync('x25519').publicKey.export({ format: 'raw-public' })
  const signatures = [sizes.envelopeSigned, sizes.attestationSigned].flatMap((size) => {
    const message = Buffer.alloc(size)
    return makeSigners().map(({ privateKey, publicKey }) => {
      return { message, publicKey, signature: crypto.sign(null, message, privateKey) }
    })
  })
  return () => {
    for (const { message, publicKey, signature } of signatures) {
      if (!crypto.verify(null, message, publicKey, signature)) throw new Error('signature')
    }
    crypto.hash('sha256', envelope, 'buffer')
    crypto.hash('sha384', additional, 'buffer')
    schedule(decapsulate(peer, mlKemCiphertext, ephemeral))
    decrypt(none, wrapped)
    crypto.hash('sha384', decrypt(additional, sealed), 'buffer')
    for (const each of disclosures) crypto.hash('sha256', each, 'buffer')
  }
}

function makeSigners() {
  return [crypto.generateKeyPairSync('ed25519'), crypto.generateKeyPairSync('ml-dsa-65')]
}

function makePeer(): Peer {
  return { mlKem: crypto.generateKeyPairSync('ml-kem-768'), x25519: crypto.generateKeyPairSync('x25519') }
}

function encapsulate({ mlKem, x25519 }: Peer): Buffer {
  const { ciphertext, sharedKey } = crypto.encapsulate(mlKem.publicKey)
  const ephemeral = crypto.generateKeyPairSync('x25519')
  const publicBytes = ephemeral.publicKey.export({ format: 'raw-public' })
  const agreed = crypto.diffieHellman({ privateKey: ephemeral.privateKey, publicKey: x25519.publicKey })
  return xWing(ciphertext.length === 1088 ? sharedKey : none, agreed, publicBytes)
}

function decapsulate({ mlKem, x25519 }: Peer, ciphertext: Buffer, ephemeral: Buffer): Buffer {
  const shared = crypto.decapsulate(mlKem.privateKey, ciphertext)
  const publicKey = crypto.createPublicKey({
    key: ephemeral,
    format: 'raw-public',
    asymmetricKeyType: 'x25519',
  })
  return xWing(shared, crypto.diffieHellman({ privateKey: x25519.privateKey, publicKey }), ephemeral)
}

/** SHA3-256 of 134 bytes: both secrets, the ephemeral key, the recipient's key, a label. */
function xWing(secretM: Buffer, secretX: Buffer, ephemeral: Buffer): Buffer {
  return crypto.hash('sha3-256', Buffer.concat([secretM, secretX, ephemeral, ephemeral], 134), 'buffer')
}

/** The HPKE key schedule: one SHAKE256; gives the wrapping key. */
function schedule(secret: Buffer): Buffer {
  const options = { outputLength: scheduleLength, outputEncoding: 'buffer' } as const
  return crypto.hash('shake256', Buffer.concat([secret], scheduleInput), options).subarray(0, 32)
}

interface Sealed {
  readonly ciphertext: Buffer
  readonly tag: Buffer
}

function encrypt(key: Buffer, additional: Buffer, plaintext: Buffer): Sealed {
  const cipher = crypto.createCipheriv('aes-256-gcm', crypto.createSecretKey(key), Buffer.alloc(12), tag)
  cipher.setAAD(additional)
  const ciphertext = cipher.update(plaintext)
  cipher.final()
  return { ciphertext, tag: cipher.getAuthTag() }
}

function decrypt(additional: Buffer, sealed: Sealed): Buffer {
  const key = crypto.createSecretKey(Buffer.alloc(32))
  const decipher = crypto.createDecipheriv('aes-256-gcm', key, Buffer.alloc(12), tag)
  decipher.setAAD(additional)
  decipher.setAuthTag(sealed.tag)
  const plaintext = decipher.update(sealed.ciphertext)
  decipher.final()
  return plaintext
}
