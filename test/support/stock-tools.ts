/**
 * Answers for tools that are not ours: Go with golang.org/x/mod, as Debian packs them, and openssl. Where they are absent
 * and apt cannot bring them, they are `undefined` with a printed note; a program that does not build is an error.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { createPublicKey, type KeyObject } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

interface Said {
  readonly good: boolean
  readonly text: string
}

export interface LedgerCheck {
  /** Runs `ledger_check` with these arguments. */
  readonly check: (...args: readonly string[]) => Said
  readonly remove: () => void
}

const source = path.resolve(import.meta.dirname, 'go')
const gocode = '/usr/share/gocode'
const packages = ['golang-go', 'golang-golang-x-mod-dev']

/** Builds test/support/go on Debian's Go and Debian's golang.org/x/mod, with no network. */
export function ledgerCheck(): LedgerCheck | undefined {
  if (!hasGo() && !installed(...packages)) {
    console.warn(`skipped: ${packages.join(' and ')} are not on this machine, and apt does not bring them`)
    return undefined
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'pouch-go-'))
  const program = path.join(folder, 'ledger_check')
  const build = { GO111MODULE: 'off', GOPATH: gocode, GOFLAGS: '', GOPROXY: 'off', GOCACHE: folder }
  execFileSync('go', ['build', '-o', program, '.'], { cwd: source, env: { ...process.env, ...build } })
  return {
    check: (...args) => said(program, args),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function hasGo(): boolean {
  return said('go', ['version']).good && existsSync(path.join(gocode, 'src/golang.org/x/mod/sumdb/tlog'))
}

export function installed(...names: readonly string[]): boolean {
  const quiet = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (...args: readonly string[]): boolean =>
    spawnSync('apt-get', ['-qq', ...args], { env: quiet, timeout: 300_000 }).status === 0
  const install = ['install', '--yes', '--no-install-recommends', ...names]
  return apt(...install) || (apt('update') && apt(...install))
}

/** Whether the openssl of this machine knows the algorithm; a note is printed when it does not. */
export function opensslKnows(algorithm: string): boolean {
  const known = said('openssl', ['list', '-public-key-algorithms'])
  if (known.good && known.text.toLowerCase().includes(algorithm.toLowerCase())) return true
  const version = said('openssl', ['version'])
  console.warn(`skipped: ${version.good ? version.text : 'no openssl here, which'} knows no ${algorithm}`)
  return false
}

/** The public key in the form that openssl reads: a PEM of SubjectPublicKeyInfo. */
export function publicPem(algorithm: 'Ed25519' | 'ML-DSA-44', key: Uint8Array): string {
  const ed25519 = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key).toString('base64url') }
  const mlDsa44 = { kty: 'AKP', alg: 'ML-DSA-44', pub: Buffer.from(key).toString('base64url') }
  const made: KeyObject = createPublicKey({ key: algorithm === 'Ed25519' ? ed25519 : mlDsa44, format: 'jwk' })
  return made.export({ type: 'spki', format: 'pem' }).toString()
}

/** `openssl pkeyutl -verify` over the message itself. */
export function opensslVerifies(pem: string, message: Uint8Array, signature: Uint8Array): boolean {
  const folder = mkdtempSync(path.join(tmpdir(), 'pouch-openssl-'))
  const file = (name: string, content: Uint8Array | string): string => {
    writeFileSync(path.join(folder, name), content)
    return path.join(folder, name)
  }
  const key = file('key.pem', pem)
  const inputs = ['-sigfile', file('signature', signature), '-in', file('message', message)]
  const { good, text } = said('openssl', ['pkeyutl', '-verify', '-rawin', '-pubin', '-inkey', key, ...inputs])
  rmSync(folder, { recursive: true, force: true })
  return good && text.includes('Signature Verified Successfully')
}

function said(program: string, args: readonly string[]): Said {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  return { good: status === 0, text: status === 0 ? stdout.trim() : stderr.trim() }
}
