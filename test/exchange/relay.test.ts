/** What happens on the way between two gateways: nobody there, an answer that is lost, an end that never comes. */
import { createServer, request, type Server } from 'node:http'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { parseRecord } from '../../protocol/ledger/record.ts'
import type { Gateway } from '../../src/exchange/gateway.ts'
import { inbox } from '../../src/exchange/inbox.ts'
import { packageAndSubmit } from '../../src/exchange/package.ts'
import { transferStatus } from '../../src/exchange/status.ts'
import { type GatewayProcess, listen } from '../../src/gateway-process.ts'
import { eachDatabase } from '../support/databases.ts'
import { eventually } from '../support/eventually.ts'
import { requestTo } from '../support/request.ts'
import { limits, makeWorld, originOf, type World } from '../support/world.ts'

eachDatabase('a relay', ({ fresh }) => {
  let world: World
  let sender: GatewayProcess
  let est: Gateway
  let peer: GatewayProcess | undefined
  let lossy: Lossy | undefined

  beforeAll(async () => {
    const parties = [
      { id: 'EST', accreditation: 4 },
      { id: 'NLD', accreditation: 4 },
    ] as const
    world = await makeWorld({ parties, database: fresh })
    sender = await world.start('EST')
    est = sender.gateway
  })
  afterEach(async () => {
    await peer?.stop()
    lossy?.server.close()
  })
  afterAll(() => world.end())

  const relayOf = async (id: string) => (await transferStatus(est, id, 'EST')).recipients[0]
  const settled = (id: string) =>
    eventually('the relay to end', async () => {
      const recipient = await relayOf(id)
      return recipient?.relay === 'waiting' ? undefined : recipient
    })
  const entered = async ({ database }: Gateway, id: string) => {
    const rows = await database.selectFrom('ledger_entry').select('record').orderBy('index').execute()
    return rows
      .flatMap(({ record }) => (record === null ? [] : [parseRecord(record)]))
      .filter(({ transfer }) => transfer === id)
  }
  const waiting = async (gateway: Gateway) => {
    const query = { after: 0, limit: 100, waitSeconds: 0, signal: new AbortController().signal }
    return (await inbox(gateway, gateway.party, query)).items.map(({ id }) => id)
  }

  test('waits for a peer that is away, is there after a restart, and goes on when the peer is back', async () => {
    const sent = await packageAndSubmit(est, requestTo(['NLD'], world.clock.now))
    await eventually('some attempts', async () => {
      const rows = await est.database.selectFrom('outbox').select('attempts').execute()
      return rows.some(({ attempts }) => attempts > 1) ? true : undefined
    })
    expect(await relayOf(sent.id)).toMatchObject({ relay: 'waiting' })
    await sender.stop()
    sender = await world.start('EST')
    est = sender.gateway
    expect(await relayOf(sent.id)).toMatchObject({ relay: 'waiting' })
    peer = await world.start('NLD')
    expect(await settled(sent.id)).toMatchObject({ relay: 'done' })
    expect(await waiting(peer.gateway)).toContain(sent.id)
  })

  test('converges when the answer is lost: one entry there, one here, the same receipt', async () => {
    lossy = await losingFirstAnswer(world)
    peer = await behind(world, lossy)
    const sent = await packageAndSubmit(est, requestTo(['NLD'], world.clock.now))
    expect(await settled(sent.id)).toMatchObject({ relay: 'done' })
    const [first, second, ...more] = lossy.answers.map((answer): unknown => JSON.parse(answer))
    expect(first).toMatchObject({ id: sent.id, repeated: false })
    expect(second).toEqual({ ...(first as object), repeated: true })
    expect(more).toEqual([])
    expect((await entered(peer.gateway, sent.id)).map(({ event }) => event)).toEqual(['relay-acceptance'])
    const here = (await entered(est, sent.id)).map(({ event }) => event)
    expect(here).toEqual(['submission-acceptance', 'relay-acceptance'])
    expect((await waiting(peer.gateway)).filter((id) => id === sent.id)).toHaveLength(1)
  })

  test('ends as a failure when the envelope expires on the way', async () => {
    const sent = await packageAndSubmit(est, requestTo(['NLD'], world.clock.now, { expiresInSeconds: 60 }))
    world.clock.now += 61
    expect(await settled(sent.id)).toMatchObject({ relay: 'failed', code: 'expired' })
    const [, end] = await entered(est, sent.id)
    expect(end).toMatchObject({ event: 'relay-failure', detail: 'expired', to: ['NLD'] })
  })

  test('ends when the peer refuses for good, with its code', async () => {
    // The peer takes less than the sender's gateway does.
    peer = await world.start('NLD', { limits: { ...limits, maxEnvelopeBytes: 16_384 } })
    const many = Array.from({ length: 8 }, () => requestTo(['NLD'], world.clock.now).attestations).flat()
    const sent = await packageAndSubmit(est, requestTo(['NLD'], world.clock.now, { attestations: many }))
    expect(await settled(sent.id)).toMatchObject({ relay: 'refused', code: 'too-large' })
    const [, end] = await entered(est, sent.id)
    expect(end).toMatchObject({ event: 'relay-rejection', detail: 'too-large' })
  })
})

interface Lossy {
  readonly server: Server
  readonly answers: string[]
  readonly port: number
  behindPort: number
}

/** Stands at the address that the registry gives for NLD; hands everything on, and loses the first answer to an envelope. */
async function losingFirstAnswer(world: World): Promise<Lossy> {
  const { exchangePort } = world.party('NLD')
  const lossy: Lossy = { server: createServer(), answers: [], port: exchangePort, behindPort: 0 }
  lossy.server.on('request', (incoming, outgoing) => {
    const { method, url, headers } = incoming
    const place = { host: '127.0.0.1', port: lossy.behindPort, method, path: url, headers }
    const onward = request(place, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => {
        if (url === '/v1/envelopes') lossy.answers.push(Buffer.concat(chunks).toString())
        if (url === '/v1/envelopes' && lossy.answers.length === 1) {
          outgoing.destroy()
          return
        }
        outgoing.writeHead(answer.statusCode ?? 500, { 'content-type': answer.headers['content-type'] ?? '' })
        outgoing.end(Buffer.concat(chunks))
      })
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => lossy.server.listen(exchangePort, '127.0.0.1', resolve))
  return lossy
}

/** NLD's gateway on another port, which only the one in front knows. */
async function behind(world: World, lossy: Lossy): Promise<GatewayProcess> {
  const composed = await world.compose('NLD')
  const host = '127.0.0.1'
  const places = { agencyHost: host, agencyPort: 0, exchangeHost: host, exchangePort: 0 }
  const running = await listen(composed, { ...places, exchangeUrl: originOf(lossy.port) })
  lossy.behindPort = running.exchange.port
  return running
}
