/** The registry in a running gateway: which versions it adopts, when a stale one stops it, and what a restart remembers. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseRecord } from '../../protocol/ledger/record.ts'
import type { RegistryDocument } from '../../protocol/registry.ts'
import type { Composed } from '../../src/composition.ts'
import type { Gateway } from '../../src/exchange/gateway.ts'
import { packageAndSubmit } from '../../src/exchange/package.ts'
import { adopt, catchUp } from '../../src/registry/adopt.ts'
import { holdRegistry } from '../../src/registry/held.ts'
import { eachDatabase } from '../support/databases.ts'
import { agreementId, signedBy } from '../support/registry.ts'
import { requestTo } from '../support/request.ts'
import { makeWorld, type World } from '../support/world.ts'

eachDatabase('the registry', ({ fresh }) => {
  let world: World
  let composed: Composed
  let est: Gateway

  beforeAll(async () => {
    const parties = [
      { id: 'EST', accreditation: 4 },
      { id: 'NLD', accreditation: 4 },
    ] as const
    world = await makeWorld({ parties, database: fresh })
    composed = await world.compose('EST')
    est = composed.gateway
  })
  afterAll(() => world.end())

  /** What follows the version in force, signed by all roots. */
  const next = (changes: Partial<RegistryDocument> = {}, roots = world.roots) => {
    const { document, documentDigest } = est.registry.current()
    return signedBy(
      { ...document, version: document.version + 1, previous: documentDigest, ...changes },
      roots,
    )
  }
  const adoptions = async () => {
    const rows = await est.database.selectFrom('ledger_entry').select('record').orderBy('index').execute()
    return rows
      .flatMap(({ record }) => (record === null ? [] : [parseRecord(record)]))
      .flatMap(({ event, registry }) => (event === 'registry-adoption' ? [registry?.version] : []))
  }

  test('is adopted at the first start, with an entry', async () => {
    expect(await adoptions()).toEqual([1])
    expect(est.directory().registry.document.version).toBe(1)
  })

  test.each([
    ['the same version again with other content', { version: 1 }, 'registry-rollback'],
    ['a version that skips one', { version: 3 }, 'registry-rollback'],
    ['a version of another chain', { previous: new Uint8Array(32) }, 'registry-rollback'],
  ] as const)('does not take %s', async (_, changes, code) => {
    await expect(adopt(est, next(changes))).rejects.toMatchObject({ code })
  })

  test('does not take what too few root signers signed', async () => {
    await expect(adopt(est, next({}, world.roots.slice(1)))).rejects.toMatchObject({
      code: 'registry-threshold',
    })
    expect(await adoptions()).toEqual([1])
  })

  test('takes the next version once, acts by it at once, and after a restart too', async () => {
    const suspended = world.document.agreements.map((agreement) => ({
      ...agreement,
      timeline: [...agreement.timeline, { at: world.clock.now, state: 'suspended' as const }],
    }))
    const second = next({ agreements: suspended })
    expect((await packageAndSubmit(est, requestTo(['NLD'], world.clock.now))).decision.allow).toBe(true)
    await adopt(est, second)
    await adopt(est, second)
    // The same document, signed again: other bytes, and nothing new.
    await adopt(est, signedBy(est.registry.current().document, world.roots))
    await expect(adopt(est, world.registry)).rejects.toMatchObject({ code: 'registry-rollback' })
    const request = requestTo(['NLD'], world.clock.now, { agreement: agreementId })
    const denied = await packageAndSubmit(est, request)
    expect(denied.decision.grounds.map(({ code }) => code)).toEqual(['agreement-suspended'])
    await expect(packageAndSubmit(est, requestTo(['NLD'], world.clock.now))).rejects.toMatchObject({
      code: 'bad-request',
    })
    expect(await adoptions()).toEqual([1, 2])
    await composed.close()
    composed = await world.compose('EST')
    est = composed.gateway
    expect(est.directory().registry.document.version).toBe(2)
    expect(await adoptions()).toEqual([1, 2])
  })

  test('is caught up with when another replica adopted a version', async () => {
    const held = est.registry.current()
    const replica = { ...est, registry: holdRegistry(held) }
    await adopt(replica, next())
    expect(est.directory().registry.document.version).toBe(2)
    await catchUp(est)
    expect(est.directory().registry.document.version).toBe(3)
  })

  test('stops the gateway when it is stale, until there is a fresh one', async () => {
    const held = est.registry.current()
    world.clock.now = held.document.expires
    await expect(packageAndSubmit(est, requestTo(['NLD'], world.clock.now))).rejects.toMatchObject({
      code: 'registry-expired',
    })
    await adopt(est, next({ issued: world.clock.now, expires: world.clock.now + 86_400 }))
    expect(est.directory().registry.document.version).toBe(4)
  })
})
