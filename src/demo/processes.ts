/** Answers for the demonstration's gateways as processes of their own: started, waited for, stopped. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import path from 'node:path'
import { suite } from '#suite'
import { environment } from '../config.ts'

const program = path.resolve(import.meta.dirname, '../main.ts')

export interface GatewayProcess {
  /** When it takes requests; rejected when it ends before. */
  readonly ready: Promise<void>
  readonly stop: () => Promise<void>
}

/** `pouch serve`. It may be stopped before it is ready. */
export function startGateway(folder: string, passphraseFile: string): GatewayProcess {
  const child = spawn(process.execPath, [program, 'serve', '--data', folder], {
    env: { ...environment(), POUCH_PASSPHRASE_FILE: passphraseFile },
    stdio: ['ignore', 'pipe', 'inherit'],
    // Ctrl-C reaches the demonstration alone, which then stops its gateways.
    detached: true,
  })
  return { ready: readiness(child), stop: () => stopped(child) }
}

async function readiness(child: ChildProcess): Promise<void> {
  const { stdout } = child
  if (stdout === null) throw new Error('no output to wait for')
  let said = ''
  for await (const chunk of stdout) {
    said += String(chunk)
    if (said.includes('ready')) return
  }
  throw new Error(`the gateway did not start: ${said}`)
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

/**
 * Ports on loopback that nobody listens on just now: below those that the system gives to outgoing connections, so that
 * none of these takes one before it is used.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const found = new Set<number>()
  for (let attempt = 0; found.size < count && attempt < 200; attempt++) {
    const [high = 0, low = 0] = suite.randomBytes(2)
    const port = 12_000 + ((high * 256 + low) % 20_000)
    if (await isFree(port)) found.add(port)
  }
  if (found.size < count) throw new Error('too few free ports on loopback')
  return [...found]
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  const listening = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => resolve(true))
  })
  if (listening) await new Promise((resolve) => server.close(resolve))
  return listening
}
