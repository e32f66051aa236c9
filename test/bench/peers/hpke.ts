/** Answers for hpke: a content key wrapped for each recipient with our ciphersuite, the document under it; no signature. */
import * as hpke from 'hpke'
import { type MakePeer, requireSame } from './peer.ts'

const info = Buffer.from('bench')
const gcm = 'AES-GCM'

export const hpkePeer: MakePeer = async (document, count) => {
  const suite = new hpke.CipherSuite(hpke.KEM_MLKEM768_X25519, hpke.KDF_SHAKE256, hpke.AEAD_AES_256_GCM)
  const recipients = await Promise.all(Array.from({ length: count }, () => suite.GenerateKeyPair()))
  const opener = recipients.at(-1)
  if (opener === undefined) throw new RangeError('no recipients')
  const wrap = async (publicKey: hpke.Key, contentKey: Uint8Array) => {
    const { encapsulatedSecret, ciphertext } = await suite.Seal(publicKey, contentKey, { info })
    return Buffer.concat([encapsulatedSecret, ciphertext])
  }
  const seal = async (): Promise<Uint8Array> => {
    const contentKey = crypto.getRandomValues(new Uint8Array(32))
    const iv = crypto.getRandomValues(new Uint8Array(12))
    const key = await crypto.subtle.importKey('raw', contentKey, gcm, false, ['encrypt'])
    const sealed = await crypto.subtle.encrypt({ name: gcm, iv }, key, Uint8Array.from(document))
    const wrapped = await Promise.all(recipients.map(({ publicKey }) => wrap(publicKey, contentKey)))
    return Buffer.concat([iv, ...wrapped, Buffer.from(sealed)])
  }
  const message = Uint8Array.from(await seal())
  const end = 12 + count * (1120 + 48)
  const last = message.subarray(end - 1168, end)
  const open = async (): Promise<void> => {
    const contentKey = await suite.Open(opener.privateKey, last.slice(0, 1120), last.slice(1120), { info })
    const key = await crypto.subtle.importKey('raw', Uint8Array.from(contentKey), gcm, false, ['decrypt'])
    const opened = await crypto.subtle.decrypt(
      { name: gcm, iv: message.slice(0, 12) },
      key,
      message.slice(end),
    )
    requireSame(new Uint8Array(opened), document)
  }
  const does = 'no signature, X-Wing with HPKE per recipient (our ciphersuite), AES-GCM'
  return { name: 'hpke', does, message, seal, open }
}
