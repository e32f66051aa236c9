/** Answers for the fleet's readers: each follows its inbox by the cursor, opens what comes and acknowledges it. */
import type { PartyId } from '../../protocol/names.ts'
import type { GatewayProcesses } from '../support/gateway-processes.ts'

export interface Delivered {
  readonly reader: GatewayProcesses
  readonly issuer: PartyId
  readonly id: string
  /** Of the entry of its acknowledgement. */
  readonly index: number
  readonly receipt: Uint8Array
}

export interface Reading {
  /** Reads on until nothing new comes; gives all that came. */
  readonly end: () => Promise<readonly Delivered[]>
}

const pauseMilliseconds = 150

export function startReading(gateways: readonly GatewayProcesses[]): Reading {
  const stop = new AbortController()
  const readers = gateways.map((gateway) => follow(gateway, stop.signal))
  // Whoever asks for the end hears of the error.
  for (const reader of readers) reader.catch(() => undefined)
  return {
    end: async () => {
      stop.abort()
      return (await Promise.all(readers)).flat()
    },
  }
}

async function follow(reader: GatewayProcesses, stop: AbortSignal): Promise<readonly Delivered[]> {
  const delivered: Delivered[] = []
  let after = 0
  for (;;) {
    // Once more after it was told to end: what came meanwhile is there by then.
    const last = stop.aborted
    for await (const { cursor, issuer, id } of reader.client.inbox({ after })) {
      delivered.push({ reader, issuer, id, ...(await open(reader, id)) })
      after = cursor
    }
    if (last) return delivered
    await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds))
  }
}

async function open({ client }: GatewayProcesses, id: string) {
  const { attestations } = await client.content(id)
  if (attestations.length !== 1) throw new Error(`${id} holds ${attestations.length} attestations`)
  const { index, receipt } = await client.acknowledge(id, { outcome: 'opened' })
  return { index, receipt }
}
