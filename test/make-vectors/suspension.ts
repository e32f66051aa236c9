/** Answers for how test/vectors/{suspension,agreement-signature}.json were made: once, and frozen. Run it to make others. */
import { signAgreement, signedAgreement } from '../../protocol/agreement-signature.ts'
import { toHex } from '../../protocol/bytes.ts'
import { type CborValue, decode, encode, Tag } from '../../protocol/cbor.ts'
import { encodeAs } from '../../protocol/codec.ts'
import { agreement } from '../../protocol/policy/agreement.ts'
import { readNotice, signNotice, type VerifiedNotice, verifyNotice } from '../../protocol/suspension.ts'
import { flipped } from '../support/bytes.ts'
import { directory, document, est, nld, now } from '../support/parties.ts'
import { writeVectors } from './frozen.ts'

const [treaty] = document.agreements
if (treaty === undefined) throw new Error('no agreement')
const suspending = { agreement: treaty.id, by: 'EST', at: now, reason: 'relations' } as const
const first = signNotice(suspending, undefined, est.signing)
const second = signNotice({ agreement: treaty.id, by: 'EST', at: now + 60 }, readNotice(first), est.signing)

/** With another protected header. */
function retyped(bytes: Uint8Array): Uint8Array {
  const { tag, value } = decode(bytes) as Tag
  const [, ...rest] = value as readonly CborValue[]
  return encode(new Tag(tag, [encode(new Map([[16, 'application/cose']])), ...rest]))
}

function facts({ agreement, by, kind, sequence, previous, at, statement }: VerifiedNotice) {
  return {
    ...{ agreement, by, kind, sequence, at },
    previous: previous === null ? null : toHex(previous),
    statement: toHex(statement),
  }
}

const refused: readonly (readonly [string, string, Uint8Array])[] = [
  ['signed by another party', 'unknown-key', signNotice(suspending, undefined, nld.signing)],
  ['with its last bit flipped', 'bad-signature', flipped(first, first.length * 8 - 1)],
  ['with its first bit flipped', 'malformed-cbor', flipped(first, 0)],
  ['of another type', 'unknown-type', retyped(first)],
  [
    'dated in the future',
    'not-yet-valid',
    signNotice({ ...suspending, at: now + 301 }, undefined, est.signing),
  ],
  [
    'on an agreement that the registry lacks',
    'unknown-agreement',
    signNotice({ ...suspending, agreement: 'OTHER' }, undefined, est.signing),
  ],
  [
    'by a party that the registry lacks',
    'unknown-party',
    signNotice({ ...suspending, by: 'LVA' }, undefined, est.signing),
  ],
]

writeVectors('suspension', {
  about:
    'Suspension notices (protocol/suspension.md), in hexadecimal; registry, keys and pinned roots are those of envelope.json and registry.json.',
  now: now + 60,
  accept: [
    { name: 'a suspension', bytes: toHex(first), facts: facts(verifyNotice(first, directory, now + 60)) },
    { name: 'its end', bytes: toHex(second), facts: facts(verifyNotice(second, directory, now + 60)) },
  ],
  refuse: refused.map(([name, code, bytes]) => ({ name, code, now, bytes: toHex(bytes) })),
})

writeVectors('agreement-signature', {
  about:
    'The signatures of a party over an agreement (protocol/agreement-signature.md), in hexadecimal; keys are those of envelope.json.',
  agreement: toHex(encodeAs(agreement, treaty)),
  signed: [est, nld].map(({ id, signing }) => ({
    name: id,
    bytes: toHex(encodeAs(signedAgreement, signAgreement(treaty, signing))),
  })),
})
