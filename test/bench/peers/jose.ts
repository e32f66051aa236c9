/** Answers for jose: a JWS by one Ed25519 key inside a general JWE with one ECDH-ES+A256KW recipient each. */
import * as jose from 'jose'
import { type MakePeer, requireSame } from './peer.ts'

const keyAgreement = 'ECDH-ES+A256KW'

export const josePeer: MakePeer = async (document, count) => {
  const signer = await jose.generateKeyPair('EdDSA')
  const recipients = await Promise.all(
    Array.from({ length: count }, () => jose.generateKeyPair(keyAgreement, { crv: 'X25519' })),
  )
  const seal = async (): Promise<Uint8Array> => {
    const signed = await new jose.CompactSign(document)
      .setProtectedHeader({ alg: 'EdDSA' })
      .sign(signer.privateKey)
    const encryption = new jose.GeneralEncrypt(Buffer.from(signed)).setProtectedHeader({ enc: 'A256GCM' })
    for (const [i, { publicKey }] of recipients.entries()) {
      encryption.addRecipient(publicKey).setUnprotectedHeader({ alg: keyAgreement, kid: String(i) })
    }
    return Buffer.from(JSON.stringify(await encryption.encrypt()))
  }
  const message = await seal()
  const opener = recipients.at(-1)
  if (opener === undefined) throw new RangeError('no recipients')
  const open = async (): Promise<void> => {
    const general = JSON.parse(Buffer.from(message).toString()) as jose.GeneralJWE
    // As a recipient does who knows its key id; jose alone would try the key on every entry.
    const own = general.recipients.filter(({ header }) => header?.kid === String(count - 1))
    const { plaintext } = await jose.generalDecrypt({ ...general, recipients: own }, opener.privateKey)
    const { payload } = await jose.compactVerify(plaintext, signer.publicKey)
    requireSame(payload, document)
  }
  const does = 'one Ed25519 signature, X25519 key agreement per recipient, AES-GCM; no post-quantum'
  return { name: 'jose', does, message, seal, open }
}
