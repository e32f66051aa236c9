/** Answers for signatures that were good a moment ago: receipts of one batch share theirs, and they are verified once. */
import { suite } from '#suite'
import { toHex } from '../../../protocol/bytes.ts'
import type { VerificationKey } from '../../../protocol/key.ts'
import type { LedgerKeys } from '../../../protocol/ledger/checkpoint.ts'
import { createNewest } from '../../newest.ts'

export interface VerifiedSignatures {
  /** The same keys, which do not verify again what they found good: the same signature of the same message. */
  readonly by: (keys: LedgerKeys) => LedgerKeys
}

const mostKept = 256

export function createVerifiedSignatures(): VerifiedSignatures {
  const good = createNewest<true>(mostKept)
  const remembering = (key: VerificationKey): VerificationKey => ({
    ...key,
    verify: (message, signature) => {
      const name = `${key.id} ${digestOf(message)} ${digestOf(signature)}`
      if (good.get(name) !== undefined) return true
      const isGood = key.verify(message, signature)
      if (isGood) good.add(name, true)
      return isGood
    },
  })
  return {
    by: ({ origin, ed25519, mlDsa44 }) => ({
      origin,
      ed25519: remembering(ed25519),
      mlDsa44: remembering(mlDsa44),
    }),
  }
}

function digestOf(bytes: Uint8Array): string {
  return toHex(suite.sha256(bytes))
}
