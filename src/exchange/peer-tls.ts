/** Answers for what a peer's TLS is: its version, and whose certificate until when. */
import { once } from 'node:events'
import { connect } from 'node:tls'

/** As one line. Throws what the handshake throws, an untrusted certificate included. */
export async function tlsOf(url: string, patienceMilliseconds: number): Promise<string> {
  const { hostname, port } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  const socket = connect({ host, port: port === '' ? 443 : Number(port), servername: host })
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(patienceMilliseconds) })
    const { subject, valid_to: until } = socket.getPeerCertificate()
    return `${socket.getProtocol() ?? 'unknown'}, certificate of ${String(subject.CN)} until ${new Date(until).toISOString().slice(0, 10)}`
  } finally {
    socket.destroy()
  }
}
