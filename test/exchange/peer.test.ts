/** What a gateway believes of another's answers, how much of them it takes in, and when it leaves a peer alone. */
import { createServer, type RequestListener, type Server } from 'node:http'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { HeldSigningKey } from '../../keys/signing-key.ts'
import { createCircuits, delayAfter } from '../../src/exchange/peer/circuits.ts'
import { postToPeer } from '../../src/exchange/peer/peer.ts'
import { connectToPeers } from '../../src/exchange/peer/peer-connections.ts'
import { readPeerAnswer } from '../../src/exchange/peer/peer-answer.ts'

const taken = '{"receipt":"AQID","index":3}'
const problem = (code: string) => JSON.stringify({ type: `urn:pouch:problem:${code}`, code })

test.each([
  ['taken', 201, taken, { kind: 'taken', receipt: Uint8Array.of(1, 2, 3) }],
  ['taken before', 200, taken, { kind: 'taken', receipt: Uint8Array.of(1, 2, 3) }],
  ['taken without a receipt', 201, '{}', { kind: 'unsettled', away: false }],
  ['taken with what is no base64', 201, '{"receipt":"?"}', { kind: 'unsettled', away: false }],
  ['refused for good', 403, problem('policy-denied'), { kind: 'refused', code: 'policy-denied' }],
  ['refused with another status', 400, problem('policy-denied'), { kind: 'unsettled', away: false }],
  ['refused with an unknown code', 403, problem('nonsense'), { kind: 'unsettled', away: false }],
  ['refused with a name of Object', 403, problem('constructor'), { kind: 'unsettled', away: false }],
  ['refused for want of a newer registry', 403, problem('unknown-key'), { kind: 'unsettled', away: false }],
  ['not now', 503, problem('unavailable'), { kind: 'unsettled', away: true }],
  ['a fault', 500, problem('internal'), { kind: 'unsettled', away: false }],
  ['a proxy’s page', 502, '<html>', { kind: 'unsettled', away: true }],
  ['a redirection', 302, '', { kind: 'unsettled', away: false }],
] as const)('an answer is read: %s', (_, status, body, answer) => {
  expect(readPeerAnswer(status, body)).toEqual(answer)
})

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function answering(listener: RequestListener, timeoutMilliseconds: number) {
  const listening = createServer(listener)
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const address = listening.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const peers = connectToPeers()
  onTestFinished(() => peers.close())
  return postToPeer({
    peers,
    targetUri: `http://127.0.0.1:${port ?? 0}/v1/envelopes`,
    body: Uint8Array.of(1),
    key: HeldSigningKey.generate('ed25519'),
    now: 1_795_000_000,
    timeoutMilliseconds,
    stop: new AbortController().signal,
  })
}

const away = { kind: 'unsettled', away: true }

test('an answer without end is not taken in', async () => {
  let sent = 0
  const endless: RequestListener = (_, answer) => {
    const more = (): void => {
      while (!answer.destroyed && answer.write(Buffer.alloc(65_536))) sent += 65_536
      if (!answer.destroyed) answer.once('drain', more)
    }
    more()
  }
  expect(await answering(endless, 60_000)).toEqual(away)
  expect(sent).toBeLessThan(64 * 1024 * 1024)
})

test('an answer that drips is cut off', async () => {
  const dripping: RequestListener = (_, answer) => {
    const drip = setInterval(() => answer.write(' '), 10)
    answer.once('close', () => clearInterval(drip))
  }
  expect(await answering(dripping, 200)).toEqual(away)
})

test('a redirection is not followed', async () => {
  const elsewhere: RequestListener = (_, answer) => answer.writeHead(302, { location: '/elsewhere' }).end()
  expect(await answering(elsewhere, 60_000)).toEqual(away)
})

test('a request is signed and carries the bytes', async () => {
  const seen: unknown[] = []
  const listener: RequestListener = (incoming, answer) => {
    const { signature, 'content-type': type, 'signature-input': input } = incoming.headers
    incoming.on('data', (chunk: Buffer) => seen.push([...chunk]))
    incoming.on('end', () => {
      seen.push(type, typeof signature, typeof input)
      answer.writeHead(201).end(taken)
    })
  }
  expect(await answering(listener, 60_000)).toMatchObject({ kind: 'taken' })
  expect(seen).toEqual([[1], 'application/cose', 'string', 'string'])
})

test('a circuit opens at a failure, lets one through after its time, and closes at an answer', () => {
  const circuits = createCircuits({ firstMilliseconds: 100, longestMilliseconds: 1000 }, 8)
  expect(circuits.room('a', 0)).toBe(8)
  const first = circuits.failed('a', 0)
  expect(first).toBeGreaterThanOrEqual(50)
  expect(first).toBeLessThanOrEqual(100)
  expect(circuits.room('a', first - 1)).toBe(0)
  expect(circuits.room('b', 0)).toBe(8)
  // Requests that were under way together are one failure.
  expect(circuits.failed('a', 10)).toBe(first - 10)
  expect(circuits.room('a', first)).toBe(1)
  const second = circuits.failed('a', first)
  expect(second).toBeGreaterThanOrEqual(100)
  expect(second).toBeLessThanOrEqual(200)
  circuits.answered('a')
  expect(circuits.room('a', first)).toBe(8)
})

test('waiting doubles up to the longest, and never ends', () => {
  const backOff = { firstMilliseconds: 100, longestMilliseconds: 1000 }
  for (const failures of [4, 5, 50, 5000]) {
    const wait = delayAfter(failures, backOff)
    expect(wait).toBeGreaterThanOrEqual(400)
    expect(wait).toBeLessThanOrEqual(1000)
  }
})
