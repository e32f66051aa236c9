/** Attacks by a peer that is asked: nonsense, silence, floods and lies settle nothing, and the relay goes on with the others. */
import { createServer, type RequestListener, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toBase64 } from '../../protocol/bytes.ts'
import { packageAndSubmit } from '../../src/exchange/package.ts'
import { transferStatus } from '../../src/exchange/status.ts'
import type { GatewayProcess } from '../../src/gateway-process.ts'
import { exchanges } from '../support/attacked.ts'
import { eachDatabase } from '../support/databases.ts'
import { eventually } from '../support/eventually.ts'
import { requestTo } from '../support/request.ts'
import { limits, makeWorld, type World } from '../support/world.ts'

interface Attack {
  readonly name: string
  /** `receipt` is a true one, of another ledger. */
  readonly answer: (receipt: string) => RequestListener
  /** It is not asked again while others are. */
  readonly leftAlone?: true
}

const answering =
  (status: number, body: string, headers = {}): Attack['answer'] =>
  () =>
  (_, answer) =>
    answer.writeHead(status, headers).end(body)

const attacks: readonly Attack[] = [
  { name: 'nonsense', answer: answering(201, 'hello') },
  { name: 'JSON of another shape', answer: answering(201, '{"receipt":{"__proto__":1}}') },
  { name: 'a receipt of no ledger', answer: answering(201, `{"receipt":"${'AAAA'.repeat(100)}"}`) },
  {
    name: 'a receipt of another ledger',
    answer: (receipt) => (_, answer) => answer.writeHead(201).end(JSON.stringify({ receipt })),
  },
  { name: 'a refusal that there is not', answer: answering(403, '{"code":"constructor"}') },
  { name: 'a refusal with the status of another', answer: answering(404, '{"code":"policy-denied"}') },
  { name: 'a redirection', answer: answering(307, '', { location: 'http://127.0.0.1:1/v1/envelopes' }) },
  { name: 'nothing', answer: () => () => undefined },
  { name: 'a connection that breaks', answer: () => (incoming) => incoming.socket.destroy() },
  {
    name: 'an answer that breaks off',
    answer: () => (_, answer) => {
      answer.writeHead(201, { 'content-length': 1000 }).write('{')
      setTimeout(() => answer.destroy(), 10)
    },
  },
  {
    name: 'an answer without end',
    answer: () => (_, answer) => {
      const more = (): void => {
        while (!answer.destroyed && answer.write(Buffer.alloc(65_536, ' ')));
        if (!answer.destroyed) answer.once('drain', more)
      }
      more()
    },
  },
  {
    name: 'later',
    leftAlone: true,
    answer: answering(503, '{"code":"unavailable"}', { 'retry-after': '3600' }),
  },
  {
    name: 'less often',
    leftAlone: true,
    answer: answering(429, '{"code":"too-many-requests"}', { 'retry-after': '9999999' }),
  },
]

const hostile = attacks.map((attack, i) => ({ ...attack, id: `H${10 + i}` }))

eachDatabase('a relay under attack', ({ kind, fresh }) => {
  describe.runIf(kind === 'embedded')('by many peers at once', () => {
    let world: World
    let est: GatewayProcess
    /** By the peer: what was sent to it, how often it was asked. */
    const sent = new Map<string, string>()
    const asked = new Map<string, number>()
    const servers = new Map<string, Server>()

    beforeAll(async () => {
      const parties = ['EST', 'FRA', ...hostile.map(({ id }) => id)]
      world = await makeWorld({
        parties: parties.map((id) => ({ id, accreditation: 4 as const })),
        database: fresh,
      })
      await world.start('FRA')
      est = await world.start('EST', { limits: { ...limits, relayTimeoutSeconds: 1 } })
      const { receipt } = await packageAndSubmit(est.gateway, requestTo(['FRA'], world.clock.now))
      for (const { id, answer } of hostile) await open(id, answer(toBase64(receipt)))
      for (const { id } of hostile) {
        const request = requestTo([id], world.clock.now)
        sent.set(id, (await packageAndSubmit(est.gateway, request)).id)
      }
    })
    afterAll(async () => {
      for (const server of servers.values()) await close(server)
      await world.end()
    })

    const open = async (id: string, listener: RequestListener): Promise<void> => {
      const server = createServer((incoming, outgoing) => {
        if (incoming.url !== '/v1/envelopes') {
          outgoing.writeHead(404).end()
          return
        }
        asked.set(id, (asked.get(id) ?? 0) + 1)
        incoming.resume().on('end', () => {
          listener(incoming, outgoing)
        })
      })
      servers.set(id, server)
      await new Promise<void>((resolve) => server.listen(world.party(id).exchangePort, '127.0.0.1', resolve))
    }
    const relayOf = async (id: string) =>
      (await transferStatus(est.gateway, sent.get(id) ?? '', 'EST')).recipients[0]?.relay

    test('honest envelopes to others arrive meanwhile', async () => {
      for (let i = 0; i < 3; i++) await exchanges(est, 'FRA')
    })

    test.each(hostile)('$name settles nothing', async ({ id, leftAlone }) => {
      const often = leftAlone === true ? 1 : 2
      await eventually('the peer to be asked', () => ((asked.get(id) ?? 0) >= often ? true : undefined))
      expect(await relayOf(id)).toBe('waiting')
      if (leftAlone === true) expect(asked.get(id)).toBe(1)
    })

    test('and when the true gateway is back, it takes what waited', async () => {
      const [first] = hostile
      const id = first?.id ?? ''
      await close(servers.get(id))
      await world.start(id)
      const end = await eventually('the relay to end', async () =>
        (await relayOf(id)) === 'waiting' ? undefined : relayOf(id),
      )
      expect(end).toBe('done')
    })
  })
})

async function close(server: Server | undefined): Promise<void> {
  server?.closeAllConnections()
  await new Promise((resolve) => server?.close(resolve) ?? resolve(undefined))
}
