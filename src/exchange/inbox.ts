/** Answers for what waits for a party: pages by cursor, and a long poll that ends at once when something comes. */
import { toHex } from '../../protocol/bytes.ts'
import { decodeAs } from '../../protocol/codec.ts'
import { envelopeHeader } from '../../protocol/envelope/format.ts'
import type { PartyId } from '../../protocol/names.ts'
import { isEarned } from './earned.ts'
import { envelopeBytes } from './envelopes-table.ts'
import type { Gateway } from './gateway.ts'
import type { InboxItem, InboxPage, InboxQuery } from './inbox-item.ts'
import { inboxAfter, type InboxLine } from './inbox-table.ts'

const mostItems = 100
/** Another replica's signal is not heard here, so the table is looked at again this often. */
const lookAgainMilliseconds = 1000

/** The items after the cursor, the oldest first. When there are none it waits, and then answers with an empty page. */
export async function inbox(gateway: Gateway, party: PartyId, query: InboxQuery): Promise<InboxPage> {
  const { database, limits, signals } = gateway
  const limit = Math.min(Math.max(query.limit, 1), mostItems)
  const deadline = performance.now() + 1000 * Math.min(query.waitSeconds, limits.longPollSeconds)
  for (;;) {
    const left = deadline - performance.now()
    // Listening begins before looking: what comes in between wakes the wait at once.
    const woken = signals.inbox.wait(Math.min(lookAgainMilliseconds, Math.max(left, 0)), query.signal)
    const lines = await earnedOf(gateway, await inboxAfter(database, party, query.after, limit))
    if (lines.length > 0 || query.signal.aborted || left <= 0) return pageOf(lines, query.after)
    await woken
  }
}

/** What is held again gets another place when it is released, so the cursor may pass it. */
async function earnedOf(gateway: Gateway, lines: readonly InboxLine[]): Promise<readonly InboxLine[]> {
  const earned: InboxLine[] = []
  for (const line of lines) {
    if (gateway.witnessed.isEarned(toHex(line.digest))) earned.push(line)
    else if (await isEarnedLine(gateway, line)) earned.push(line)
  }
  return earned
}

async function isEarnedLine(gateway: Gateway, line: InboxLine): Promise<boolean> {
  const bytes = await envelopeBytes(gateway.database, line.issuer, line.id)
  return bytes !== undefined && isEarned(gateway, line, bytes)
}

function pageOf(lines: readonly InboxLine[], after: number): InboxPage {
  return { items: lines.map(itemOf), next: lines.at(-1)?.position ?? after }
}

function itemOf({ position, digest, header, size, state }: InboxLine): InboxItem {
  const { claims, label, purpose, agreement, justification } = decodeAs(envelopeHeader, header)
  return {
    cursor: position,
    id: toHex(claims.cti),
    issuer: claims.iss,
    digest,
    messageType: claims.sub,
    label,
    purpose,
    agreement,
    ...(justification && { justification }),
    issuedAt: claims.iat,
    expiresAt: claims.exp,
    bytes: size,
    state,
  }
}
