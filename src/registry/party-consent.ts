/** Answers for consents on their way: made where a party's keys are, and put by the proposer into the version that needs them. */
import type { KeyListing } from '../../keys/key-folder.ts'
import { equal } from '../../protocol/bytes.ts'
import { consentTo, hasPair, type KeyConsent, keysDigest } from '../../protocol/key-consent.ts'
import type { KeyId, SigningPair } from '../../protocol/key.ts'
import { isLive } from '../../protocol/key-changes.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import type { RegisteredKey, RegistryDocument, VerifiedRegistry } from '../../protocol/registry.ts'
import type { Enrolment } from './enrolment.ts'

type EnrolledListing = Pick<KeyListing, 'id' | 'use' | 'created'>

/** What its enrolment needs; `undefined` where the registry asks for no consent, or has nobody who could give it. */
export function consentFor(
  { document }: VerifiedRegistry,
  id: PartyId,
  keys: readonly EnrolledListing[],
  pairs: () => readonly SigningPair[],
  now: Seconds,
): KeyConsent | undefined {
  const party = document.parties.find((each) => each.id === id)
  if (document.keyConsents === undefined || party === undefined || !hasPair(party, now)) return undefined
  const listed = new Map(party.keys.map((key) => [key.key.id, key]))
  const own = keys.filter(({ use }) => use !== 'root')
  if (own.every((key) => listed.has(key.id))) return undefined
  const pair = pairs().find((each) => each.every((key) => isListed(listed, key.id, now)))
  const wanted = own.map(({ use, id: key, created }) => ({
    use,
    id: key,
    from: listed.get(key)?.from ?? created,
  }))
  return pair && consentTo(party, wanted, now, pair)
}

function isListed(listed: ReadonlyMap<KeyId, RegisteredKey>, id: KeyId, now: Seconds): boolean {
  const key = listed.get(id)
  return key !== undefined && key.use === 'sign' && isLive(key, now)
}

/** Those of the enrolments that follow what is held: an enrolment that was used before stays in its folder. */
export function consentsIn(
  enrolled: readonly { readonly enrolment: Enrolment }[],
  previous: VerifiedRegistry | undefined,
  wanted: boolean,
): Pick<RegistryDocument, 'keyConsents'> {
  if (!wanted && previous?.document.keyConsents === undefined) return {}
  const keyConsents = enrolled.flatMap(({ enrolment: { party, consent } }) => {
    const held = previous?.document.parties.find(({ id }) => id === party)
    if (consent === undefined || held === undefined) return []
    return equal(consent.statement.held, keysDigest(held.keys)) ? [consent] : []
  })
  return { keyConsents }
}
