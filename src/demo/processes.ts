/** Answers for the demonstration's gateways as processes of their own: started, waited for, stopped. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import path from 'node:path'
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

/** Ports on loopback that nobody listens on just now. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      return server
    }),
  )
  return Promise.all(
    servers.map(async (server) => {
      const address = server.address()
      server.close()
      await once(server, 'close')
      return typeof address === 'object' && address !== null ? address.port : 0
    }),
  )
}
