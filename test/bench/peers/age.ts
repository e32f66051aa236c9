/** Answers for age-encryption: a file key wrapped for each recipient; age has no signatures. */
import * as age from 'age-encryption'
import { type MakePeer, type Peer, requireSame } from './peer.ts'

export const agePeer: MakePeer = (document, count) =>
  make('age', age.generateX25519Identity, document, count, 'X25519 per recipient; no post-quantum')

export const ageHybridPeer: MakePeer = (document, count) =>
  make('age (hybrid)', age.generateHybridIdentity, document, count, 'X-Wing with HPKE per recipient')

async function make(
  name: string,
  generate: () => Promise<string>,
  document: Uint8Array,
  count: number,
  keys: string,
): Promise<Peer> {
  const identities = await Promise.all(Array.from({ length: count }, generate))
  const encrypter = new age.Encrypter()
  for (const each of identities) encrypter.addRecipient(await age.identityToRecipient(each))
  const decrypter = new age.Decrypter()
  const opener = identities.at(-1)
  if (opener === undefined) throw new RangeError('no recipients')
  decrypter.addIdentity(opener)
  const message = await encrypter.encrypt(document)
  return {
    name,
    does: `no signature, ${keys}, ChaCha20-Poly1305`,
    message,
    seal: () => encrypter.encrypt(document),
    open: async () => requireSame(await decrypter.decrypt(message), document),
  }
}
