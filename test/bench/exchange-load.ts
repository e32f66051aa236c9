/** Answers for putting load on a pair: so many envelopes under way at a time, each from its submission until it is visible. */
import { Agent } from 'node:http'
import { performance } from 'node:perf_hooks'
import type { Pair } from './exchange-pair.ts'
import { post } from './load.ts'

export interface Turn {
  readonly perSecond: number
  /** Milliseconds of each envelope. */
  readonly waits: readonly number[]
}

export async function exchangeAll(
  pair: Pair,
  bodies: readonly Uint8Array[],
  inFlight: number,
): Promise<Turn> {
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight })
  const waiting = bodies.values()
  const waits: number[] = []
  const start = performance.now()
  // The lines share one iterator, so that each body goes once.
  const line = async (): Promise<void> => {
    for (const body of waiting) {
      const begun = performance.now()
      await exchangeOne(pair, agent, body)
      waits.push(performance.now() - begun)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, line))
  const seconds = (performance.now() - start) / 1000
  agent.destroy()
  return { perSecond: bodies.length / seconds, waits }
}

async function exchangeOne({ sender, arrivals }: Pair, agent: Agent, body: Uint8Array): Promise<void> {
  const headers = { ...sender.headers, 'content-type': 'application/cose' }
  const answer = await post(agent, { port: sender.port, path: '/v1/envelopes', headers }, body)
  if (arrivals === undefined) return
  const { id } = JSON.parse(answer) as { readonly id: string }
  await arrivals.of(id)
}
