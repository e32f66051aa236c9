/** A gateway that starts on something unsound: it refuses, and says what is wrong. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rootsDigest } from '../../protocol/roots.ts'
import { packageAndSubmit } from '../../src/exchange/package.ts'
import { listen } from '../../src/gateway-process.ts'
import { eachDatabase } from '../support/databases.ts'
import { requestTo } from '../support/request.ts'
import { makeWorld, type World } from '../support/world.ts'

eachDatabase('a gateway', ({ fresh }) => {
  let world: World
  beforeAll(async () => {
    const parties = [
      { id: 'EST', accreditation: 4 },
      { id: 'NLD', accreditation: 4 },
    ] as const
    world = await makeWorld({ parties, database: fresh })
  })
  afterAll(() => world.end())

  test('does not start by another root than the pinned one', async () => {
    const registry = { pinnedRoots: '0'.repeat(64), files: [world.registry] }
    await expect(world.compose('EST', { registry })).rejects.toMatchObject({ code: 'untrusted-roots' })
  })

  test('does not start without a registry', async () => {
    const registry = { pinnedRoots: rootsDigest(world.document.roots), files: [] }
    await expect(world.compose('EST', { registry })).rejects.toMatchObject({ code: 'untrusted-roots' })
  })

  test('does not start as a party that the registry does not list', async () => {
    await expect(world.compose('EST', { party: 'LVA' })).rejects.toMatchObject({ code: 'unknown-party' })
  })

  test('does not start with a key that the registry does not list for its use', async () => {
    const { transport } = world.party('NLD')
    const keys = { transport, party: undefined }
    const refusal = expect.objectContaining({
      code: 'unknown-key',
      detail: expect.stringContaining(`transport key ${transport.id} of EST`) as string,
    }) as Error
    await expect(world.compose('EST', { keys })).rejects.toEqual(refusal)
  })

  test('does not listen at another address than the registry gives', async () => {
    const composed = await world.compose('EST')
    const host = '127.0.0.1'
    const places = { agencyHost: host, agencyPort: 0, exchangeHost: host, exchangePort: 0 }
    const elsewhere = listen(composed, { ...places, exchangeUrl: 'https://elsewhere.example' })
    await expect(elsewhere).rejects.toThrow('as the registry lists EST')
  })

  test('does not start on the database of another party', async () => {
    const database = await fresh()
    await (await world.compose('EST', { database })).close()
    const nld = world.compose('NLD', { database })
    await expect(nld).rejects.toMatchObject({ code: 'unknown-key' })
  })

  test('without keys of its party starts, and neither signs nor opens', async () => {
    const keys = { transport: world.party('NLD').transport, party: undefined }
    const { gateway } = await world.compose('NLD', { keys })
    await expect(packageAndSubmit(gateway, requestTo(['EST'], world.clock.now))).rejects.toMatchObject({
      code: 'forbidden',
    })
  })
})
