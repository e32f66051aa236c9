/** Answers for certificates in tests, made by openssl: authorities, and what they issue for 127.0.0.1. */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'

export interface Certificates {
  readonly folder: string
  readonly file: (name: string) => string
  readonly read: (name: string) => Buffer
  readonly authority: (name: string) => void
  /** For so many days; expired when below 0. */
  readonly issue: (name: string, authority: string, days?: number) => void
}

export const hasOpenssl = spawnSync('openssl', ['version']).status === 0
if (!hasOpenssl) console.warn('skipped: TLS, because there is no openssl here to make certificates')

/** In a folder that goes away after all tests. */
export function certificates(): Certificates {
  const folder = mkdtempSync(path.join(tmpdir(), 'pouch-tls-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const file = (name: string) => path.join(folder, name)
  const openssl = (...given: readonly string[]): void => {
    execFileSync('openssl', given, { stdio: 'ignore' })
  }
  const request = (name: string) => [
    '-newkey',
    'ed25519',
    '-noenc',
    '-keyout',
    file(`${name}.key`),
    '-subj',
    `/CN=${name}`,
  ]
  return {
    folder,
    file,
    read: (name) => readFileSync(file(name)),
    authority: (name) => openssl('req', '-x509', ...request(name), '-out', file(`${name}.pem`), '-days', '1'),
    issue: (name, authority, days = 1) => {
      const asked = file(`${name}.csr`)
      openssl('req', ...request(name), '-out', asked, '-addext', 'subjectAltName=IP:127.0.0.1')
      const by = ['-CA', file(`${authority}.pem`), '-CAkey', file(`${authority}.key`), '-days', String(days)]
      openssl('x509', '-req', '-in', asked, ...by, '-copy_extensions', 'copy', '-out', file(`${name}.pem`))
      chmodSync(file(`${name}.key`), 0o600)
    },
  }
}
