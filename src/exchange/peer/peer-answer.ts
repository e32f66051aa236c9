/**
 * Answers for what one gateway reads of another's answer to an envelope or an acknowledgement. Taken: 201 or 200 and JSON
 * whose `receipt` is in padded base64. Refused: a problem (RFC 9457) whose `code` is of the closed list.
 */
import { z } from 'zod'
import { fromBase64 } from '../../../protocol/bytes.ts'
import { type Code, refusals } from '../../../protocol/errors.ts'

/** Other members are for people. */
const taken = z.object({ receipt: z.string().max(1_000_000) })
const problem = z.object({ code: z.string().max(64) })

export type PeerAnswer =
  | { readonly kind: 'taken'; readonly receipt: Uint8Array }
  | { readonly kind: 'refused'; readonly code: Code }
  /**
   * No answer, or none that settles the matter: to be tried again. `away`: there is no use in sending it more now, and not
   * before so many seconds when it says so.
   */
  | { readonly kind: 'unsettled'; readonly away: boolean; readonly afterSeconds?: number }

/** What time, or a newer registry on one of the sides, may heal. */
const healing: ReadonlySet<Code> = new Set([
  'unauthenticated',
  'unavailable',
  'too-many-requests',
  'storage-full',
  'ledger-damaged',
  'registry-expired',
  'not-yet-valid',
  'unknown-party',
  'unknown-key',
  'unknown-agreement',
  'no-quorum',
  'no-witness-policy',
])

export function isHealing(code: Code): boolean {
  return healing.has(code)
}

/** A peer that asks for more patience than this is asked again all the same. */
const longestAskedSeconds = 3600

export function readPeerAnswer(status: number, body: string, retryAfter?: string): PeerAnswer {
  const json = parseJson(body)
  if (status === 200 || status === 201) {
    const receipt = fromBase64(taken.safeParse(json).data?.receipt ?? '')
    return receipt === undefined || receipt.length === 0
      ? { kind: 'unsettled', away: false }
      : { kind: 'taken', receipt }
  }
  const code = problem.safeParse(json).data?.code
  if (!isCode(code) || refusals[code].status !== status || isHealing(code)) {
    // A gateway whose witnesses are silent takes what needs none.
    const away = code !== 'no-quorum' && (status === 429 || status >= 502)
    const asked = /^[0-9]{1,9}$/.test(retryAfter ?? '') ? Number(retryAfter) : undefined
    if (!away || asked === undefined) return { kind: 'unsettled', away }
    return { kind: 'unsettled', away, afterSeconds: Math.min(asked, longestAskedSeconds) }
  }
  return { kind: 'refused', code }
}

function isCode(code: string | undefined): code is Code {
  return code !== undefined && Object.hasOwn(refusals, code)
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    // Whatever is not JSON settles nothing; what it was is no concern of the logger.
    return undefined
  }
}
