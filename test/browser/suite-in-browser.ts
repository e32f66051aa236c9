/** Answers for what the suite test does inside the browser: X-Wing's vectors, and an exchange with the other side in Node. */
import { suite } from '#suite'
import { fromHex, toHex, utf8 } from '../../protocol/bytes.ts'
import { recipientInfo, unwrapKey, wrapKey } from '../../protocol/hpke.ts'
import { xWingDecapsulator, xWingEncapsulator } from '../../protocol/xwing.ts'

export interface Input {
  readonly xwing: readonly { readonly seed: string; readonly ct: string }[]
  readonly message: string
  readonly seed: string
  /** X-Wing public key of the other side. */
  readonly publicKey: string
  /** Made by the other side for the key of `seed`. */
  readonly wrapped: { readonly ek: string; readonly wrapped: string }
  readonly signatures: readonly { readonly scheme: Scheme; readonly signature: string }[]
}

export type Scheme = 'ed25519' | 'mlDsa65' | 'mlDsa44'

export interface Output {
  readonly backEnd: string
  readonly xwing: readonly { readonly pk: string; readonly ss: string }[]
  readonly signatures: readonly {
    readonly scheme: Scheme
    readonly signature: string
    readonly publicKey: string
  }[]
  /** Whether the other side's signatures verify, and whether changed ones do. */
  readonly verified: readonly boolean[]
  readonly refused: readonly boolean[]
  readonly unwrapped: string | undefined
  readonly wrapped: { readonly ek: string; readonly wrapped: string }
  readonly sealed: string
}

const bytes = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array(0)
const info = recipientInfo(utf8('recipient'), utf8('extra'))

export function run(input: Input): Output {
  const seed = bytes(input.seed)
  const message = bytes(input.message)
  const { ek, wrapped } = wrapKey(xWingEncapsulator(bytes(input.publicKey)), info, seed)
  const key = unwrapKey(xWingDecapsulator(seed), bytes(input.wrapped.ek), info, bytes(input.wrapped.wrapped))
  const verdicts = (text: Uint8Array) =>
    input.signatures.map(({ scheme, signature }) =>
      suite[`${scheme}Verifier`](suite[`${scheme}Signer`](seed).publicKey).verify(text, bytes(signature)),
    )
  return {
    backEnd: suite.backEnd,
    xwing: input.xwing.map(({ seed, ct }) => {
      const decapsulator = xWingDecapsulator(bytes(seed))
      return { pk: toHex(decapsulator.publicKey), ss: toHex(decapsulator.decapsulate(bytes(ct))) }
    }),
    signatures: input.signatures.map(({ scheme }) => {
      const signer = suite[`${scheme}Signer`](seed)
      return { scheme, signature: toHex(signer.sign(message)), publicKey: toHex(signer.publicKey) }
    }),
    verified: verdicts(message),
    refused: verdicts(utf8('another message')).map((verdict) => !verdict),
    unwrapped: key && toHex(key),
    wrapped: { ek: toHex(ek), wrapped: toHex(wrapped) },
    sealed: toHex(suite.aes256GcmSeal(seed, seed.subarray(0, 12), message, message)),
  }
}
