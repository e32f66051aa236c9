/**
 * Answers for consents: a party's signature over what its keys become in the next version of the registry, without which
 * they change in no version but to end. The rules are in key-consent.md.
 */
import { suite } from '#suite'
import { equal } from './bytes.ts'
import { isAhead } from './clock-skew.ts'
import {
  bytes,
  type Codec,
  encodeAs,
  field,
  list,
  mapped,
  type Of,
  oneOf,
  optional,
  record,
  seconds,
} from './codec.ts'
import { coseSignatures, pairIds, signWith, verifyPair } from './cose.ts'
import { Rejected } from './errors.ts'
import { keyId, type KeyId, type SigningPair, type VerificationKey } from './key.ts'
import { changedKeys, hasEnded, isLive } from './key-changes.ts'
import { compareNames, partyId, type Seconds } from './names.ts'
import { headers, mediaTypes } from './numbers.ts'
import type { Party, RegisteredKey } from './registry.ts'

const use = oneOf('sign', 'open', 'transport', 'ledger', 'root')

/** The keys that the party wants, whatever their ends. */
const wantedKey = record({ use: field(1, use), id: field(2, keyId), from: field(3, seconds) })
export type WantedKey = Of<typeof wantedKey>

const statement = record({
  party: field(1, partyId),
  at: field(2, seconds),
  /** H of its keys in the version before. */
  held: field(3, bytes(32)),
  keys: field(4, list(wantedKey, 1, 256)),
})

export const keyConsent = record({ statement: field(1, statement), signatures: field(2, coseSignatures) })
export type KeyConsent = Of<typeof keyConsent>

export const keyConsents: Codec<readonly KeyConsent[]> = mapped(
  list(keyConsent, 0, 1000),
  (read) => {
    const ids = read.map(({ statement: { party } }) => party)
    if (!ids.every((id, i) => i === 0 || compareNames(ids[i - 1] ?? '', id) < 0))
      throw new Rejected('malformed-structure', 'keyConsents: strictly ascending parties expected')
    return read
  },
  (given) => given.toSorted((a, b) => compareNames(a.statement.party, b.statement.party)),
)

const protectedBytes = encodeAs(record({ typ: field(headers.typ, oneOf(mediaTypes.keyConsent)) }), {
  typ: mediaTypes.keyConsent,
})

const listedKeys = list(
  record({
    use: field(1, use),
    id: field(2, keyId),
    from: field(3, seconds),
    until: optional(4, seconds),
    revoked: optional(5, seconds),
  }),
  0,
  256,
)

/** SHA-256 over a party's keys as a version lists them: a consent holds for what follows these, and for nothing else. */
export function keysDigest(keys: readonly RegisteredKey[]): Uint8Array {
  const listed = keys.map(({ key: { id }, ...rest }) => ({ ...rest, id }))
  return suite.sha256(encodeAs(listedKeys, listed))
}

/** The party of the version held says, with a pair that it lists, which keys it is to have in a later one. */
export function consentTo(
  { id: party, keys: held }: Pick<Party, 'id' | 'keys'>,
  keys: readonly WantedKey[],
  at: Seconds,
  pair: SigningPair,
): KeyConsent {
  const said = { party, at, held: keysDigest(held), keys }
  return { statement: said, signatures: signWith(pair, protectedBytes, encodeAs(statement, said)) }
}

/** So long a consent is good: what is not published by then is asked for again. */
const consentSeconds: Seconds = 90 * 24 * 3600

/** What of two versions that follow each other consent is about. */
export interface Consenting {
  readonly issued: Seconds
  readonly parties: readonly Party[]
  readonly keyConsents?: readonly KeyConsent[]
}

/**
 * In a version with consents, no party's keys change without its own, but to end. Throws `key-change-unsigned`,
 * `registry-rollback`, `unknown-key`, `revoked-key`, `missing-signature`, `wrong-algorithm`, `bad-signature`.
 */
export function requireConsents(next: Consenting, held: Consenting): void {
  if (next.keyConsents === undefined) {
    if (held.keyConsents === undefined) return
    throw new Rejected('key-change-unsigned', 'the version leaves consents out')
  }
  // Who could date a version freely could pass over the time in which a party is able to sign.
  if (next.issued < held.issued) throw new Rejected('registry-rollback', 'issued before the version held')
  const given = new Map(next.keyConsents.map((each) => [each.statement.party, each]))
  for (const party of held.parties) {
    const consent = given.get(party.id)
    if (consent !== undefined) requireSigned(consent, party, next)
    const now = next.parties.find(({ id }) => id === party.id)
    if (now !== undefined && hasPair(party, next.issued)) requireConsented(party, now, consent, next.issued)
  }
}

/** A new party is enrolled by the roots, and one that cannot sign any more, or never could, has nobody else. */
export function hasPair({ keys }: Pick<Party, 'keys'>, at: Seconds): boolean {
  const good = keys.filter((key) => key.use === 'sign' && !hasEnded(key, at))
  const algorithms = good.map(({ key }) => key.algorithm)
  return algorithms.includes('ed25519') && algorithms.includes('ml-dsa-65')
}

function requireConsented(held: Party, next: Party, consent: KeyConsent | undefined, issued: Seconds): void {
  const wanted = new Map(consent?.statement.keys.map((key) => [key.id, key]))
  for (const { id, use, from, change } of changedKeys(held.keys, next.keys, issued)) {
    const said = wanted.get(id)
    const isSaid = change === 'given' && said?.use === use && said.from === from
    if (!isSaid) throw new Rejected('key-change-unsigned', `${next.id}: ${use} key ${id}`)
  }
}

/** Signed by a pair of the version before, about the keys of the version before, and not too long ago. */
function requireSigned({ statement: said, signatures }: KeyConsent, held: Party, next: Consenting): void {
  if (!equal(said.held, keysDigest(held.keys)))
    throw new Rejected('key-change-unsigned', `${held.id}: the consent is about other keys`)
  if (isAhead(said.at, next.issued) || said.at < next.issued - consentSeconds)
    throw new Rejected('key-change-unsigned', `${held.id}: the consent is of another time`)
  const [first, second] = pairIds(signatures)
  const keyOf = (id: KeyId): VerificationKey => signKeyOf(held, next, id, said.at)
  const payload = encodeAs(statement, said)
  verifyPair([protectedBytes, {}, payload, signatures], [keyOf(first), keyOf(second)])
}

function signKeyOf(held: Party, next: Consenting, id: KeyId, at: Seconds): VerificationKey {
  const listed = held.keys.find(({ use, key }) => use === 'sign' && key.id === id)
  if (listed === undefined || listed.key.algorithm === 'hpke-9-ke')
    throw new Rejected('unknown-key', `${held.id}: consent by ${id}`)
  // A key that is taken from the party in this version says nothing for it in this version.
  const nextKeys = next.parties.find((party) => party.id === held.id)?.keys ?? []
  const now = nextKeys.find(({ key }) => key.id === id) ?? listed
  const revoked = Math.min(listed.revoked ?? Infinity, now.revoked ?? Infinity)
  if (next.issued >= revoked || at >= revoked) throw new Rejected('revoked-key', id)
  if (!isLive(listed, at)) throw new Rejected('unknown-key', `${held.id}: ${id} is not live at ${at}`)
  return listed.key
}
