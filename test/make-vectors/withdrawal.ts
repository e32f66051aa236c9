/** Answers for how test/vectors/withdrawal.json was made: once, and frozen. Run it to make others. */
import { toHex } from '../../protocol/bytes.ts'
import { type CborValue, decode, encode, Tag } from '../../protocol/cbor.ts'
import {
  attestationDigest,
  signWithdrawal,
  type VerifiedWithdrawal,
  verifyWithdrawal,
  type Withdrawal,
} from '../../protocol/withdrawal.ts'
import { flipped } from '../support/bytes.ts'
import { attestation } from '../support/objects.ts'
import { directory, est, nld, now } from '../support/parties.ts'
import { writeVectors } from './frozen.ts'

const given = attestation()
const withdrawn: Withdrawal = {
  ...{ issuer: 'EST', attestation: attestationDigest(given), kind: 'withdrawn', sequence: 1 },
  ...{ at: now, reason: 'no-longer-needed' },
}
const suspended: Withdrawal = { ...withdrawn, kind: 'suspended', reason: 'undisclosed' }
const reinstated: Withdrawal = {
  ...withdrawn,
  kind: 'reinstated',
  sequence: 2,
  at: now + 60,
  reason: 'review',
}
const replaced: Withdrawal = {
  ...{ ...withdrawn, kind: 'downgraded', reason: 'change-of-level' },
  replacement: new Uint8Array(32).fill(0xd1),
}
const first = signWithdrawal(withdrawn, est.signing)

/** With another protected header. */
function retyped(bytes: Uint8Array): Uint8Array {
  const { tag, value } = decode(bytes) as Tag
  const [, ...rest] = value as readonly CborValue[]
  return encode(new Tag(tag, [encode(new Map([[16, 'application/cose']])), ...rest]))
}

function facts(withdrawal: VerifiedWithdrawal) {
  const { issuer, kind, sequence, at, reason, replacement, statement } = withdrawal
  return {
    ...{ issuer, attestation: toHex(withdrawal.attestation), kind, sequence, at, reason },
    ...(replacement && { replacement: toHex(replacement) }),
    statement: toHex(statement),
  }
}

const accepted: readonly (readonly [string, Uint8Array])[] = [
  ['withdrawn', first],
  ['suspended', signWithdrawal(suspended, est.signing)],
  ['reinstated', signWithdrawal(reinstated, est.signing)],
  ['downgraded, with a replacement', signWithdrawal(replaced, est.signing)],
]
const refused: readonly (readonly [string, string, Uint8Array])[] = [
  ['signed by another party', 'unknown-key', signWithdrawal(withdrawn, nld.signing)],
  ['with its last bit flipped', 'bad-signature', flipped(first, first.length * 8 - 1)],
  ['with its first bit flipped', 'malformed-cbor', flipped(first, 0)],
  ['of another type', 'unknown-type', retyped(first)],
  ['dated in the future', 'not-yet-valid', signWithdrawal({ ...withdrawn, at: now + 301 }, est.signing)],
  [
    'by a party that the registry lacks',
    'unknown-party',
    signWithdrawal({ ...withdrawn, issuer: 'LVA' }, est.signing),
  ],
]

writeVectors('withdrawal', {
  about:
    'Withdrawals (protocol/withdrawal.md), in hexadecimal; registry, keys and pinned roots are those of envelope.json and registry.json.',
  now: now + 60,
  attestation: toHex(given),
  accept: accepted.map(([name, bytes]) => ({
    ...{ name, bytes: toHex(bytes), facts: facts(verifyWithdrawal(bytes, directory, now + 60)) },
  })),
  refuse: refused.map(([name, code, bytes]) => ({ name, code, now, bytes: toHex(bytes) })),
})
