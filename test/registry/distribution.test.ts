/** The registry between gateways: how a version reaches all of them, and what they make of two, of none, and of a stale one. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { parseRecord } from '../../protocol/ledger/record.ts'
import { documentDigestOf, type RegistryDocument, type VerifiedRegistry } from '../../protocol/registry.ts'
import { Client } from '../../src/client/client.ts'
import type { Gateway } from '../../src/exchange/gateway.ts'
import type { GatewayProcess } from '../../src/gateway-process.ts'
import { issueCredentials } from '../../src/http/credentials.ts'
import { createLogger } from '../../src/logger.ts'
import { adopt } from '../../src/registry/adopt.ts'
import { registryVersion } from '../../src/registry/versions-table.ts'
import { jsonOf, pouch } from '../support/command-line.ts'
import { eachDatabase } from '../support/databases.ts'
import { eventually } from '../support/eventually.ts'
import { signedBy } from '../support/registry.ts'
import { makeWorld, originOf, type World } from '../support/world.ts'

const day = 86_400

eachDatabase('the registry between gateways', ({ fresh }) => {
  let world: World
  const running = new Map<string, GatewayProcess>()
  const start = async (id: string, registryRefreshSeconds = 0.1): Promise<Gateway> => {
    running.set(id, await world.start(id, { registryRefreshSeconds }))
    return gateway(id)
  }
  const stop = async (id: string): Promise<void> => running.get(id)?.stop()
  const gateway = (id: string): Gateway => {
    const found = running.get(id)
    if (found === undefined) throw new RangeError(`${id} does not run`)
    return found.gateway
  }
  const versionAt = (id: string): number => gateway(id).registry.current().document.version
  const next = ({ document, documentDigest }: VerifiedRegistry, changes: Partial<RegistryDocument> = {}) =>
    signedBy(
      { ...document, version: document.version + 1, previous: documentDigest, ...changes },
      world.roots,
    )
  const reaches = (id: string, version: number) =>
    eventually(`version ${version} at ${id}`, () => (versionAt(id) === version ? version : undefined))
  const recordsOf = async (id: string, event: string) => {
    const rows = await gateway(id)
      .database.selectFrom('ledger_entry')
      .select('record')
      .orderBy('index')
      .execute()
    return rows
      .flatMap(({ record }) => (record === null ? [] : [parseRecord(record)]))
      .filter((record) => record.event === event)
  }

  const versionOf = async (id: string, version: number): Promise<Uint8Array> =>
    (await registryVersion(gateway(id).database, version)) ?? new Uint8Array(0)

  beforeAll(async () => {
    const parties = (['EST', 'NLD', 'LVA'] as const).map((id) => ({ id, accreditation: 4 }) as const)
    world = await makeWorld({ parties, database: fresh })
    await start('EST', 60)
    await start('NLD', 60)
  })
  afterAll(() => world.end())

  test('a version that one adopts is offered to the others at once', async () => {
    const { document } = gateway('EST').registry.current()
    const parties = document.parties.map((party) =>
      party.id === 'LVA'
        ? { ...party, keys: party.keys.map((key) => ({ ...key, until: document.expires + day })) }
        : party,
    )
    await adopt(gateway('EST'), next(gateway('EST').registry.current(), { parties }))
    await reaches('NLD', 2)
    const [, second] = await recordsOf('NLD', 'registry-adoption')
    expect(second).toMatchObject({ actor: 'NLD', detail: 'keys changed: LVA 6', registry: { version: 2 } })
  })

  test('one that was away takes what it missed, in order, and enters each', async () => {
    await adopt(gateway('EST'), next(gateway('EST').registry.current()))
    expect(versionAt('EST')).toBe(3)
    await start('LVA', 60)
    await reaches('LVA', 3)
    const entered = await recordsOf('LVA', 'registry-adoption')
    expect(entered.map(({ registry }) => registry?.version)).toEqual([1, 2, 3])
  })

  test('a stale registry is renewed by whoever has the next, and one that nobody renews is told of', async () => {
    await Promise.all([stop('LVA'), stop('NLD')])
    const held = gateway('EST').registry.current()
    world.clock.now = held.document.expires
    await adopt(gateway('EST'), next(held, { issued: world.clock.now, expires: world.clock.now + 300 * day }))
    const logged: string[] = []
    const logger = createLogger('warn', { write: (line: string) => logged.push(line) })
    running.set('LVA', await world.start('LVA', { registryRefreshSeconds: 0.1, logger }))
    await start('NLD')
    await reaches('LVA', 4)
    await reaches('NLD', 4)
    expect(gateway('LVA').directory().registry.document.version).toBe(4)
    // It ends soon, and nobody has renewed it.
    const now = world.clock.now
    world.clock.now = now + 297 * day
    await eventually('a warning', () => logged.find((line) => line.includes('registry-unrenewed')))
    world.clock.now = now
  })

  test('two documents of one version stay where they are, and are entered on both sides', async () => {
    await Promise.all([stop('EST'), stop('NLD'), stop('LVA')])
    const change = (name: string) => (document: RegistryDocument) => ({
      parties: document.parties.map((party) => ({ ...party, name })),
    })
    const adoptAlone = async (id: string, name: string): Promise<void> => {
      const { gateway, close } = await world.compose(id, { registryRefreshSeconds: 60 })
      const held = gateway.registry.current()
      await adopt(gateway, next(held, change(name)(held.document)))
      await close()
    }
    await adoptAlone('EST', 'One')
    await adoptAlone('NLD', 'Other')
    await start('EST')
    await start('NLD')
    for (const id of ['EST', 'NLD']) {
      await eventually(`a conflict at ${id}`, async () => (await recordsOf(id, 'registry-conflict'))[0])
    }
    const other = gateway('NLD').registry.current()
    expect(gateway('EST').registry.current().document.parties[0]?.name).toBe('One')
    // What follows the other document finds the conflict too, one version later.
    await adopt(gateway('NLD'), next(other))
    await expect(adopt(gateway('EST'), next(other))).rejects.toMatchObject({ code: 'registry-rollback' })
    expect(await recordsOf('EST', 'registry-conflict')).toHaveLength(1)
  })

  test('an officer is alarmed by it, and holds both documents against each other', async () => {
    const est = gateway('EST')
    const [issued] = await issueCredentials(
      est.database,
      [{ name: 'o', roles: ['officer'] }],
      world.clock.now,
    )
    const credential = issued?.token ?? ''
    const url = originOf(world.party('EST').agencyPort)
    const [held, other] = [est.registry.current(), await versionOf('NLD', 5)]
    const { conflicts } = await new Client({ url, credential }).registryConflicts()
    expect(conflicts).toEqual([
      {
        ...{ version: 5, held: held.documentDigest, other: documentDigestOf(other) },
        ...{ foundAt: world.clock.now, gateway: originOf(world.party('NLD').exchangePort) },
      },
    ])
    const command = ['registry', 'conflicts', '--gateway', url, '--json']
    const ask = (...more: readonly string[]) => pouch([...command, ...more], { POUCH_CREDENTIAL: credential })
    const folder = path.join(mkdtempSync(path.join(tmpdir(), 'pouch-conflicts-')), 'both')
    onTestFinished(() => rmSync(path.dirname(folder), { recursive: true }))
    const ended = await ask('--save', folder)
    expect(ended.code).toBe(1)
    const { files } = jsonOf(ended) as { readonly files: readonly string[] }
    expect(files.map((file) => path.basename(file).slice(0, -22))).toEqual([
      'registry-5-held',
      'registry-5-other',
    ])
    expect(files.map((file) => new Uint8Array(readFileSync(file)))).toEqual([held.bytes, other])
    const after = new Date(1000 * (world.clock.now + 1)).toISOString().replace('.000Z', 'Z')
    expect(await ask('--since', after)).toMatchObject({ code: 0 })
  })
})
