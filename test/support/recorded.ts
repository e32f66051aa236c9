/**
 * Answers for what a test run leaves behind to be looked at when it is over: every line that its gateways log, every refusal
 * that they answer, and every secret and plaintext that the tests made. It lies in `.test-state`, one file for each process.
 */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { createLogger, type Logger } from '../../src/logger.ts'

export type Kept = 'logs' | 'problems' | 'secrets'

const state = path.resolve(import.meta.dirname, '../../.test-state')

function keep(kind: Kept, line: string): void {
  const folder = path.join(state, kind)
  mkdirSync(folder, { recursive: true })
  appendFileSync(path.join(folder, `${process.pid}.ndjson`), `${line.trimEnd()}\n`)
}

/** All lines of one kind; none where no run has left any. */
export function kept(kind: Kept): readonly string[] {
  const folder = path.join(state, kind)
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((file) =>
    readFileSync(path.join(folder, file), 'utf8')
      .split('\n')
      .filter((line) => line !== ''),
  )
}

/** Logs everything, as a gateway's own logger does, into the run's state. */
export function recordingLogger(): Logger {
  return createLogger('debug', { write: recordLog })
}

export function recordLog(line: string): void {
  keep('logs', line)
}

/** The body of an answer that is a refusal or a failure. */
export function recordProblem(body: string): void {
  keep('problems', body.replaceAll('\n', ' '))
}

const known = new Set<string>()

/** Texts and bytes that nothing logged and no refusal may hold. */
export function recordSecrets(kind: string, secrets: readonly (string | Uint8Array)[]): void {
  for (const secret of secrets) {
    const hex = Buffer.from(secret).toString('hex')
    if (hex.length < 8 || known.has(hex)) continue
    known.add(hex)
    keep('secrets', JSON.stringify({ kind, hex }))
  }
}

export interface RecordedSecret {
  readonly kind: string
  readonly bytes: Buffer
}

export function recordedSecrets(): readonly RecordedSecret[] {
  const secrets = new Map<string, string>()
  for (const line of kept('secrets')) {
    const { kind, hex } = JSON.parse(line) as { readonly kind: string; readonly hex: string }
    secrets.set(hex, kind)
  }
  return Array.from(secrets, ([hex, kind]) => ({ kind, bytes: Buffer.from(hex, 'hex') }))
}
