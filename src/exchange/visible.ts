/** Answers for who may see an envelope: its sender and its recipients, at the gateway that serves them, and nobody else. */
import { decodeAs } from '../../protocol/codec.ts'
import { envelopeHeader } from '../../protocol/envelope/format.ts'
import type { PartyId } from '../../protocol/names.ts'
import { onlyOne, parseReference } from './envelope-name.ts'
import { type EnvelopeSummary, findEnvelope, findEnvelopesById } from './envelopes-table.ts'
import type { Gateway } from './gateway.ts'

/** Throws `not-found`, the same for what is not there and for what the reader may not see. */
export async function visibleEnvelope(
  gateway: Gateway,
  reference: string,
  reader: PartyId,
): Promise<EnvelopeSummary> {
  const candidates = await candidatesFor(gateway, reference)
  return onlyOne(candidates.filter((envelope) => maySee(envelope, reader)))
}

async function candidatesFor({ database }: Gateway, reference: string): Promise<readonly EnvelopeSummary[]> {
  const { issuer, id } = parseReference(reference)
  if (issuer === undefined) return findEnvelopesById(database, id)
  const found = await findEnvelope(database, issuer, id)
  return found === undefined ? [] : [found]
}

/** For a recipient it is not there before it is released. */
function maySee(envelope: EnvelopeSummary, reader: PartyId): boolean {
  return envelope.issuer === reader || (envelope.released && recipientsOf(envelope).includes(reader))
}

/** In the order of the signed list. The header was verified when it was stored. */
export function recipientsOf({ header }: EnvelopeSummary): readonly PartyId[] {
  return decodeAs(envelopeHeader, header).recipients.map(({ party }) => party)
}
