/** Answers for bad lines: it stands before a listener, hands bytes on in both directions, and by chance cuts a connection. */
import { connect, createServer, type Socket } from 'node:net'
import type { Chance } from './chance.ts'

export interface CuttingProxy {
  readonly cuts: () => number
  /** Ends all connections, and every new one, until it is mended. */
  readonly sever: () => void
  readonly mend: () => void
  readonly close: () => Promise<void>
}

/** Whatever comes in one piece is cut with this probability, somewhere within it. */
export async function cuttingProxy(
  from: number,
  to: number,
  luck: Chance,
  probability: number,
): Promise<CuttingProxy> {
  const sockets = new Set<Socket>()
  let cuts = 0
  let severed = false
  const server = createServer((near) => {
    if (severed) return void near.destroy()
    const far = connect(to, '127.0.0.1')
    const end = (): void => {
      near.destroy()
      far.destroy()
    }
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('error', end).on('close', () => {
        sockets.delete(one)
        end()
      })
      one.on('data', (data) => {
        if (!luck.happens(probability)) return void other.write(data)
        cuts++
        other.write(data.subarray(0, luck.whole(data.length)), end)
      })
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(from, '127.0.0.1', resolve)
  })
  return {
    cuts: () => cuts,
    sever: () => {
      severed = true
      for (const socket of sockets) socket.destroy()
    },
    mend: () => {
      severed = false
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
