/** Attacks below the request: slow, endless, lying and smuggled bytes. What is refused is refused early, and others are served. */
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { GatewayProcess } from '../../src/gateway-process.ts'
import { exchanges, exchanging, type Sent, signedRequest } from '../support/attacked.ts'
import { eachDatabase } from '../support/databases.ts'
import { limits, makeWorld, type World } from '../support/world.ts'

interface Attack {
  readonly name: string
  /** Of the answer; 0 where the connection is closed without one. */
  readonly status: number
  /** The head of a request and its body, with what a true signature over this body gives. */
  readonly head: (signed: Sent) => readonly string[]
  readonly body?: Uint8Array
  /** What is signed, when it is not what is sent. */
  readonly signed?: Uint8Array
  readonly ends?: true
}

const tooLarge = new Uint8Array(limits.maxEnvelopeBytes + 1)
const half = new Uint8Array(1000)
const chunkedBeyond = chunked(tooLarge)

const attacks: readonly Attack[] = [
  {
    name: 'a body is declared that is too large',
    status: 413,
    head: lengthOf(tooLarge.length),
    body: tooLarge,
    signed: tooLarge,
  },
  { name: 'chunks come beyond the limit', status: 413, head: encoded, body: chunkedBeyond, signed: tooLarge },
  {
    name: 'a body is declared that is too large, by nobody',
    status: 401,
    head: () => ['content-length: 999999999'],
  },
  {
    name: 'a body is declared larger than a number',
    status: 400,
    head: () => [`content-length: ${'9'.repeat(40)}`],
  },
  { name: 'fewer bytes are declared than come', status: 400, head: lengthOf(10), body: half, signed: half },
  {
    name: 'more bytes are declared than come',
    status: 400,
    head: lengthOf(2000),
    body: half,
    signed: half,
    ends: true,
  },
  { name: 'a length is below zero', status: 400, head: (sent) => [...fieldsOf(sent), 'content-length: -1'] },
  {
    name: 'two lengths are declared',
    status: 400,
    head: (sent) => [...fieldsOf(sent), 'content-length: 1', 'content-length: 1000'],
  },
  {
    name: 'a length and chunks are declared',
    status: 400,
    head: (sent) => [...encoded(sent), 'content-length: 5'],
  },
  {
    name: 'chunks are declared in two codings',
    status: 400,
    head: (sent) => [...fieldsOf(sent), 'transfer-encoding: chunked, identity'],
  },
  { name: 'a chunk has no length', status: 400, head: encoded, body: Buffer.from('zz\r\n') },
  {
    name: 'a field continues on the next line',
    status: 400,
    head: (sent) => [...fieldsOf(sent), 'x: 1', ' 2'],
  },
  {
    name: 'a field has a space before its colon',
    status: 400,
    head: (sent) => [...fieldsOf(sent), 'content-length : 5'],
  },
  {
    name: 'the fields take 64 KiB',
    status: 431,
    head: (sent) => [...fieldsOf(sent), `x: ${'x'.repeat(65_536)}`],
  },
  {
    name: 'there are two hosts, and nobody signed',
    status: 401,
    head: () => ['host: 127.0.0.1', 'host: elsewhere'],
  },
]

function fieldsOf({ headers }: Sent): readonly string[] {
  return Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`)
}

function lengthOf(length: number): Attack['head'] {
  return (sent) => [...fieldsOf(sent), `content-length: ${length}`]
}

function encoded(sent: Sent): readonly string[] {
  return [...fieldsOf(sent), 'transfer-encoding: chunked']
}

function chunked(body: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')])
}

eachDatabase('a listener under attack', ({ kind, fresh }) => {
  describe.runIf(kind === 'embedded')('by bytes', () => {
    let world: World
    let est: GatewayProcess
    let stopHonest: () => Promise<number>

    beforeAll(async () => {
      const parties = ['EST', 'NLD'].map((id) => ({ id, accreditation: 4 as const }))
      world = await makeWorld({ parties, database: fresh })
      est = await world.start('EST')
      await world.start('NLD')
      stopHonest = exchanging(est, 'NLD')
    })
    afterAll(() => world.end())

    const opened = (): Socket => {
      const socket = connect(world.party('NLD').exchangePort, '127.0.0.1')
      socket.on('error', () => undefined)
      onTestFinished(() => void socket.destroy())
      return socket
    }

    test.each(attacks)('$name: $status', async ({
      status,
      head,
      body = new Uint8Array(0),
      signed = body,
      ends,
    }) => {
      const socket = opened()
      const lines = head(signedRequest(world, 'EST', 'NLD', { body: signed }))
      const host = lines.some((line) => line.startsWith('host:')) ? [] : ['host: 127.0.0.1']
      socket.write(['POST /v1/envelopes HTTP/1.1', ...host, ...lines, '', ''].join('\r\n'))
      socket.write(body)
      if (ends === true) socket.end()
      expect(await firstStatus(socket)).toBe(status)
    })

    test('what is no HTTP is answered so, and closed', async () => {
      const socket = opened()
      socket.write(Buffer.from('16030100050100000100', 'hex'))
      expect(await firstStatus(socket)).toBe(400)
    })

    test.each([
      ['heads that never end', () => 'POST /v1/envelopes HTTP/1.1\r\nhost: x\r\nx: '],
      [
        'bodies that come byte by byte, by a true party',
        () => {
          const sent = signedRequest(world, 'EST', 'NLD', { body: half })
          return ['POST /v1/envelopes HTTP/1.1', 'host: x', ...lengthOf(half.length)(sent), '', ''].join(
            '\r\n',
          )
        },
      ],
    ])('two hundred connections with %s keep nobody from being served', async (_, begin) => {
      const slow = Array.from({ length: 200 }, opened)
      for (const socket of slow) socket.write(begin())
      const drip = setInterval(() => slow.forEach((socket) => socket.write('x')), 200)
      await exchanges(est, 'NLD')
      clearInterval(drip)
      // Nobody was answered, and so nobody was let in.
      expect(slow.filter(({ bytesRead }) => bytesRead > 0)).toEqual([])
    })

    test('honest envelopes arrived all the while', async () => {
      expect(await stopHonest()).toBeGreaterThan(0)
    })
  })
})

/** Of the first answer; 0 when there is none. */
function firstStatus(socket: Socket): Promise<number> {
  return new Promise((resolve) => {
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString()
      const status = /^HTTP\/1\.1 ([0-9]{3})/.exec(text)?.[1]
      if (status !== undefined) resolve(Number(status))
    })
    socket.on('close', () => resolve(0))
  })
}
