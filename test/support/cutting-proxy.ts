/** Answers for bad lines: it stands before a listener, hands bytes on in both directions, and by chance cuts a connection. */
import { connect, createServer, type Socket } from 'node:net'
import type { Chance } from './chance.ts'

export interface CuttingProxy {
  readonly cuts: () => number
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
  const server = createServer((near) => {
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
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
