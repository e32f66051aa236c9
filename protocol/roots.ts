/** Answers for the root signers of the registry: who they are, and whether enough of them signed a version of it. */
import { suite } from '#suite'
import { toHex } from './bytes.ts'
import { type Codec, encodeAs, field, list, mapped, type Of, record, text, unsigned } from './codec.ts'
import { type CoseSign, verifyWith } from './cose.ts'
import { Rejected } from './errors.ts'
import { coseKey, type PublicKey, type VerificationKey } from './key.ts'

/** A COSE_Key of one algorithm. */
function keyOf(algorithm: VerificationKey['algorithm']): Codec<VerificationKey> {
  const check = (key: PublicKey): VerificationKey => {
    if (key.algorithm === 'hpke-9-ke' || key.algorithm !== algorithm)
      throw new Rejected('wrong-algorithm', `${key.algorithm} in place of ${algorithm}`)
    return key
  }
  return mapped(coseKey, check, check)
}

/** A root signer: a pair of keys that counts as one towards the threshold. */
const root = record({
  name: field(1, text()),
  ed25519: field(2, keyOf('ed25519')),
  mlDsa65: field(3, keyOf('ml-dsa-65')),
})
export type Root = Of<typeof root>

const rootsShape = record({ threshold: field(1, unsigned), signers: field(2, list(root, 1, 32)) })
export type Roots = Of<typeof rootsShape>

/** Who may sign the registry, and how many of them must. Its digest is what a gateway pins. */
export const roots: Codec<Roots> = mapped(rootsShape, meaningful, meaningful)

/** No key serves two signers, who would count twice, and as many as must sign can. */
function meaningful(read: Roots): Roots {
  const keys = read.signers.flatMap(({ ed25519, mlDsa65 }) => [ed25519.id, mlDsa65.id])
  if (new Set(keys).size !== keys.length) throw new Rejected('malformed-structure', 'roots: a key twice')
  if (read.threshold < 1 || read.threshold > read.signers.length)
    throw new Rejected('malformed-structure', 'roots: threshold')
  return read
}

/** SHA-256 over the encoded roots, in hexadecimal: what an operator compares by voice and pins in the configuration. */
export function rootsDigest(of: Roots): string {
  return toHex(suite.sha256(encodeAs(roots, of)))
}

/**
 * Every set of roots has its threshold of signers, both of whose signatures are there; and no signature is there that
 * is not a root's, does not verify or comes twice. Throws `registry-threshold`, `unknown-key`, `bad-signature`.
 */
export function requireRootSignatures(
  [header, , payload, signatures]: CoseSign,
  all: readonly Roots[],
): void {
  const signers = all.flatMap((each) => each.signers)
  const keys = new Map(
    signers.flatMap(({ ed25519, mlDsa65 }) => [ed25519, mlDsa65].map((key) => [key.id, key])),
  )
  const signed = new Set<string>()
  for (const signature of signatures) {
    const { kid } = signature[0]
    const key = keys.get(kid)
    if (key === undefined || signed.has(kid))
      throw new Rejected('unknown-key', `registry signature by ${kid}`)
    verifyWith(key, signature, header, payload)
    signed.add(kid)
  }
  for (const { threshold, signers } of all) {
    const count = signers.filter(
      ({ ed25519, mlDsa65 }) => signed.has(ed25519.id) && signed.has(mlDsa65.id),
    ).length
    if (count < threshold) throw new Rejected('registry-threshold', `${count} of ${threshold} root signers`)
  }
}
