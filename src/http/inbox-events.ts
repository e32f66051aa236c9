/**
 * Answers for the inbox as a stream of server-sent events (HTML Living Standard §9.2): each item when it comes, by the same
 * rules as in a page. Nothing is looked up before the reader has taken what went before, so a slow one costs one page.
 */
import { z } from 'zod'
import { utf8 } from '../../protocol/bytes.ts'
import { Rejected } from '../../protocol/errors.ts'
import type { Gateway } from '../exchange/gateway.ts'
import { inbox } from '../exchange/inbox.ts'
import type { Cursor, InboxItem } from '../exchange/inbox-item.ts'
import { errorFields } from '../logger.ts'
import { inboxItemForm } from './forms/inbox.ts'
import type { Call } from './operation.ts'

export const eventStreamType = 'text/event-stream'

interface Reader extends Pick<Call, 'requestId' | 'admitAgain'> {
  /** Aborted when the reader goes away, and when the listener stops. */
  readonly signal: AbortSignal
}

const itemsAtOnce = 100
/** Tells the reader, and whatever is on the way to it, that the stream lives. */
const heartbeat = ': nothing new\n\n'

export function inboxEvents(gateway: Gateway, after: Cursor, reader: Reader): Response {
  const headers = { 'content-type': eventStreamType, 'cache-control': 'no-store' }
  return new Response(pulled(eventsAfter(gateway, after, reader)), { headers })
}

/** Without a queue of its own: it is asked for more when what it gave is written. */
function pulled(texts: AsyncGenerator<string, void>): ReadableStream<Uint8Array> {
  const source = {
    pull: async (controller: ReadableStreamDefaultController<Uint8Array>) => {
      const { done, value } = await texts.next()
      if (done === true) controller.close()
      else controller.enqueue(utf8(value))
    },
    cancel: async () => {
      await texts.return()
    },
  }
  return new ReadableStream(source, { highWaterMark: 0 })
}

async function* eventsAfter(
  gateway: Gateway,
  after: Cursor,
  { signal, admitAgain, requestId }: Reader,
): AsyncGenerator<string, void> {
  const { party, limits, logger, metrics } = gateway
  const ended = metrics.streaming()
  const query = { limit: itemsAtOnce, waitSeconds: limits.longPollSeconds, signal }
  try {
    // With the first text the head of the answer goes out.
    yield heartbeat
    for (let cursor = after; ; ) {
      const { items, next } = await inbox(gateway, party, { ...query, after: cursor })
      if (signal.aborted) return
      await admitAgain()
      yield items.length === 0 ? heartbeat : items.map(eventOf).join('')
      cursor = next
    }
  } catch (error) {
    // The status is sent already: the stream ends here, and the reader is told why when it comes again.
    const about = { requestId, listener: 'agency', route: '/v1/inbox', ...errorFields(error) }
    if (error instanceof Rejected) logger.info('request-refused', about)
    else logger.error('request-failed', about)
  } finally {
    ended()
  }
}

function eventOf(item: InboxItem): string {
  return `id: ${item.cursor}\ndata: ${JSON.stringify(z.encode(inboxItemForm, item))}\n\n`
}
