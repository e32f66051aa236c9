/** Answers for openpgp: a signed message to version 6 keys, Ed25519 and X25519, with AEAD. */
import * as openpgp from 'openpgp'
import { type MakePeer, requireSame } from './peer.ts'

const config = {
  v6Keys: true,
  aeadProtect: true,
  preferredCompressionAlgorithm: openpgp.enums.compression.uncompressed,
}
const format = 'binary'

export const openpgpPeer: MakePeer = async (document, count) => {
  const sender = await makeKey('sender')
  const recipients = await Promise.all(Array.from({ length: count }, (_, i) => makeKey(`recipient ${i}`)))
  const opener = recipients.at(-1)
  if (opener === undefined) throw new RangeError('no recipients')
  const encryptionKeys = recipients.map(({ publicKey }) => publicKey)
  const signingKeys = sender.privateKey
  const seal = async (): Promise<Uint8Array> => {
    const message = await openpgp.createMessage({ binary: document })
    return asBytes(await openpgp.encrypt({ message, encryptionKeys, signingKeys, format, config }))
  }
  const sealed = await seal()
  const keys = { decryptionKeys: opener.privateKey, verificationKeys: sender.publicKey }
  const open = async (): Promise<void> => {
    const message = await openpgp.readMessage({ binaryMessage: sealed })
    const opened = await openpgp.decrypt({ message, ...keys, format, expectSigned: true, config })
    requireSame(asBytes(opened.data), document)
  }
  const does = 'one Ed25519 signature, X25519 key agreement per recipient, AEAD; no post-quantum'
  return { name: 'openpgp', does, message: sealed, seal, open }
}

async function makeKey(name: string) {
  return openpgp.generateKey({ type: 'curve25519', userIDs: { name }, format: 'object', config })
}

// Its types are those of streams that are not installed.
function asBytes(made: unknown): Uint8Array {
  if (!(made instanceof Uint8Array)) throw new Error('openpgp gave no bytes')
  return made
}
