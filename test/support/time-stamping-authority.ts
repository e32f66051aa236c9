/** Answers for a time-stamping authority in tests: a certificate of its own, and `openssl ts -reply` behind HTTP on the loopback. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { tmpdir } from 'node:os'
import path from 'node:path'

export interface Authority {
  readonly url: string
  /** Files in PEM: what it signs with, and who issued that. */
  readonly certificate: string
  readonly issuer: string
  /** What was asked so far. */
  readonly requests: readonly Buffer[]
  /** Answers this instead, whatever is asked. */
  answer: ((request: Buffer) => Uint8Array) | undefined
  /** A response to the request, by the certificate of this authority. */
  reply(request: Uint8Array): Buffer
  end(): Promise<void>
}

export const hasOpenssl = spawnSync('openssl', ['version']).status === 0

/** Whether `openssl ts -verify` takes the token in one file as one over the other, by the authority. */
export function opensslVerifiesStamp({ issuer }: Authority, stamped: string, token: string): boolean {
  const files = ['-data', stamped, '-token_in', '-in', token, '-CAfile', issuer]
  return spawnSync('openssl', ['ts', '-verify', ...files]).status === 0
}

export async function startAuthority(name = 'Test TSA'): Promise<Authority> {
  const folder = mkdtempSync(path.join(tmpdir(), 'pouch-tsa-'))
  const at = (name: string): string => path.join(folder, name)
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  }
  certify(name, at, openssl)
  const requests: Buffer[] = []
  const reply = (request: Uint8Array): Buffer => {
    writeFileSync(at('query.tsq'), request)
    openssl('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', 'query.tsq', '-out', 'reply.tsr')
    return readFileSync(at('reply.tsr'))
  }
  const server = createServer((incoming, outgoing) => {
    void buffer(incoming).then((request) => {
      requests.push(request)
      outgoing.writeHead(200, { 'content-type': 'application/timestamp-reply' })
      outgoing.end((authority.answer ?? reply)(request))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const authority: Authority = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/tsa`,
    certificate: at('tsa.pem'),
    issuer: at('ca.pem'),
    requests,
    answer: undefined,
    reply,
    end: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return authority
}

function certify(
  name: string,
  at: (name: string) => string,
  openssl: (...args: readonly string[]) => void,
): void {
  writeFileSync(at('tsa.cnf'), settings)
  writeFileSync(at('serial'), '01\n')
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Test CA', '-days', '2')
  openssl('req', '-new', ...key, '-keyout', 'tsa.key', '-out', 'tsa.csr', '-subj', `/CN=${name}`)
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2']
  openssl(
    'x509',
    '-req',
    '-in',
    'tsa.csr',
    '-out',
    'tsa.pem',
    ...signed,
    '-extfile',
    'tsa.cnf',
    '-extensions',
    'stamping',
  )
}

const settings = `[tsa]
default_tsa = authority
[authority]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
certs = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
[stamping]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
`
