/** Answers for listeners: they open on any free port, end waits and finish requests when they close, and can demand certificates. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Api, Env } from '../../src/http/mount.ts'
import { serve } from '../../src/http/serve.ts'
import { eachDatabase } from '../support/databases.ts'
import { withListeners } from '../support/listeners.ts'

const host = '127.0.0.1'

function answering(path: string, answer: () => Promise<Response>): Pick<Api, 'fetch'> {
  const api = new Hono<Env>().get(path, answer)
  return { fetch: (...given) => api.fetch(...given) }
}

test('a request that has begun is finished, and nothing new is taken', async () => {
  const api = answering('/slow', async () => {
    await pause(200)
    return new Response('finished')
  })
  const { port, stop } = await serve(api, { host, port: 0 })
  const begun = fetch(`http://${host}:${port}/slow`)
  await pause(50)
  const stopped = stop(5000)
  await expect(fetch(`http://${host}:${port}/slow`)).rejects.toThrow('fetch failed')
  expect(await (await begun).text()).toBe('finished')
  await stopped
})

test('a request that would not end is cut off when the grace is over', async () => {
  const api = answering('/', () => new Promise(() => undefined))
  const { port, stop } = await serve(api, { host, port: 0 })
  const begun = fetch(`http://${host}:${port}/`).catch(() => 'cut off')
  await pause(50)
  await stop(100)
  expect(await begun).toBe('cut off')
})

test('a connection on which nothing was asked is waited for by nobody', async () => {
  const patience = {
    ...{ headersTimeout: 60_000, requestTimeout: 60_000 },
    ...{ keepAliveTimeout: 60_000, connectionsCheckingInterval: 60_000 },
  }
  const { port, stop } = await serve(new Hono<Env>(), { host, port: 0, patience })
  const socket = connect(port, host).on('error', () => undefined)
  await pause(50)
  const gone = new Promise((resolve) => socket.resume().on('close', resolve))
  await stop(60_000)
  await gone
}, 10_000)

test.each([
  ['head', 'GET / HTTP/1.1\r\nx: '],
  ['body', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n'],
])('a %s that comes too slowly is cut off', async (_, begin) => {
  const api = new Hono<Env>().post('/', async (c) => c.text(await c.req.text()))
  const patience = {
    ...{ headersTimeout: 200, requestTimeout: 400 },
    ...{ keepAliveTimeout: 1000, connectionsCheckingInterval: 50 },
  }
  const { port, stop } = await serve(api, { host, port: 0, patience })
  const socket = connect(port, host).on('error', () => undefined)
  socket.write(begin)
  const drip = setInterval(() => socket.write('x'), 20)
  await new Promise((resolve) => socket.resume().on('close', resolve))
  clearInterval(drip)
  await stop(0)
})

test('a port that is taken is an error and not a wait', async () => {
  const api = answering('/', () => Promise.resolve(new Response()))
  const { port, stop } = await serve(api, { host, port: 0 })
  await expect(serve(api, { host, port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await stop(0)
})

eachDatabase('closing', (databases) => {
  const listeners = withListeners(databases)

  test('a wait for news is answered at once, with an empty page', async () => {
    const { agency, bearer, process } = listeners()
    const waiting = fetch(`${agency}/v1/inbox?wait=60`, { headers: bearer('read') })
    await pause(300)
    const began = performance.now()
    const stopped = process.stop()
    expect(await (await waiting).json()).toEqual({ items: [], next: 0 })
    await stopped
    expect(performance.now() - began).toBeLessThan(4000)
  })
})

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
if (!hasOpenssl) console.warn('skipped: TLS, because there is no openssl here to make certificates')

describe.skipIf(!hasOpenssl)('TLS', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'pouch-tls-'))
  const file = (name: string) => path.join(folder, name)
  const certificate = (name: string): void => {
    const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '1']
    const files = ['-keyout', file(`${name}.key`), '-out', file(`${name}.pem`)]
    const kind = ['req', '-x509', '-newkey', 'ed25519', '-noenc']
    execFileSync('openssl', [...kind, ...files, ...subject], { stdio: 'ignore' })
  }
  const read = (name: string) => readFileSync(file(name))
  beforeAll(() => ['server', 'client', 'stranger'].forEach(certificate))
  afterAll(() => rmSync(folder, { recursive: true }))

  test('with client authorities only their clients are let in', async () => {
    const tls = {
      key: read('server.key'),
      certificate: read('server.pem'),
      clientAuthorities: read('client.pem'),
    }
    const { port, stop } = await serve(
      new Hono<Env>().get('/', (c) => c.text('in')),
      { host, port: 0, tls },
    )
    const ask = (client: object): Promise<string> =>
      new Promise((resolve, reject) => {
        request({ host, port, ca: read('server.pem'), agent: false, ...client }, (response) => {
          response.setEncoding('utf8').on('data', resolve)
        })
          .on('error', reject)
          .end()
      })
    expect(await ask({ key: read('client.key'), cert: read('client.pem') })).toBe('in')
    await expect(ask({})).rejects.toThrow()
    await expect(ask({ key: read('stranger.key'), cert: read('stranger.pem') })).rejects.toThrow()
    await stop(100)
  })
})
