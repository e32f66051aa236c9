/** Answers for a connection lost at the worst moment: it passes bytes on to PostgreSQL until it is told to drop them. */

import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'

export interface DroppingProxy {
  readonly url: string
  /** The next bytes towards the server still arrive there, or do not; then the connection is gone. */
  readonly dropNext: (what: 'answer' | 'request') => void
  readonly close: () => Promise<void>
}

export async function droppingProxy(serverUrl: string): Promise<DroppingProxy> {
  const target = new URL(serverUrl)
  const sockets = new Set<Socket>()
  let drop: 'answer' | 'request' | undefined
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    }
    upstream.on('data', (data) => client.write(data)).on('close', () => client.destroy())
    client.on('close', () => upstream.end())
    client.on('data', (data) => {
      const dropped = drop
      drop = undefined
      if (dropped !== 'request') upstream.write(data)
      if (dropped !== undefined) client.destroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(serverUrl)
  url.port = String((server.address() as AddressInfo).port)
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: url.href, dropNext: (what) => (drop = what), close }
}
