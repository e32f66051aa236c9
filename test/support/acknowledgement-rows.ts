/** Answers for what each check of an acknowledgement refuses: each row wrong in one place, and signed rightly. */
import type { AcknowledgementCheck } from '../../protocol/acknowledgement.ts'
import { concat } from '../../protocol/bytes.ts'
import { type CborValue } from '../../protocol/cbor.ts'
import type { Directory } from '../../protocol/directory.ts'
import type { Code } from '../../protocol/errors.ts'
import type { SigningKey } from '../../protocol/key.ts'
import { flipped } from './bytes.ts'
import { zeros } from './forge.ts'
import { acknowledgement, envelope } from './objects.ts'
import { day, directoryWhere, est, nld, now, pairOf } from './parties.ts'
import { resign, type SignedParts, tampered } from './resign.ts'

export interface AcknowledgementRow {
  readonly check: AcknowledgementCheck
  readonly name: string
  readonly code: Code
  readonly bytes: Uint8Array
  readonly directory?: Directory
  readonly now?: number
}

const honest = acknowledgement()
const [ed25519, mlDsa65] = nld.signing
const changed = (change: (parts: SignedParts) => void, signers: readonly SigningKey[] = nld.signing) =>
  resign(honest, signers, change)
const claim = (label: number, value: CborValue) => changed(({ claims }) => void claims.set(label, value))

const rows = (
  check: AcknowledgementCheck,
  list: readonly (readonly [string, Code, Uint8Array, Partial<AcknowledgementRow>?])[],
): readonly AcknowledgementRow[] =>
  list.map(([name, code, bytes, rest]) => ({ check, name, code, bytes, ...rest }))

export const acknowledgementRows: readonly AcknowledgementRow[] = [
  ...rows('encoding', [
    ['a byte after its end', 'malformed-cbor', concat(honest, zeros(1))],
    ['its first half', 'malformed-cbor', honest.subarray(0, honest.length / 2)],
  ]),
  ...rows('structure', [
    ['an envelope', 'unknown-type', envelope({ documents: [zeros(1)] })],
    [
      'something unprotected',
      'malformed-structure',
      changed(({ unprotected }) => void unprotected.set(1, 1)),
    ],
    ['another outcome', 'malformed-structure', claim(5, 'mislaid')],
    ['a reason for opening', 'malformed-structure', claim(6, 'expired')],
    ['a refusal without reason', 'malformed-structure', claim(5, 'refused')],
    ['a digest of 20 bytes', 'malformed-structure', claim(4, zeros(20))],
    ['a label too many', 'malformed-structure', claim(8, 0)],
    ['no time', 'malformed-structure', changed(({ claims }) => void claims.delete(7))],
    [
      'a statement that is not deterministic',
      'malformed-cbor',
      changed((parts) => (parts.payload = Uint8Array.of(0xb8, 0))),
    ],
  ]),
  ...rows('recipient', [
    ['an unknown recipient', 'unknown-party', claim(1, 'XYZ')],
    ['signed by the sender', 'unknown-key', changed(() => undefined, est.signing)],
    ['unknown keys', 'unknown-key', changed(() => undefined, pairOf('stranger'))],
    ['one signature', 'missing-signature', changed(() => undefined, [ed25519])],
    [
      'a key revoked before',
      'revoked-key',
      honest,
      { directory: directoryWhere('NLD', ed25519.id, { revoked: now - day }) },
    ],
    [
      'a key revoked since',
      'revoked-key',
      honest,
      { directory: directoryWhere('NLD', mlDsa65.id, { revoked: now }) },
    ],
  ]),
  ...rows('validity', [['six minutes of the future', 'not-yet-valid', honest, { now: now - 30 - 360 }]]),
  ...rows('signatures', [
    [
      'another outcome after signing',
      'bad-signature',
      tampered(honest, (claims) => void claims.set(5, 'consigned')),
    ],
    [
      'another envelope after signing',
      'bad-signature',
      tampered(honest, (claims) => void claims.set(4, zeros(32))),
    ],
    ['signatures in another order', 'missing-signature', changed(() => undefined, [mlDsa65, ed25519])],
    ['its last bit', 'bad-signature', flipped(honest, 8 * honest.length - 8 * 40)],
  ]),
]
