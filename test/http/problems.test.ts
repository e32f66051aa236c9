/** Answers for refusals over HTTP: the code, its status, what to do next, and nothing of our side. */
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, test } from 'vitest'
import { type Code, Rejected, refusals } from '../../protocol/errors.ts'
import { problemMediaType } from '../../src/http/forms/problem.ts'
import { acceptSignature } from '../../src/http/message-signatures.ts'
import { onError, onNotFound, problemOf, respond } from '../../src/http/problems.ts'
import { createLogger } from '../../src/logger.ts'

const codes = Object.keys(refusals) as Code[]

function gateway(
  thrown: unknown,
  challenge: Record<string, string> = { 'www-authenticate': 'Bearer realm="pouch"' },
) {
  const written: string[] = []
  const logger = createLogger('debug', { write: (line) => void written.push(line) })
  const options = { logger, listener: 'agency', challenge } as const
  const app = new Hono()
  app.post('/v1/envelopes/:id', () => {
    throw thrown
  })
  app.onError(onError(options))
  app.notFound(onNotFound(options))
  return { ask: (path = '/v1/envelopes/abc') => app.request(path, { method: 'POST' }), written }
}

describe('a refusal', () => {
  test.each(codes)('%s is a problem with its status, title and next step', async (code) => {
    const response = await gateway(new Rejected(code)).ask()
    expect(response.status).toBe(refusals[code].status)
    expect(response.headers.get('content-type')).toBe(problemMediaType)
    expect(await response.json()).toEqual({
      type: `urn:pouch:problem:${code}`,
      title: refusals[code].title,
      status: refusals[code].status,
      code,
      next: refusals[code].next,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
    })
  })

  test('shows its detail where it speaks of the caller’s message alone', () => {
    expect(problemOf(new Rejected('malformed-structure', '$.label: map expected'), 'id').detail).toBe(
      '$.label: map expected',
    )
    for (const code of [
      'cannot-open',
      'unknown-party',
      'revoked-key',
      'bad-signature',
      'not-found',
      'forbidden',
    ] as const) {
      expect(problemOf(new Rejected(code, 'of our side'), 'id')).not.toHaveProperty('detail')
    }
  })

  test('as unavailable says when to come again', async () => {
    const response = await gateway(new Rejected('unavailable')).ask()
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  test('as unauthenticated says what would be accepted', async () => {
    const agency = await gateway(new Rejected('unauthenticated')).ask()
    expect(agency.headers.get('www-authenticate')).toBe('Bearer realm="pouch"')
    const exchange = await gateway(new Rejected('unauthenticated'), {
      'accept-signature': acceptSignature,
    }).ask()
    expect(exchange.headers.get('accept-signature')).toBe(acceptSignature)
    expect((await gateway(new Rejected('forbidden')).ask()).headers.get('www-authenticate')).toBeNull()
  })

  test('can carry more, such as grounds, which never replace its own members', async () => {
    const problem = problemOf(new Rejected('policy-denied'), 'id')
    const response = respond(problem, {}, { grounds: ['above-ceiling'], status: 200, code: 'x' })
    expect(await response.json()).toEqual({ ...problem, grounds: ['above-ceiling'] })
    expect(response.status).toBe(403)
  })

  test.each([
    [413, 'too-large'],
    [400, 'bad-request'],
  ] as const)('of the framework with status %i is %s', async (status, code) => {
    const response = await gateway(new HTTPException(status, { message: 'the framework’s words' })).ask()
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({ code, status })
    expect(text).not.toContain('framework')
  })

  test('is logged by its code, with the route and not the path', async () => {
    const { ask, written } = gateway(new Rejected('expired', 'a detail'))
    const { requestId } = (await (await ask('/v1/envelopes/5ec5ec')).json()) as { requestId: string }
    expect(written).toHaveLength(1)
    expect(JSON.parse(written[0] ?? '')).toMatchObject({
      event: 'request-refused',
      requestId,
      listener: 'agency',
      method: 'POST',
      route: '/v1/envelopes/:id',
      status: 422,
      code: 'expired',
    })
    expect(written[0]).not.toContain('5ec5ec')
  })
})

describe('our own fault', () => {
  const secret = 'postgresql://pouch:hunter2@db/pouch'
  const faults = [
    new Error(secret),
    new TypeError('undefined is not a function', { cause: new Error(secret) }),
    new HTTPException(401, { message: secret }),
    Object.assign(new Error(secret), { status: 418, code: secret, detail: secret, title: secret }),
  ]

  test.each(faults)('is a 500 with a request id and nothing else: %s', async (fault) => {
    const { ask, written } = gateway(fault)
    const response = await ask()
    const text = await response.text()
    expect(response.status).toBe(500)
    const { requestId, ...rest } = JSON.parse(text) as Record<string, unknown>
    expect(rest).toEqual({
      type: 'urn:pouch:problem:internal',
      title: 'The gateway failed',
      status: 500,
      code: 'internal',
      next: expect.any(String) as unknown,
    })
    expect(JSON.parse(written[0] ?? '')).toMatchObject({
      event: 'request-failed',
      level: 50,
      requestId,
      status: 500,
    })
    for (const shown of [text, ...written]) expect(shown).not.toMatch(/hunter2|undefined is not/)
  })
})

test('a path that is no route is not found, as is a thing that is not for the caller', async () => {
  const response = await gateway(new Rejected('not-found')).ask('/v2/nothing')
  expect(response.status).toBe(404)
  expect(await response.json()).toMatchObject({ code: 'not-found', next: refusals['not-found'].next })
})
