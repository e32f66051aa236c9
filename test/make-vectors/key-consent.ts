/** Answers for how test/vectors/key-consent.json was made: once, and frozen. Run it to make others. */
import { toHex } from '../../protocol/bytes.ts'
import { consentTo, type KeyConsent } from '../../protocol/key-consent.ts'
import {
  acceptFirst,
  type Party,
  type RegisteredKey,
  type RegistryDocument,
} from '../../protocol/registry.ts'
import { rootsDigest } from '../../protocol/roots.ts'
import { day, document, est, nld, now, pairOf, roots, signedBy } from '../support/parties.ts'
import { writeVectors } from './frozen.ts'

const [root] = roots
const [signer] = document.roots.signers
const [party] = document.parties
if (signer === undefined || party === undefined) throw new Error('no example')

/** One party and one root: what is not about consents is left out. */
const first: RegistryDocument = {
  ...document,
  ...{ roots: { threshold: 1, signers: [signer] }, parties: [party] },
  ...{ schemes: [], agreements: [] },
}
const pinned = rootsDigest(first.roots)
const held = acceptFirst(signedBy({ ...first, keyConsents: [] }, [root]), pinned)

const pair = pairOf('EST newer')
const added = pair.map(({ publicKey }): RegisteredKey => ({ use: 'sign', key: publicKey, from: now }))
const newer: Party = { ...party, keys: [...party.keys, ...added] }
const wanted = newer.keys.map(({ use, key: { id }, from }) => ({ use, id, from }))
const consent = consentTo(party, wanted, now, est.signing)
const revoked: Party = {
  ...party,
  keys: party.keys.map((key) => (key.use === 'sign' ? { ...key, revoked: now - day } : key)),
}

function next(party: Party, keyConsents: readonly KeyConsent[] | undefined, issued = now): string {
  const later = { ...first, version: 2, previous: held.documentDigest, issued, parties: [party] }
  return toHex(signedBy({ ...later, ...(keyConsents && { keyConsents }) }, [root]))
}

const accept = [
  ['nothing changes', next(party, [])],
  ['two more keys, with consent', next(newer, [consent])],
  ['its keys revoked, without', next(revoked, [])],
] as const
const refuse = [
  ['two more keys, without consent', 'key-change-unsigned', next(newer, [])],
  ['without field 13', 'key-change-unsigned', next(party, undefined)],
  ['a key less', 'key-change-unsigned', next({ ...party, keys: party.keys.slice(1) }, [])],
  [
    'a consent to other keys',
    'key-change-unsigned',
    next(newer, [consentTo(party, wanted.slice(1, 4), now, est.signing)]),
  ],
  [
    'a consent to what follows others',
    'key-change-unsigned',
    next(newer, [consentTo(newer, wanted, now, est.signing)]),
  ],
  ['a consent of long ago', 'key-change-unsigned', next(newer, [consent], now + 91 * day)],
  [
    'a consent by another party’s keys',
    'unknown-key',
    next(newer, [consentTo(party, wanted, now, nld.signing)]),
  ],
  [
    'a consent by one key',
    'missing-signature',
    next(newer, [{ ...consent, signatures: consent.signatures.slice(0, 1) }]),
  ],
  [
    'a consent by keys that it revokes',
    'revoked-key',
    next({ ...revoked, keys: [...revoked.keys, ...added] }, [consent]),
  ],
  ['issued before the version held', 'registry-rollback', next(party, [], first.issued - 1)],
] as const

writeVectors('key-consent', {
  about:
    'Versions of a registry that follow `held` (protocol/key-consent.md), in hexadecimal. Its roots have the digest `pinned`; keys are those of registry.json and envelope.json.',
  pinned,
  held: toHex(held.bytes),
  accept: accept.map(([name, bytes]) => ({ name, bytes })),
  refuse: refuse.map(([name, code, bytes]) => ({ name, code, bytes })),
})
