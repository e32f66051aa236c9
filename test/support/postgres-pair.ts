/**
 * Answers for a PostgreSQL with a synchronous standby: nothing is committed for anybody before the standby has it on its
 * disk. Both begin as copies of one new cluster; the standby gets everything after that over the wire.
 */
import { chownSync, cpSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import postgres from 'postgres'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

export interface PostgresPair {
  /** Of both hosts, the one that is the standby first, so that whoever connects has to ask which is the primary. */
  readonly url: string
  readonly primary: PostgresServer
  readonly standby: PostgresServer
  /** From when it returns the standby is a primary, and takes writes. */
  readonly promote: () => Promise<void>
  readonly stop: () => Promise<void>
}

const synchronous = ['synchronous_commit=on', 'synchronous_standby_names=standby', 'wal_keep_size=512MB']

export async function startPostgresPair(): Promise<PostgresPair> {
  const folder = mkdtempSync(path.join(tmpdir(), 'pouch-pair-'))
  const ends: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true, force: true })]
  const stop = async (): Promise<void> => {
    for (const end of ends.toReversed()) await end()
  }
  try {
    const origin = path.join(folder, 'origin')
    const primary = await startPostgres(synchronous, undefined, (cluster, initialise) => {
      initialise()
      cpSync(cluster, origin, { recursive: true })
    })
    ends.push(() => primary.stop())
    const source = `primary_conninfo=host=127.0.0.1 port=${portOf(primary)} user=postgres application_name=standby`
    const standby = await startPostgres([source], undefined, (cluster) => {
      cpSync(origin, cluster, { recursive: true })
      writeFileSync(path.join(cluster, 'standby.signal'), '')
      giveLike(cluster, cluster)
    })
    ends.push(() => standby.stop())
    await synchronised(primary)
    const url = `postgres://postgres@127.0.0.1:${portOf(standby)},127.0.0.1:${portOf(primary)}/postgres`
    return { url, primary, standby, promote: () => promoted(standby), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function portOf({ url }: PostgresServer): string {
  return new URL(url).port
}

/** Copies made by root belong to root; they shall belong to the owner of the folder that holds them. */
function giveLike(owned: string, folder: string): void {
  const { uid, gid } = statSync(owned)
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    chownSync(path.join(folder, name), uid, gid)
}

async function synchronised({ url }: PostgresServer): Promise<void> {
  await onServer(url, async (client) => {
    for (let attempt = 0; attempt < 400; attempt++) {
      const [row] = await client`select 1 from pg_stat_replication where sync_state = 'sync'`
      if (row !== undefined) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error('the standby does not follow')
  })
}

async function promoted({ url }: PostgresServer): Promise<void> {
  await onServer(url, async (client) => {
    const [row] = await client<{ readonly promoted: boolean }[]>`select pg_promote(true, 30) as promoted`
    if (row?.promoted !== true) throw new Error('the standby was not promoted')
  })
}

async function onServer(url: string, work: (client: postgres.Sql) => Promise<void>): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => undefined })
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
