/** The test of a peer: everything holds, and each thing that does not is told by its name. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testPeer } from '../../src/exchange/peer/peer-test.ts'
import type { GatewayProcess } from '../../src/gateway-process.ts'
import { eachDatabase } from '../support/databases.ts'
import { makeWorld, type World } from '../support/world.ts'

eachDatabase('testing a peer', (databases) => {
  let world: World
  let est: GatewayProcess
  let nld: GatewayProcess

  beforeAll(async () => {
    const parties = ['EST', 'NLD', 'FRA'].map((id) => ({ id, accreditation: 4 as const }))
    world = await makeWorld({ parties, database: () => databases.fresh() })
    est = await world.start('EST')
    nld = await world.start('NLD')
  })
  afterAll(() => world.end())

  const outcomes = async (peer: string) =>
    new Map((await testPeer(est.gateway, peer)).findings.map((found) => [found.check, found.outcome]))

  test('all is well, by the party’s id and by its address', async () => {
    const tested = await testPeer(est.gateway, 'NLD')
    expect(tested).toMatchObject({ party: 'NLD', good: true })
    expect(tested.findings.map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/^answers in \d+ ms$/),
      'none, on the loopback',
      expect.stringMatching(/s from the clock here$/),
      'version 1, the same',
      'it takes this gateway’s signed requests',
      expect.stringMatching(/^\d+ entries, signed$/),
      expect.stringMatching(/^(continues the \d+ entries cosigned here|seen for the first time: .*)$/),
    ])
    expect(await testPeer(est.gateway, tested.gateway)).toMatchObject({ party: 'NLD', good: true })
  })

  test('a party that nobody knows is refused', async () => {
    await expect(testPeer(est.gateway, 'ZZZ')).rejects.toMatchObject({ code: 'unknown-party' })
    await expect(testPeer(est.gateway, 'https://elsewhere.example')).rejects.toMatchObject({
      code: 'unknown-party',
    })
  })

  test('a gateway that is not there: nothing after the connection is reached', async () => {
    const found = await outcomes('FRA')
    expect(found.get('connection')).toBe('fail')
    expect([...found.values()].filter((outcome) => outcome === 'not-reached')).toHaveLength(6)
  })

  test('a clock that is wrong', async () => {
    world.clock.now += 1000
    const found = await outcomes('NLD')
    world.clock.now -= 1000
    expect([...found].filter(([, outcome]) => outcome === 'fail').map(([check]) => check)).toEqual(['clock'])
  })

  test('what answers is no gateway: each check says so, and none of them breaks', async () => {
    const { port } = nld.exchange
    await nld.stop()
    const stranger = createServer((_, response) => response.end('hello')).listen(port, '127.0.0.1')
    await once(stranger, 'listening')
    const found = await outcomes('NLD')
    stranger.close()
    stranger.closeAllConnections()
    const failed = [...found].filter(([, outcome]) => outcome === 'fail').map(([check]) => check)
    expect(failed).toEqual(['registry', 'signature', 'ledger', 'consistency'])
  })
})
