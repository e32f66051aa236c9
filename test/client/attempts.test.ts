/** Answers for trying again: what passes is tried until it settles, what settles is not, and the caller can end it. */
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { Client } from '../../src/client/client.ts'
import { requestTo } from '../support/request.ts'

type Reply = (response: ServerResponse) => void
const ends: (() => void)[] = []
afterEach(() => ends.splice(0).forEach((end) => end()))

/** A server that gives these replies in turn, the last of them for ever, and counts. */
async function scripted(...replies: readonly Reply[]) {
  const seen: (string | undefined)[] = []
  const server = createServer((request, response) => {
    const reply = replies[Math.min(seen.length, replies.length - 1)]
    seen.push(request.headers['idempotency-key'] as string | undefined)
    reply?.(response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => server.close().closeAllConnections())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const patience = { attempts: 3, firstPauseMilliseconds: 1, longestPauseMilliseconds: 20 }
  return { seen, client: new Client({ url, credential: 'x', patience, timeoutMilliseconds: 2000 }) }
}

const status =
  (code: number): Reply =>
  (response) =>
    response.writeHead(code, { 'retry-after': '0' }).end()
const breakOff: Reply = (response) => response.destroy()
const registry: Reply = (response) => response.end('registry')

test.each([
  ['unavailable', status(503)],
  ['a broken connection', breakOff],
  ['a gateway between that has lost its way', status(502)],
])('%s is tried again', async (_, reply) => {
  const { client, seen } = await scripted(reply, reply, registry)
  expect(new TextDecoder().decode(await client.registry())).toBe('registry')
  expect(seen.length).toBe(3)
})

test.each([[400], [401], [403], [404], [409], [413], [422], [500]])('%i is not', async (code) => {
  const { client, seen } = await scripted(status(code), registry)
  await expect(client.registry()).rejects.toMatchObject({
    name: 'ProblemError',
    status: code,
    code: 'unknown',
  })
  expect(seen.length).toBe(1)
})

test('there is an end to it, and the last refusal is what is thrown', async () => {
  const { client, seen } = await scripted(status(503))
  await expect(client.registry()).rejects.toMatchObject({ status: 503 })
  expect(seen.length).toBe(3)
})

test('all attempts of one package carry one key, and another package another', async () => {
  const { client, seen } = await scripted(breakOff, status(503))
  const request = requestTo(['NLD'], 1_800_000_000)
  await expect(client.package(request)).rejects.toMatchObject({ status: 503 })
  expect(seen.length).toBe(3)
  expect(new Set(seen).size).toBe(1)
  await expect(client.package(request)).rejects.toMatchObject({ status: 503 })
  expect(new Set(seen).size).toBe(2)
})
