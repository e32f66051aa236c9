/** Answers for bodies: bounded each and together, whatever their length is said to be, and given back when a client goes. */
import { once } from 'node:events'
import { createServer, request as httpRequest, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { toHex } from '../../protocol/bytes.ts'
import { Rejected } from '../../protocol/errors.ts'
import { type BodyBounds, bodyReader } from '../../src/http/body.ts'

const servers: Server[] = []
afterEach(() => servers.splice(0).forEach((server) => server.close().closeAllConnections()))

/** Answers each request with what is shown of its body, or with the code of its refusal, once `go` allows it. */
async function listening(
  bounds: BodyBounds,
  go: Promise<unknown> = Promise.resolve(),
  shown: (body: Uint8Array) => string = ({ length }) => String(length),
) {
  const read = bodyReader(bounds)
  const outcomes: string[] = []
  const server = createServer((incoming, outgoing) => {
    const answer = async (): Promise<string> => {
      try {
        return shown(await read({ incoming, outgoing }))
      } catch (error) {
        if (error instanceof Rejected) return error.code
        throw error
      }
    }
    void answer().then(async (outcome) => {
      outcomes.push(outcome)
      await go
      outgoing.end(outcome)
    })
  })
  servers.push(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, outcomes }
}

const bounds = { maxBytes: 1000, maxBytesHeld: 1500 }
async function post(port: number, body: BodyInit): Promise<string> {
  const init = { method: 'POST', body, duplex: 'half' }
  return (await fetch(`http://127.0.0.1:${port}`, init)).text()
}

function chunks(count: number, size: number): ReadableStream {
  return new ReadableStream({
    start: (controller) => {
      for (let i = 0; i < count; i++) controller.enqueue(new Uint8Array(size))
      controller.close()
    },
  })
}

describe('one body', () => {
  test.each([
    ['of no bytes', new Uint8Array(0), '0'],
    ['at the bound', new Uint8Array(1000), '1000'],
    ['one byte over it', new Uint8Array(1001), 'too-large'],
    ['in chunks, at the bound', chunks(10, 100), '1000'],
    ['in chunks, over it', chunks(11, 100), 'too-large'],
    ['in chunks, far over it', chunks(100, 1000), 'too-large'],
  ])('%s', async (_, body, outcome) => {
    const { port } = await listening(bounds)
    expect(await post(port, body)).toBe(outcome)
  })

  test.each([
    ['of declared length', true],
    ['in chunks', false],
  ])('that comes in pieces, %s, is the bytes that were sent, in a plain array', async (_, isDeclared) => {
    const shown = (body: Uint8Array) => `${body.constructor.name} ${toHex(body)}`
    const { port } = await listening(bounds, undefined, shown)
    const pieces = Array.from({ length: 5 }, (__, i) => Buffer.alloc(100 + i, i + 1))
    const whole = Buffer.concat(pieces)
    const headers = isDeclared ? { 'content-length': whole.length } : { 'transfer-encoding': 'chunked' }
    const sending = httpRequest({ port, method: 'POST', headers })
    const answered = once(sending, 'response')
    for (const piece of pieces) {
      sending.write(piece)
      await pause(10)
    }
    sending.end()
    const [answer] = (await answered) as [NodeJS.ReadableStream]
    expect(await text(answer)).toBe(`Uint8Array ${toHex(whole)}`)
  })

  test('that is said to be over the bound is refused before a byte of it is sent', async () => {
    const { port } = await listening(bounds)
    const sending = httpRequest({
      port,
      method: 'POST',
      headers: { 'content-length': 1001, expect: '100-continue' },
    })
    sending.on('error', () => undefined)
    sending.flushHeaders()
    const [answer] = (await once(sending, 'response')) as [NodeJS.ReadableStream]
    expect(String(await once(answer, 'data'))).toBe('too-large')
    sending.destroy()
  })

  test('that breaks off is a refusal and not a wait', async () => {
    const { port, outcomes } = await listening(bounds)
    const socket = connect(port)
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 500\r\n\r\nhalf')
    await pause(50)
    socket.destroy()
    await expect.poll(() => outcomes).toEqual(['bad-request'])
  })
})

describe('all bodies', () => {
  test('have one room, and give it back when they are answered', async () => {
    const gate = Promise.withResolvers<undefined>()
    const { port, outcomes } = await listening(bounds, gate.promise)
    const first = post(port, new Uint8Array(1000))
    await expect.poll(() => outcomes).toEqual(['1000'])
    const second = post(port, new Uint8Array(1000))
    await expect.poll(() => outcomes).toEqual(['1000', 'unavailable'])
    gate.resolve(undefined)
    expect(await Promise.all([first, second])).toEqual(['1000', 'unavailable'])
    expect(await post(port, new Uint8Array(1000))).toBe('1000')
  })

  test('give it back when their clients go away', async () => {
    const { port, outcomes } = await listening(bounds)
    for (const size of [900, 900, 900]) {
      const socket = connect(port)
      socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n${'x'.repeat(size)}`)
      await pause(50)
      socket.destroy()
      await pause(50)
    }
    expect(outcomes).toEqual(['bad-request', 'bad-request', 'bad-request'])
    expect(await post(port, new Uint8Array(1000))).toBe('1000')
  })
})
