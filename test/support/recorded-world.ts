/** Answers for recording the secrets of a world of tests: its parties' seeds, and all that its envelopes hold. */

import type { Directory } from '../../protocol/directory.ts'
import { decrypt } from '../../protocol/envelope/open.ts'
import { verify } from '../../protocol/envelope/verify.ts'
import { Rejected } from '../../protocol/errors.ts'
import type { OpeningKey } from '../../protocol/key.ts'
import type { Seconds } from '../../protocol/names.ts'
import type { Gateway } from '../../src/exchange/gateway.ts'
import { recordSecrets } from './recorded.ts'

interface Held {
  exportSecretForBackup(): Uint8Array
}

export function recordSeeds(keys: readonly Held[]): void {
  recordSecrets(
    'seed',
    keys.map((key) => key.exportSecretForBackup()),
  )
}

/** The documents within, for whoever of these keys may open it. */
export function recordDocuments(
  envelope: Uint8Array,
  keys: readonly OpeningKey[],
  directoryAt: (now: Seconds) => Directory,
  at: Seconds,
): void {
  try {
    recordSecrets('attestation', decrypt(verify(envelope, directoryAt(at), at), keys))
  } catch (error) {
    // Tests make envelopes that are for others, or for nobody.
    if (!(error instanceof Rejected)) throw error
  }
}

/** Of every envelope that the gateway kept. */
export async function recordKeptDocuments(gateway: Gateway, keys: readonly OpeningKey[]): Promise<void> {
  const rows = await gateway.database.selectFrom('envelopes').select(['bytes', 'accepted_at']).execute()
  const directoryAt = (now: Seconds) => gateway.registry.directory(now)
  for (const { bytes, accepted_at } of rows) {
    if (bytes !== null) recordDocuments(bytes, keys, directoryAt, accepted_at)
  }
}
