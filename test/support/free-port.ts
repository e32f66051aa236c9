/**
 * Answers for a port on loopback that nobody listens on: below the range from which the system takes the ports of outgoing
 * connections, so that none of those takes it between the question and the use.
 */
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

const [lowest, highest] = [12_000, 32_000]

export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = randomInt(lowest, highest)
    if (!given.has(port) && (await isFree(port))) {
      given.add(port)
      return port
    }
  }
  throw new Error('no free port')
}

/** This process does not give one twice. */
const given = new Set<number>()

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  const listening = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => resolve(true))
  })
  if (listening) await new Promise((resolve) => server.close(resolve))
  return listening
}
