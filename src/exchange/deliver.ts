/**
 * Answers for giving an envelope to those it is for. The ledger holds that it was given before the first byte is: who reads
 * has been entered, and a crash in between means at worst an entry for bytes that the reader asks for again.
 */
import { openEnvelope, type OpenedEnvelope } from '../../protocol/envelope/open.ts'
import { verify } from '../../protocol/envelope/verify.ts'
import { Rejected } from '../../protocol/errors.ts'
import type { PartyId } from '../../protocol/names.ts'
import { attestationDigest } from '../../protocol/withdrawal.ts'
import { type Effect, effect } from '../ledger/effect.ts'
import { mayRead } from './earned.ts'
import { entryKeys } from './envelope-name.ts'
import { type EnvelopeSummary, envelopeBytes } from './envelopes-table.ts'
import type { Gateway, PartyKeys } from './gateway.ts'
import { inboxRow, type InboxRow, markConsigned, markHandedOver } from './inbox-table.ts'
import { insertReceivers } from './withdrawal/receivers-table.ts'
import { registryFields, transferFields } from './records.ts'
import { visibleEnvelope } from './visible.ts'

/** The bytes as received, for its sender or one of its recipients. `id` may be written `ISSUER:id`. Throws `not-found`. */
export async function deliver(gateway: Gateway, id: string, reader: PartyId): Promise<Uint8Array> {
  const envelope = await visibleEnvelope(gateway, id, reader)
  const bytes = await bytesFor(gateway, envelope, reader)
  const row = await inboxRow(gateway.database, envelope, reader)
  // A sender reads what it sent, which is no consignment; and each recipient is consigned to once.
  if (row !== undefined && !row.consigned_to_reader) {
    await enterOnce(gateway, envelope, row, {
      event: 'content-consignment',
      key: entryKeys.consigned(envelope, reader),
      effects: [effect(markConsigned, { issuer: envelope.issuer, id: envelope.id, party: reader })],
    })
  }
  return bytes
}

/**
 * What the envelope holds, opened with the party's own keys. All checks are made again, now: keys may have been revoked
 * since. Throws `not-found`, and `forbidden` on a blind gateway.
 */
export async function handOver(gateway: Gateway, id: string): Promise<OpenedEnvelope> {
  const { opening } = ownKeys(gateway)
  const envelope = await visibleEnvelope(gateway, id, gateway.party)
  const row = await inboxRow(gateway.database, envelope, gateway.party)
  if (row === undefined) throw new Rejected('not-found', 'not for this party')
  const bytes = await bytesFor(gateway, envelope, gateway.party)
  const directory = gateway.directory()
  const opened = openEnvelope(verify(bytes, directory, gateway.now()), opening, directory, gateway.now())
  if (!row.handed_over) {
    await enterOnce(gateway, envelope, row, {
      event: 'content-handover',
      key: entryKeys.handedOver(envelope, gateway.party),
      effects: [
        effect(markHandedOver, { issuer: envelope.issuer, id: envelope.id, party: gateway.party }),
        ...receivedHere(gateway, opened),
      ],
    })
  }
  return opened
}

/** By which attestations a withdrawal is known to be about what was received here. */
function receivedHere(gateway: Gateway, { envelope, attestations }: OpenedEnvelope): readonly Effect[] {
  const { party } = gateway
  const { issuer, id } = envelope
  return attestations.map(({ issuer: attestation_issuer, bytes }) =>
    effect(insertReceivers, {
      ...{ attestation: attestationDigest(bytes), attestation_issuer, issuer, id },
      ...{ party, sent: issuer === party, at: gateway.now() },
    }),
  )
}

/** Throws `forbidden` on a blind gateway, which signs and opens nothing. */
export function ownKeys({ keys }: Gateway): PartyKeys {
  if (keys.party === undefined) throw new Rejected('forbidden', 'this gateway holds no keys of its party')
  return keys.party
}

async function bytesFor(gateway: Gateway, envelope: EnvelopeSummary, reader: PartyId): Promise<Uint8Array> {
  const bytes = await envelopeBytes(gateway.database, envelope.issuer, envelope.id)
  if (bytes === undefined) throw new Rejected('not-found', 'the envelope was denied, and its bytes not kept')
  if (!(await mayRead(gateway, envelope, bytes, reader))) throw new Rejected('not-found')
  return bytes
}

interface Giving {
  readonly event: 'content-consignment' | 'content-handover'
  readonly key: string
  readonly effects: readonly Effect[]
}

async function enterOnce(
  gateway: Gateway,
  envelope: EnvelopeSummary,
  { party }: InboxRow,
  { event, key, effects }: Giving,
): Promise<void> {
  await gateway.sequencer.push({
    key,
    fingerprint: envelope.digest,
    record: {
      ...transferFields(envelope),
      event,
      actor: party,
      at: gateway.now(),
      to: [party],
      registry: registryFields(gateway.directory()),
    },
    effects,
  })
  gateway.logger.info(event, { envelopeId: envelope.id, party })
  // From here the entry is durable. A crash before the bytes are out: the reader asks again and no second entry is made.
}
