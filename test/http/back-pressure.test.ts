/** Too much under way is told to the sender in time: 503 with a Retry-After that it can use, on both listeners. */
import { expect, test } from 'vitest'
import { directoryOf } from '../../protocol/directory.ts'
import { acceptFirst } from '../../protocol/registry.ts'
import { rootsDigest } from '../../protocol/roots.ts'
import { sealRequest } from '../../src/exchange/seal-request.ts'
import { issueCredentials } from '../../src/http/credentials.ts'
import { signRequest } from '../../src/http/message-signatures.ts'
import { eachDatabase } from '../support/databases.ts'
import { requestTo } from '../support/request.ts'
import { eventOf } from '../support/sequenced.ts'
import { limits, makeWorld, originOf, type World } from '../support/world.ts'

const parties = ['EST', 'NLD'].map((id) => ({ id, accreditation: 4 as const }))

eachDatabase('back-pressure', ({ kind, fresh }) => {
  // The embedded database has one connection, which the event that is held here would keep from every request.
  test.runIf(kind === 'postgresql')('is a 503 with the time after which to come back', async () => {
    const world = await makeWorld({ parties, database: fresh })
    const { gateway, agency, exchange } = await world.start('EST', {
      limits: { ...limits, waitingQueueLength: 1 },
    })
    const role = [{ name: 'sender', roles: ['submit'] as const }]
    const [credential] = await issueCredentials(gateway.database, role, world.clock.now)
    const holding = Promise.withResolvers<undefined>()
    const held = gateway.sequencer.push(
      eventOf('held', [{ writer: () => holding.promise.then(() => undefined), row: {} }]),
    )

    const path = '/v1/envelopes'
    const own = await sealedBy(world, 'EST', 'NLD')
    const toAgency = {
      'content-type': 'application/cose',
      authorization: `Bearer ${credential?.token ?? ''}`,
    }
    const theirs = await sealedBy(world, 'NLD', 'EST')
    const parts = { method: 'POST', targetUri: originOf(exchange.port) + path, body: theirs }
    const toExchange = {
      'content-type': 'application/cose',
      ...signRequest(parts, world.party('NLD').transport, world.clock.now),
    }
    await expectTooMuch(originOf(agency.port) + path, toAgency, own)
    await expectTooMuch(originOf(exchange.port) + path, toExchange, theirs)

    holding.resolve(undefined)
    expect(await held).toMatchObject({ repeated: false })
    const later = await post(originOf(agency.port) + path, toAgency, own)
    expect(later.status).toBe(201)
    await world.end()
  })
})

function post(url: string, headers: Readonly<Record<string, string>>, body: Uint8Array): Promise<Response> {
  return fetch(url, { method: 'POST', headers, body: new Uint8Array(body) })
}

async function expectTooMuch(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
): Promise<void> {
  const answer = await post(url, headers, body)
  expect(await answer.json()).toMatchObject({ code: 'unavailable', status: 503 })
  expect(answer.status).toBe(503)
  const seconds = Number(answer.headers.get('retry-after'))
  expect(seconds).toBeGreaterThanOrEqual(1)
  expect(seconds).toBeLessThanOrEqual(60)
}

async function sealedBy(world: World, from: string, to: string): Promise<Uint8Array> {
  const { now } = world.clock
  const registry = acceptFirst(world.registry, rootsDigest(world.document.roots))
  const directory = directoryOf(registry, now)
  return sealRequest(requestTo([to], now), {
    party: from,
    signing: world.party(from).signing,
    directory,
    now,
  })
}
