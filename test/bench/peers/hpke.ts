/** Answers for hpke: a content key wrapped for each recipient with our ciphersuite, the document under it; no signature. */
import * as hpke from 'hpke'
import { type MakePeer, type Peer, requireSame } from './peer.ts'

const info = Buffer.from('bench')
const gcm = 'AES-GCM'

/** All recipients' encapsulations at once, on as many cores as Node's pool finds. */
export const hpkePeer: MakePeer = (document, count) =>
  make('hpke', document, count, (each) => Promise.all(each.map((one) => one())))

/** One recipient after another, as a program does that awaits each. */
export const hpkeInTurnPeer: MakePeer = (document, count) =>
  make('hpke, in turn', document, count, async (each) => {
    const done: Uint8Array[] = []
    for (const one of each) done.push(await one())
    return done
  })

type Run = (each: readonly (() => Promise<Uint8Array>)[]) => Promise<readonly Uint8Array[]>

async function make(name: string, document: Uint8Array, count: number, run: Run): Promise<Peer> {
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
    const wrapped = await run(
      recipients.map(
        ({ publicKey }) =>
          () =>
            wrap(publicKey, contentKey),
      ),
    )
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
  return { name, does, message, seal, open }
}
