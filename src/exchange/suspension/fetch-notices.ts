/** Answers for asking another gateway for its notices: signed, bounded, and nothing when there is no sound answer. */
import { z } from 'zod'
import { fromBase64 } from '../../../protocol/bytes.ts'
import { signRequestOffThread } from '../../http/message-signatures.ts'
import { type PeerRequest, textOf } from '../peer/peer.ts'

const page = z.object({ notices: z.array(z.string().max(100_000)).max(100) })

/** Those after the cursor in the target URI, in the order in which that gateway entered them. */
export async function fetchNotices(
  request: Omit<PeerRequest, 'body' | 'receipt'>,
): Promise<readonly Uint8Array[]> {
  const { peers, targetUri, key, now, timeoutMilliseconds, stop } = request
  const parts = { method: 'GET', targetUri, body: new Uint8Array(0) }
  try {
    const { status, body } = await peers.ask(targetUri, {
      headers: { ...(await signRequestOffThread(parts, key, now)) },
      signal: AbortSignal.any([stop, AbortSignal.timeout(timeoutMilliseconds)]),
    })
    const read = page.safeParse(status === 200 ? JSON.parse(textOf(body)) : {})
    return (read.data?.notices ?? []).flatMap((notice) => fromBase64(notice) ?? [])
  } catch {
    // Away, or no gateway of this version: it is asked again.
    return []
  }
}
