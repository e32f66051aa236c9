/** Answers for enrolments: the public keys that a party hands to the registry's signers, as JSON that people can read. */
import { z } from 'zod'
import type { KeyListing } from '../../keys/key-folder.ts'
import { fromBase64, toBase64 } from '../../protocol/bytes.ts'
import { decodeAs, encodeAs } from '../../protocol/codec.ts'
import { Rejected } from '../../protocol/errors.ts'
import { type KeyConsent, keyConsent } from '../../protocol/key-consent.ts'
import { type PublicKey, publicKey } from '../../protocol/key.ts'
import type { RegisteredKey } from '../../protocol/registry.ts'

const enrolmentSchema = z.strictObject({
  party: z.string(),
  keys: z.array(
    z.strictObject({
      id: z.string(),
      use: z.enum(['sign', 'open', 'transport', 'ledger', 'root']),
      generation: z.int().min(1),
      algorithm: z.enum(['ed25519', 'ml-dsa-65', 'ml-dsa-44', 'hpke-9-ke']),
      publicKey: z.base64(),
      from: z.iso.datetime(),
    }),
  ),
  /** Of the party, to these keys in place of those that the registry lists. */
  consent: z.base64().optional(),
})

export interface EnrolledKey {
  readonly use: RegisteredKey['use']
  readonly generation: number
  readonly from: number
  readonly key: PublicKey
}

export interface Enrolment {
  readonly party: string
  readonly keys: readonly EnrolledKey[]
  readonly consent?: KeyConsent
}

export function enrolmentOf(
  party: string,
  keys: readonly Omit<KeyListing, 'file' | 'held'>[],
  consent?: KeyConsent,
): z.input<typeof enrolmentSchema> {
  return {
    party,
    keys: keys.map(({ id, use, generation, created, publicKey: { algorithm, bytes } }) => ({
      id,
      use,
      generation,
      algorithm,
      publicKey: toBase64(bytes),
      from: new Date(created * 1000).toISOString(),
    })),
    ...(consent && { consent: toBase64(encodeAs(keyConsent, consent)) }),
  }
}

/** Throws `bad-request` when it is not as above, and `bad-key` when an id is not its key's. */
export function parseEnrolment(json: unknown): Enrolment {
  const parsed = enrolmentSchema.safeParse(json)
  if (!parsed.success) throw new Rejected('bad-request', `enrolment: ${z.prettifyError(parsed.error)}`)
  const { party, keys, consent } = parsed.data
  return {
    party,
    keys: keys.map(({ id, use, generation, from, algorithm, publicKey: encoded }) => {
      const key = publicKey(algorithm, fromBase64(encoded) ?? new Uint8Array(0))
      if (key.id !== id) throw new Rejected('bad-key', `${party}: ${id} is not the id of its key`)
      return { use, generation, from: Math.floor(Date.parse(from) / 1000), key }
    }),
    ...(consent !== undefined && {
      consent: decodeAs(keyConsent, fromBase64(consent) ?? new Uint8Array(0), 'consent'),
    }),
  }
}
