/** Answers for when an envelope becomes visible: one reader of the receiver's inbox, which asks by long poll. */
import type { Listens } from './exchange-child.ts'

export interface Arrivals {
  /** Resolves once the inbox has shown the envelope of this id, also when it has before. */
  of(id: string): Promise<void>
  readonly stop: () => void
}

interface Page {
  readonly items: readonly { readonly id: string }[]
  readonly next: number
}

const waitSeconds = 5

export function followInbox({ port, headers }: Listens): Arrivals {
  const stopping = new AbortController()
  const known = new Map<string, PromiseWithResolvers<undefined>>()
  const arrival = (id: string): PromiseWithResolvers<undefined> => {
    const found = known.get(id) ?? Promise.withResolvers<undefined>()
    known.set(id, found)
    return found
  }
  const follow = async (): Promise<void> => {
    for (let after = 0; !stopping.signal.aborted; ) {
      const url = `http://127.0.0.1:${port}/v1/inbox?after=${after}&wait=${waitSeconds}`
      const answer = await fetch(url, { headers, signal: stopping.signal })
      if (answer.status !== 200) throw new Error(`inbox: ${answer.status} ${await answer.text()}`)
      const page = (await answer.json()) as Page
      for (const { id } of page.items) arrival(id).resolve(undefined)
      after = page.next
    }
  }
  follow().catch((error: unknown) => {
    // Nothing is measured any more when the inbox is not answered: the whole run ends.
    if (!stopping.signal.aborted) throw error
  })
  return {
    of: async (id) => {
      await arrival(id).promise
      known.delete(id)
    },
    stop: () => stopping.abort(),
  }
}
