/** Answers for an exchange that is audited afterwards: transfers between two gateways, acknowledged or denied, and exports of both ledgers. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { PartyId } from '../../protocol/names.ts'
import { rootsDigest } from '../../protocol/roots.ts'
import { Client } from '../../src/client/client.ts'
import { exportLedger } from '../../src/client/export.ts'
import type { GatewayProcess } from '../../src/gateway-process.ts'
import { issueCredentials, roles } from '../../src/http/credentials.ts'
import { type Ended, pouch } from './command-line.ts'
import type { TestDatabases } from './databases.ts'
import { eventually } from './eventually.ts'
import { requestTo } from './request.ts'
import { makeWorld, originOf, type World, type WorldOptions } from './world.ts'

export interface Audited {
  readonly world: World
  readonly est: AuditedGateway
  readonly nld: AuditedGateway
  /** Digest of the roots of the registry. */
  readonly roots: string
  /** A path in a folder of its own. */
  readonly at: (...parts: readonly string[]) => string
  /** Ids of transfers from EST that NLD opened. */
  readonly opened: readonly string[]
  /** Exports the ledger under this name, and gives the folder. */
  readonly exported: (gateway: AuditedGateway, name: string) => Promise<string>
  /** `pouch audit …` as of the world's time, by the digest of the roots alone. */
  readonly audit: (...args: readonly string[]) => Promise<Ended>
  /** Sends from EST to NLD, and waits until it is opened there and EST has the acknowledgement. */
  readonly transfer: () => Promise<string>
  readonly end: () => Promise<void>
}

interface AuditedGateway {
  readonly party: PartyId
  readonly process: GatewayProcess
  readonly client: Client
  readonly credential: string
}

/** Three transfers are opened, one is denied. */
export async function makeAudited(
  { fresh }: TestDatabases,
  options: Partial<WorldOptions> = {},
): Promise<Audited> {
  const parties = ['EST', 'NLD'].map((id) => ({ id, accreditation: 4 as const }))
  const world = await makeWorld({ parties, database: () => fresh(), ...options })
  const [est, nld] = [await audited(world, 'EST'), await audited(world, 'NLD')]
  const folder = mkdtempSync(path.join(tmpdir(), 'pouch-audited-'))
  const at = (...parts: readonly string[]): string => path.join(folder, ...parts)
  const roots = rootsDigest(world.document.roots)
  const transfer = (): Promise<string> => opening(world, est, nld)
  const opened = [await transfer(), await transfer(), await transfer()]
  const denied = requestTo(['NLD'], world.clock.now, { purpose: 'recruitment' })
  await est.client.package(denied).catch(() => undefined)
  return {
    ...{ world, est, nld, roots, at, opened, transfer },
    exported: async ({ client }, name) => {
      await exportLedger(client, at(name), () => undefined)
      return at(name)
    },
    audit: (...args) =>
      pouch([
        'audit',
        ...args,
        '--roots',
        roots,
        '--at',
        new Date(world.clock.now * 1000).toISOString().replace('.000Z', 'Z'),
      ]),
    end: async () => {
      await world.end()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function audited(world: World, party: PartyId): Promise<AuditedGateway> {
  const process = await world.start(party)
  const wanted = [{ name: 'auditor', roles }]
  const [issued] = await issueCredentials(process.gateway.database, wanted, world.clock.now)
  const credential = issued?.token ?? ''
  return {
    party,
    process,
    credential,
    client: new Client({ url: originOf(process.agency.port), credential }),
  }
}

async function opening(world: World, sender: AuditedGateway, recipient: AuditedGateway): Promise<string> {
  const [est, nld] = [sender.client, recipient.client]
  const { id } = await est.package(requestTo(['NLD'], world.clock.now))
  await eventually('arrival', async () => {
    for await (const item of nld.inbox()) if (item.id === id) return true
    return undefined
  })
  await nld.content(id)
  await nld.acknowledge(id, { outcome: 'opened' })
  await eventually('the acknowledgement', async () => (await est.status(id)).recipients[0]?.acknowledgement)
  for (const { process } of [sender, recipient]) {
    await eventually('an empty outbox', async () => ((await isIdle(process)) ? true : undefined))
  }
  return id
}

async function isIdle({ gateway: { database } }: GatewayProcess): Promise<boolean> {
  const row = await database
    .selectFrom('outbox')
    .select('id')
    .where('state', '=', 'waiting')
    .executeTakeFirst()
  return row === undefined
}

/** Every file of a folder, by its path in it. */
export function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .toSorted()
}

/** Runs with one byte of the file changed, and puts it back. */
export async function damaged<T>(file: string, place: number, run: () => Promise<T>): Promise<T> {
  const bytes = readFileSync(file)
  const changed = Buffer.from(bytes)
  const index = Math.min(bytes.length - 1, Math.floor(bytes.length * place))
  changed[index] = (changed[index] ?? 0) ^ 1
  writeFileSync(file, changed)
  try {
    return await run()
  } finally {
    writeFileSync(file, bytes)
  }
}
