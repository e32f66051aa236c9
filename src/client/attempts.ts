/** Answers for trying again: only what gives the same answer when it is sent twice, and with ever longer pauses. */
import { setTimeout as pause } from 'node:timers/promises'

export interface Patience {
  /** How often at most, the first time counted. */
  readonly attempts: number
  readonly firstPauseMilliseconds: number
  readonly longestPauseMilliseconds: number
}

/** Answers that say nothing of the request itself. */
const passing = new Set([429, 502, 503, 504])

/**
 * Sends until there is an answer that settles it. The last attempt's answer is given, or its error thrown, as it is; an
 * abort by the caller ends it at once.
 */
export async function attempting(
  send: () => Promise<Response>,
  { attempts, firstPauseMilliseconds, longestPauseMilliseconds }: Patience,
  signal?: AbortSignal,
): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const longest = Math.min(firstPauseMilliseconds * 2 ** (attempt - 1), longestPauseMilliseconds)
    let asked = 0
    try {
      const response = await send()
      if (attempt >= attempts || !passing.has(response.status)) return response
      asked = 1000 * Number(response.headers.get('retry-after') ?? 0)
      await response.body?.cancel()
    } catch (error) {
      if (attempt >= attempts || signal?.aborted === true) throw error
    }
    const wait = Math.max(Number.isFinite(asked) ? asked : 0, longest * (0.5 + Math.random() / 2))
    await pause(Math.min(wait, longestPauseMilliseconds), undefined, signal === undefined ? {} : { signal })
  }
}
