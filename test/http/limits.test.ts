/** Answers for what the agency listener refuses for its size, its type or its form: in which words, and never in the caller's. */
import { once } from 'node:events'
import { type IncomingMessage, request as httpRequest } from 'node:http'
import { expect, test } from 'vitest'
import { maxRegistryBytes } from '../../protocol/registry.ts'
import type { Role } from '../../src/http/credentials.ts'
import { eachDatabase } from '../support/databases.ts'
import { fetchAsDocumented } from '../support/documented.ts'
import { withListeners } from '../support/listeners.ts'
import { signedBy } from '../support/registry.ts'
import { limits } from '../support/world.ts'

/** Stands in every request here, and must come back in none. */
const marker = 'Marker-4711'

interface Refusal {
  readonly name: string
  readonly method?: string
  readonly path: string
  readonly role?: Role
  readonly type?: string
  readonly body?: string | (() => ReadableStream)
  readonly status: number
  readonly code: string
  readonly detail?: string
}

const cose = 'application/cose'
const json = 'application/json'
const unknown = '0'.repeat(32)

const refusals: readonly Refusal[] = [
  {
    name: 'an envelope over the limit',
    path: '/v1/envelopes',
    type: cose,
    body: 'x'.repeat(limits.maxEnvelopeBytes + 1),
    status: 413,
    code: 'too-large',
    detail: `at most ${limits.maxEnvelopeBytes} bytes`,
  },
  {
    name: 'an envelope over the limit in chunks of unknown number',
    path: '/v1/envelopes',
    type: cose,
    body: endless,
    status: 413,
    code: 'too-large',
    detail: `at most ${limits.maxEnvelopeBytes} bytes`,
  },
  {
    name: 'a package over the limit in chunks',
    path: '/v1/packages',
    type: json,
    body: endless,
    status: 413,
    code: 'too-large',
    detail: `at most ${limits.maxEnvelopeBytes} bytes`,
  },
  {
    name: 'a registry over the limit',
    method: 'PUT',
    path: '/v1/registry',
    role: 'officer',
    type: cose,
    body: 'x'.repeat(maxRegistryBytes + 1),
    status: 413,
    code: 'too-large',
    detail: `at most ${maxRegistryBytes} bytes`,
  },
  {
    name: 'a registry at the limit that is none',
    method: 'PUT',
    path: '/v1/registry',
    role: 'officer',
    type: cose,
    body: 'x'.repeat(maxRegistryBytes),
    status: 400,
    code: 'malformed-cbor',
  },
  {
    name: 'an envelope as JSON',
    path: '/v1/envelopes',
    type: json,
    body: `"${marker}"`,
    status: 415,
    code: 'wrong-content-type',
    detail: 'application/cose expected',
  },
  {
    name: 'an acknowledgement as text',
    path: `/v1/envelopes/${unknown}/acknowledgement`,
    type: 'text/plain',
    body: marker,
    status: 415,
    code: 'wrong-content-type',
    detail: 'application/json or application/cose expected',
  },
  {
    name: 'an envelope that is not CBOR',
    path: '/v1/envelopes',
    type: cose,
    body: marker,
    status: 400,
    code: 'malformed-cbor',
  },
  {
    name: 'an envelope of no bytes',
    path: '/v1/envelopes',
    type: cose,
    body: '',
    status: 400,
    code: 'malformed-cbor',
  },
  {
    name: 'a package that is not JSON',
    path: '/v1/packages',
    type: json,
    body: `{ "${marker}": `,
    status: 400,
    code: 'bad-request',
    detail: '$: JSON in UTF-8 expected',
  },
  {
    name: 'a package with a member that the form has not',
    path: '/v1/packages',
    type: json,
    body: JSON.stringify({ ...packageForm(), [marker]: 1 }),
    status: 400,
    code: 'bad-request',
    detail: '$: no further members expected',
  },
  {
    name: 'a package without its label',
    path: '/v1/packages',
    type: json,
    body: JSON.stringify({ ...packageForm(), label: undefined }),
    status: 400,
    code: 'bad-request',
    detail: '$.label: object expected',
  },
  {
    name: 'a package with a recipient that is no party id',
    path: '/v1/packages',
    type: json,
    body: JSON.stringify({ ...packageForm(), recipients: ['EST', marker] }),
    status: 400,
    code: 'bad-request',
    detail: '$.recipients[1]: id of a party: ISO 3166-1 alpha-3, or an organisation’s code expected',
  },
  {
    name: 'a package with an identifier that there is not',
    path: '/v1/packages',
    type: json,
    body: JSON.stringify(withAttestation({ identifiers: { [marker]: 'x' } })),
    status: 400,
    code: 'bad-request',
    detail: '$.attestations[0].identifiers: no further members expected',
  },
  {
    name: 'an acknowledgement of an outcome that there is not',
    path: `/v1/envelopes/${unknown}/acknowledgement`,
    type: json,
    body: JSON.stringify({ outcome: marker }),
    status: 400,
    code: 'bad-request',
  },
  {
    name: 'a page of nothing',
    method: 'GET',
    path: '/v1/inbox?limit=0',
    role: 'read',
    status: 400,
    code: 'bad-request',
    detail: 'query.limit: at least 1 expected',
  },
  {
    name: 'a question that there is not',
    method: 'GET',
    path: `/v1/inbox?${marker}=1`,
    role: 'read',
    status: 400,
    code: 'bad-request',
    detail: 'query: no further members expected',
  },
  {
    name: 'an id that is none',
    method: 'GET',
    path: `/v1/envelopes/${marker}`,
    role: 'read',
    status: 400,
    code: 'bad-request',
  },
  {
    name: 'an unknown id',
    method: 'GET',
    path: `/v1/envelopes/${unknown}`,
    role: 'read',
    status: 404,
    code: 'not-found',
  },
  {
    name: 'a path that is no route',
    method: 'GET',
    path: `/${marker}`,
    role: 'read',
    status: 404,
    code: 'not-found',
  },
  {
    name: 'a method that the route has not',
    method: 'PATCH',
    path: '/v1/inbox',
    role: 'read',
    status: 404,
    code: 'not-found',
  },
]

