/**
 * Answers for what a peer's TLS is, by the same settings as every request to it: its version, whose certificate until when,
 * and whether it demands one of its clients, and is shown one.
 */
import { once } from 'node:events'
import { connect } from 'node:tls'
import { fromUtf8 } from '../../../protocol/bytes.ts'
import { nameOf, parseCertificate } from '../../ledger/time-stamps/authority.ts'
import { connectToPeers, type PeerTls, tlsOptionsOf } from './peer-connections.ts'

/** As one line. Throws what the handshake throws, an untrusted certificate included. */
export async function tlsOf(url: string, tls: PeerTls, patienceMilliseconds: number): Promise<string> {
  const { hostname, port } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  const place = { host, port: port === '' ? 443 : Number(port), servername: isName(host) ? host : '' }
  const socket = connect({ ...place, ...tlsOptionsOf(tls) })
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(patienceMilliseconds) })
    const { subject, valid_to: until } = socket.getPeerCertificate()
    const theirs = `certificate of ${String(subject.CN)} until ${dayOf(until)}`
    const demanded = await isDemanded(url, tls, patienceMilliseconds)
    return [socket.getProtocol() ?? 'unknown', theirs, own(tls, demanded)].join(', ')
  } finally {
    socket.destroy()
  }
}

function own({ certificate }: PeerTls, demanded: boolean): string {
  const asks = demanded ? 'it demands one of clients' : 'it demands none of clients'
  if (certificate === undefined) return asks
  const shown = parseCertificate(fromUtf8(certificate))
  return `${asks} and is shown ${nameOf(shown)} until ${dayOf(shown.notAfter.value)}`
}

/** TLS 1.3 lets a client finish before the server has looked for its certificate: only an answer tells. */
async function isDemanded(url: string, tls: PeerTls, patienceMilliseconds: number): Promise<boolean> {
  const { authorities } = tls
  const peers = connectToPeers(authorities && { authorities })
  try {
    await peers.ask(new URL('/v1/registry', url), { signal: AbortSignal.timeout(patienceMilliseconds) })
    return false
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === demandedCode) return true
    throw error
  } finally {
    peers.close()
  }
}

const demandedCode = 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'

/** An address is no name to ask for (RFC 6066 §3). */
function isName(host: string): boolean {
  return !/^[0-9.]+$/.test(host) && !host.includes(':')
}

function dayOf(date: string | Date): string {
  return new Date(date).toISOString().slice(0, 10)
}
