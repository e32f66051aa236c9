/** What happens on the way between two gateways: nobody there, an answer that is lost, an end that never comes. */
import { createServer, request, type Server } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { listen } from '../../src/gateway-process.ts'
import type { Gateway } from '../../src/exchange/gateway.ts'
import { inbox } from '../../src/exchange/inbox.ts'
import { packageAndSubmit } from '../../src/exchange/package.ts'
import { transferStatus } from '../../src/exchange/status.ts'
import { parseRecord } from '../../protocol/ledger/record.ts'
import { eachDatabase } from '../support/databases.ts'
import { eventually } from '../support/eventually.ts'
import { requestTo } from '../support/request.ts'
import { makeWorld, originOf, type World } from '../support/world.ts'

eachDatabase('a relay', ({ fresh }) => {
  let world: World
  afterEach(() => world.end())

  const twoParties = async (): Promise<Gateway> => {
    const parties = [
      { id: 'EST', accreditation: 4 },
      { id: 'NLD', accreditation: 4 },
    ] as const
    world = await makeWorld({ parties, database: fresh })
    return (await world.start('EST')).gateway
  }
  const relayOf = async (gateway: Gateway, id: string) =>
    (await transferStatus(gateway, id, 'EST')).recipients[0]
  const settled = (gateway: Gateway, id: string) =>
    eventually('the relay to end', async () => {
      const recipient = await relayOf(gateway, id)
      return recipient?.relay === 'waiting' ? undefined : recipient
    })
  const entered = async ({ database }: Gateway, event: string) => {
    const rows = await database.selectFrom('ledger_entry').select('record').orderBy('index').execute()
    return rows
      .flatMap(({ record }) => (record === null ? [] : [parseRecord(record)]))
      .filter((record) => record.event === event)
  }
  const waiting = (gateway: Gateway) =>
    inbox(gateway, gateway.party, {
      after: 0,
      limit: 100,
      waitSeconds: 0,
      signal: new AbortController().signal,
    })

  test('waits for a peer that is away, and goes on when it is back', async () => {
    const est = await twoParties()
    const sent = await packageAndSubmit(est, requestTo(['NLD'], world.clock.now))
    await eventually('an attempt', async () => {
      const rows = await est.database.selectFrom('outbox').select('attempts').execute()
      return (rows[0]?.attempts ?? 0) > 1 ? true : undefined
    })
    expect(await relayOf(est, sent.id)).toMatchObject({ relay: 'waiting' })
    const nld = (await world.start('NLD')).gateway
    expect(await settled(est, sent.id)).toMatchObject({ relay: 'done' })
    expect((await waiting(nld)).items.map(({ id }) => id)).toEqual([sent.id])
  })

  test('converges when the answer is lost: one entry there, one here, the same receipt', async () => {
    const est = await twoParties()
    const lossy = await losingFirstAnswer(world)
    const { gateway: nld } = await behind(world, lossy)
    const sent = await packageAndSubmit(est, requestTo(['NLD'], world.clock.now))
    expect(await settled(est, sent.id)).toMatchObject({ relay: 'done' })
    expect(lossy.answers).toHaveLength(2)
    const [first, second] = lossy.answers.map((answer): unknown => JSON.parse(answer))
    expect(first).toMatchObject({ repeated: false })
    expect(second).toEqual({ ...(first as object), repeated: true })
    expect(await entered(nld, 'relay-acceptance')).toHaveLength(1)
    expect(await entered(est, 'relay-acceptance')).toHaveLength(1)
    expect((await waiting(nld)).items).toHaveLength(1)
    lossy.server.close()
  })

  test('ends as a failure when the envelope expires on the way', async () => {
    const est = await twoParties()
    const sent = await packageAndSubmit(est, requestTo(['NLD'], world.clock.now, { expiresInSeconds: 60 }))
    world.clock.now += 61
    expect(await settled(est, sent.id)).toMatchObject({ relay: 'failed', code: 'expired' })
    expect(await entered(est, 'relay-failure')).toMatchObject([
      { transfer: sent.id, detail: 'expired', to: ['NLD'] },
    ])
  })

  test('ends when the peer refuses for good, with its code', async () => {
    const est = await twoParties()
    // The peer takes less than the sender's gateway does.
    await world.start('NLD', { limits: { ...est.limits, maxEnvelopeBytes: 16_384, waitingQueueLength: 16 } })
    const many = Array.from({ length: 8 }, () => requestTo(['NLD'], world.clock.now).attestations).flat()
    const sent = await packageAndSubmit(est, requestTo(['NLD'], world.clock.now, { attestations: many }))
    expect(await settled(est, sent.id)).toMatchObject({ relay: 'refused', code: 'too-large' })
    expect(await entered(est, 'relay-rejection')).toMatchObject([{ transfer: sent.id, detail: 'too-large' }])
  })

  test('goes on after a restart with what was waiting', async () => {
    const parties = [
      { id: 'EST', accreditation: 4 },
      { id: 'NLD', accreditation: 4 },
    ] as const
    world = await makeWorld({ parties, database: fresh })
    const before = await world.start('EST')
    const sent = await packageAndSubmit(before.gateway, requestTo(['NLD'], world.clock.now))
    await before.stop()
    await world.start('NLD')
    const { gateway: est } = await world.start('EST')
    expect(await settled(est, sent.id)).toMatchObject({ relay: 'done' })
  })
})

interface Lossy {
  readonly server: Server
  readonly answers: string[]
  readonly port: number
  behindPort: number
}

/** Stands at the address that the registry gives for NLD; hands everything on, and loses the first answer. */
async function losingFirstAnswer(world: World): Promise<Lossy> {
  const { exchangePort } = world.party('NLD')
  const lossy: Lossy = { server: createServer(), answers: [], port: exchangePort, behindPort: 0 }
  lossy.server.on('request', (incoming, outgoing) => {
    const { method, url, headers } = incoming
    const onward = request(
      { host: '127.0.0.1', port: lossy.behindPort, method, path: url, headers },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () => {
          lossy.answers.push(Buffer.concat(chunks).toString())
          if (lossy.answers.length === 1) {
            outgoing.destroy()
            return
          }
          outgoing.writeHead(answer.statusCode ?? 500, {
            'content-type': answer.headers['content-type'] ?? '',
          })
          outgoing.end(Buffer.concat(chunks))
        })
      },
    )
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => lossy.server.listen(exchangePort, '127.0.0.1', resolve))
  return lossy
}

/** NLD's gateway on another port, which only the one in front knows. */
async function behind(world: World, lossy: Lossy) {
  const composed = await world.compose('NLD')
  const host = '127.0.0.1'
  const places = { agencyHost: host, agencyPort: 0, exchangeHost: host, exchangePort: 0 }
  const running = await listen(composed, { ...places, exchangeUrl: originOf(lossy.port) })
  lossy.behindPort = running.exchange.port
  return running
}