function endless(): ReadableStream {
  const chunk = new TextEncoder().encode(marker.repeat(1000))
  let sent = 0
  return new ReadableStream({
    pull: (controller) => {
      sent += chunk.length
      if (sent > 2 * limits.maxEnvelopeBytes) controller.close()
      else controller.enqueue(chunk)
    },
  })
}

function packageForm() {
  const label = {
    ...{ policy: 'NATO', marking: 'NATO SECRET', at: '2026-01-01T00:00:00Z' },
    ...{ compartments: [], releasability: ['EST'], caveats: [] },
  }
  return { attestations: [attestationForm()], label, recipients: ['EST'], purpose: 'visit' }
}

function attestationForm() {
  const clearance = {
    ...{ scheme: 'NATO', level: 'NATO SECRET', categories: [], check: 'full', conditions: [], caveats: [] },
    ...{ granted: '2026-01-01T00:00:00Z', validUntil: '2036-01-01T00:00:00Z', legalBasis: 'law' },
  }
  return { subject: 'x', expiresAt: '2036-01-01T00:00:00Z', clearance, identifiers: {} }
}

function withAttestation(changes: object) {
  return { ...packageForm(), attestations: [{ ...attestationForm(), ...changes }] }
}

eachDatabase('agency listener', (databases) => {
  const listeners = withListeners(databases)

  test.each(refusals)('refuses $name as $code', async (refusal) => {
    const { agency, bearer } = listeners()
    const { method = 'POST', path, role = 'submit', type, body } = refusal
    const init = {
      method,
      headers: { ...bearer(role), ...(type !== undefined && { 'content-type': type }) },
      ...(body !== undefined && { body: typeof body === 'string' ? body : body(), duplex: 'half' }),
    }
    const response = await fetchAsDocumented(agency + path, init)
    const text = await response.text()
    expect(text).not.toContain(marker)
    expect(response.status).toBe(refusal.status)
    const { code, detail } = JSON.parse(text) as { readonly code: string; readonly detail?: string }
    expect(code).toBe(refusal.code)
    if (refusal.detail !== undefined) expect(detail).toBe(refusal.detail)
  })

  test('and of what was sent, the logger has seen nothing', () => {
    const { lines } = listeners()
    expect(lines.length).toBeGreaterThan(refusals.length)
    expect(lines.join('\n')).not.toContain(marker)
  })

  test('takes nobody’s body before it knows who asks, however large it may be', async () => {
    const { agency, exchange } = listeners()
    for (const origin of [agency, exchange]) {
      const headers = { expect: '100-continue', 'content-length': maxRegistryBytes, 'content-type': cose }
      const sending = httpRequest(`${origin}/v1/registry`, { method: 'PUT', headers })
      sending.on('error', () => undefined)
      sending.flushHeaders()
      const [answer] = (await once(sending, 'response')) as [IncomingMessage]
      expect(answer.statusCode).toBe(401)
      sending.destroy()
    }
  })

  test('takes a registry of ten thousand agreements, from a gateway as from an officer', async () => {
    const { world, gateway, agency, exchange, bearer, signed } = listeners()
    const [agreement] = world.document.agreements
    if (agreement === undefined) throw new Error('no agreement')
    const { document, documentDigest: previous } = gateway.registry.current()
    const title = 'Agreement of the one and the other on the mutual protection of what is classified'
    const agreements = Array.from({ length: 10_000 }, (_, i) => ({ ...agreement, id: `ALL-${i}`, title }))
    const next = signedBy({ ...document, version: 2, previous, agreements }, world.roots)
    expect(next.length).toBeGreaterThan(limits.maxEnvelopeBytes)
    const put = (origin: string, headers: Record<string, string>) =>
      fetchAsDocumented(`${origin}/v1/registry`, {
        method: 'PUT',
        headers: { ...headers, 'content-type': cose },
        body: new Uint8Array(next),
      })
    expect((await put(exchange, signed('NLD', 'PUT', '/v1/registry', next))).status).toBe(200)
    expect((await put(agency, bearer('officer'))).status).toBe(200)
    expect(gateway.registry.current().document.version).toBe(2)
  })
})
