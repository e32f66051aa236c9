/**
 * Answers for agreements that their own parties vouch for: signatures over each agreement of a registry document, beside
 * those of its roots. The rules are in agreement-signature.md.
 */
import { compareNames, type PartyId, type Seconds, tokenName } from './names.ts'
import { type Codec, encodeAs, field, list, mapped, type Of, oneOf, record } from './codec.ts'
import { coseSignatures, type CoseSign, signWith, verifyWith } from './cose.ts'
import { Rejected } from './errors.ts'
import type { KeyId, SigningPair, VerificationKey } from './key.ts'
import { headers, mediaTypes } from './numbers.ts'
import { type Agreement, agreement } from './policy/agreement.ts'
import type { Group } from './policy/group.ts'
import { type Listed, speaksForName } from './policy/speaker.ts'
import type { Party, RegisteredKey } from './registry.ts'

/** An agreement by its id, and the signatures of its parties, each party's two in any order. */
export const signedAgreement = record({
  agreement: field(1, tokenName),
  signatures: field(2, coseSignatures),
})
export type SignedAgreement = Of<typeof signedAgreement>

const ascendingList = list(signedAgreement, 0, 20000)

export const agreementSignatures: Codec<readonly SignedAgreement[]> = mapped(
  ascendingList,
  (read) => {
    const ascend = read.every(
      ({ agreement }, i) => i === 0 || compareNames(read[i - 1]?.agreement ?? '', agreement) < 0,
    )
    if (!ascend)
      throw new Rejected('malformed-structure', 'agreementSignatures: strictly ascending ids expected')
    return read
  },
  (given) => given.toSorted((a, b) => compareNames(a.agreement, b.agreement)),
)

const protectedBytes = encodeAs(record({ typ: field(headers.typ, oneOf(mediaTypes.agreement)) }), {
  typ: mediaTypes.agreement,
})

/** One party's two signatures over an agreement as it stands. */
export function signAgreement(of: Agreement, pair: SigningPair): SignedAgreement {
  return { agreement: of.id, signatures: signWith(pair, protectedBytes, encodeAs(agreement, of)) }
}

/** Joins what several parties signed, by agreement; a key that signed one twice counts once. */
export function joinSignatures(all: readonly SignedAgreement[]): readonly SignedAgreement[] {
  const joined = new Map<string, Map<KeyId, CoseSign[3][number]>>()
  for (const { agreement, signatures } of all) {
    const own = joined.get(agreement) ?? new Map<KeyId, CoseSign[3][number]>()
    for (const signature of signatures) own.set(signature[0].kid, signature)
    joined.set(agreement, own)
  }
  return [...joined].map(([agreement, signatures]) => ({ agreement, signatures: [...signatures.values()] }))
}

/** What of a registry document vouching is about. */
export interface Vouched {
  readonly issued: Seconds
  readonly parties: readonly Party[]
  readonly groups: readonly Group[]
  readonly agreements: readonly Agreement[]
  readonly agreementSignatures?: readonly SignedAgreement[]
}

/**
 * Where the document has signatures of agreements, each agreement has those of every name on its sides. Throws
 * `unsigned-agreement`, `unknown-key`, `revoked-key`, `wrong-algorithm`, `bad-signature`.
 */
export function requireVouched(document: Vouched): void {
  if (document.agreementSignatures === undefined) return
  const signed = new Map(document.agreementSignatures.map((each) => [each.agreement, each]))
  for (const agreement of document.agreements) {
    const signatures = signed.get(agreement.id)?.signatures ?? []
    const [unsigned] = unsignedNames(agreement, document, signersOf(agreement, document, signatures))
    if (unsigned !== undefined) throw new Rejected('unsigned-agreement', `${agreement.id}: ${unsigned}`)
  }
}

/** The names on the agreement's sides that nobody of these has signed for. */
export function unsignedNames(
  { first, second }: Agreement,
  document: Vouched,
  signers: ReadonlySet<PartyId>,
): readonly PartyId[] {
  const listed = listedIn(document)
  const isSigned = (name: PartyId): boolean =>
    [...signers].some((party) => speaksForName(listed, name, party, document.issued))
  return [...new Set([...first, ...second])].filter((name) => !isSigned(name))
}

/** The parties that signed with both keys; every signature is verified. Throws as `requireVouched`. */
export function signersOf(of: Agreement, document: Vouched, signatures: CoseSign[3]): ReadonlySet<PartyId> {
  const listed = listedIn(document)
  const speaks = ({ id }: Party): boolean =>
    [...of.first, ...of.second].some((name) => speaksForName(listed, name, id, document.issued))
  const payload = encodeAs(agreement, of)
  const keys = signKeysOf(document.parties.filter(speaks))
  const algorithms = new Map<PartyId, Set<string>>()
  const seen = new Set<KeyId>()
  for (const signature of signatures) {
    const { kid } = signature[0]
    const found = keys.get(kid)
    if (found === undefined || seen.has(kid))
      throw new Rejected('unknown-key', `${of.id}: signature by ${kid}`)
    const { revoked } = found.registered
    if (revoked !== undefined && document.issued >= revoked) throw new Rejected('revoked-key', kid)
    verifyWith(found.key, signature, protectedBytes, payload)
    seen.add(kid)
    algorithms.set(found.party, (algorithms.get(found.party) ?? new Set()).add(found.key.algorithm))
  }
  return new Set([...algorithms].flatMap(([party, used]) => (isPair(used) ? [party] : [])))
}

function isPair(algorithms: ReadonlySet<string>): boolean {
  return algorithms.has('ed25519') && algorithms.has('ml-dsa-65')
}

interface SignKey {
  readonly party: PartyId
  readonly registered: RegisteredKey
  readonly key: VerificationKey
}

function signKeysOf(parties: readonly Party[]): ReadonlyMap<KeyId, SignKey> {
  const keys = parties.flatMap(({ id: party, keys }) =>
    keys.flatMap((registered) => {
      const { use, key } = registered
      return use !== 'sign' || key.algorithm === 'hpke-9-ke' ? [] : [{ party, registered, key }]
    }),
  )
  return new Map(keys.map((each) => [each.key.id, each]))
}

function listedIn({ parties, groups }: Vouched): Listed {
  return {
    parties: new Set(parties.map(({ id }) => id)),
    groups: new Map(groups.map((group) => [group.id, group])),
  }
}
