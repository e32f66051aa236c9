/** Answers for who may ask what: every route of each listener, without and with the wrong credential or signature. */
import { describe, expect, test } from 'vitest'
import { agencyOperations } from '../../src/http/agency-api.ts'
import { issueCredentials, revokeCredentials, type Role, roles } from '../../src/http/credentials.ts'
import { exchangeOperations } from '../../src/http/exchange-api.ts'
import type { Route } from '../../src/http/operation.ts'
import { eachDatabase } from '../support/databases.ts'
import { fetchAsDocumented } from '../support/documented.ts'
import { type Listeners, withListeners } from '../support/listeners.ts'

const unknown = '0'.repeat(32)

const inPlace: Readonly<Record<string, string>> = {
  '{id}': unknown,
  '{bundle}': '0',
  '{digest}': '0'.repeat(64),
  '{+path}': '0/000.p/1',
  '{second}': '2',
}

/** The route with something in place of its parameters. */
function requestFor({ method, path }: Route): { readonly method: string; readonly path: string } {
  const filled = path.replaceAll(/\{.+?\}/g, (name) => inPlace[name] ?? '1')
  return { method: method.toUpperCase(), path: filled }
}

/** The code of the refusal; `undefined` when it is none. */
async function refusalOf(url: string, init: RequestInit): Promise<string | undefined> {
  const response = await fetchAsDocumented(url, init)
  const text = await response.text()
  return response.ok ? undefined : (JSON.parse(text) as { readonly code: string }).code
}

eachDatabase('access', (databases) => {
  const listeners = withListeners(databases)

  describe('agency listener', () => {
    const routes = (gateway: Listeners['gateway']) => agencyOperations(gateway).map(({ route }) => route)

    test('without a credential nothing is open but health and the document', async () => {
      const { agency, gateway } = listeners()
      const open: string[] = []
      for (const route of routes(gateway)) {
        const { method, path } = requestFor(route)
        const code = await refusalOf(agency + path, { method })
        if (code === undefined) open.push(path)
        else expect(code, `${method} ${path}`).toBe('unauthenticated')
      }
      expect(open).toEqual(['/healthz', '/readyz', '/openapi.json'])
    })

    test('a credential opens the routes of its roles and no others', async () => {
      const { agency, gateway, bearer } = listeners()
      for (const route of routes(gateway)) {
        if (typeof route.access === 'string') continue
        const { method, path } = requestFor(route)
        for (const role of roles) {
          const code = await refusalOf(agency + path, { method, headers: bearer(role) })
          const place = `${method} ${path} as ${role}`
          if (route.access.includes(role)) expect(code, place).not.toBe('forbidden')
          else expect(code, place).toBe('forbidden')
        }
      }
    })

    test.each([
      ['a token of another form', 'Bearer x'],
      ['a scheme that is not Bearer', 'Basic eDp4'],
      ['a token that nobody issued', `Bearer pouch_${'0'.repeat(16)}_${'A'.repeat(43)}`],
    ])('%s is none', async (_, authorization) => {
      const answer = await fetchAsDocumented(`${listeners().agency}/v1/inbox`, { headers: { authorization } })
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="pouch"')
      await answer.body?.cancel()
    })

    test('a revoked credential is none from the next request on', async () => {
      const { agency, gateway, world } = listeners()
      const wanted = [{ name: 'leaving', roles: ['read'] satisfies Role[] }]
      const [issued] = await issueCredentials(gateway.database, wanted, world.clock.now)
      const headers = { authorization: `Bearer ${issued?.token ?? ''}` }
      expect(await refusalOf(`${agency}/v1/inbox`, { headers })).toBeUndefined()
      await revokeCredentials(gateway.database, [issued?.id ?? ''], world.clock.now)
      expect(await refusalOf(`${agency}/v1/inbox`, { headers })).toBe('unauthenticated')
    })

    test('a gateway’s signature opens nothing', async () => {
      const { agency, signed } = listeners()
      const headers = signed('EST', 'GET', '/v1/inbox')
      expect(await refusalOf(`${agency}/v1/inbox`, { headers })).toBe('unauthenticated')
    })
  })

  describe('exchange listener', () => {
    test('without a signature only what is signed in itself is open', async () => {
      const { exchange, gateway } = listeners()
      const open: string[] = []
      for (const { route } of exchangeOperations(gateway)) {
        const { method, path } = requestFor(route)
        const code = await refusalOf(exchange + path, { method })
        // Open also where what was asked for is not there, or what was sent is nothing.
        if (code !== 'unauthenticated') open.push(path)
      }
      expect(open).toEqual([
        '/v1/registry',
        '/v1/registry/1',
        '/v1/status/1',
        '/ledger/checkpoint',
        '/ledger/checkpoint/witnessed',
        '/ledger/tile/0/000.p/1',
        '/ledger/consistency/1/2',
        '/witness/add-checkpoint',
        '/witness/checkpoint',
        '/openapi.json',
      ])
    })

    test('the agency’s own routes are none, with any credential', async () => {
      const { exchange, gateway, bearer } = listeners()
      const shared = new Set(exchangeOperations(gateway).map(({ route }) => `${route.method} ${route.path}`))
      const own = agencyOperations(gateway).filter(
        ({ route }) => !shared.has(`${route.method} ${route.path}`),
      )
      expect(own.length).toBeGreaterThan(5)
      for (const { route } of own) {
        const { method, path } = requestFor(route)
        for (const role of roles) {
          expect(await refusalOf(exchange + path, { method, headers: bearer(role) })).toBe('not-found')
        }
      }
    })

    test('a signature is good once, for one request', async () => {
      const { exchange, signed } = listeners()
      const path = `/v1/envelopes/${unknown}`
      const headers = signed('NLD', 'GET', path)
      expect(await refusalOf(exchange + path, { headers })).toBe('not-found')
      expect(await refusalOf(exchange + path, { headers })).toBe('unauthenticated')
      const other = `/v1/envelopes/${'1'.repeat(32)}`
      expect(await refusalOf(exchange + other, { headers: signed('NLD', 'GET', path) })).toBe(
        'unauthenticated',
      )
    })

    test('a body that is not the one signed is refused', async () => {
      const { exchange, signed } = listeners()
      const headers = {
        ...signed('NLD', 'POST', '/v1/envelopes', Uint8Array.of(1)),
        'content-type': 'application/cose',
      }
      const init = { method: 'POST', headers, body: Uint8Array.of(2) }
      expect(await refusalOf(`${exchange}/v1/envelopes`, init)).toBe('unauthenticated')
    })
  })
})
