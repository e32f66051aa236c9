/** The operator's figures after an exchange in which one party is away: what they say is what happened. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Client } from '../../src/client/client.ts'
import { ProblemError } from '../../src/client/problem-error.ts'
import { holdEnvelope } from '../../src/exchange/envelopes-table.ts'
import type { Gateway } from '../../src/exchange/gateway.ts'
import { holdOutbox } from '../../src/exchange/outbox-table.ts'
import { suspend } from '../../src/exchange/suspension/suspensions.ts'
import type { GatewayProcess } from '../../src/gateway-process.ts'
import { issueCredentials, type Role, roles } from '../../src/http/credentials.ts'
import { readHead } from '../../src/ledger/head-table.ts'
import { eachDatabase } from '../support/databases.ts'
import { fetchAsDocumented } from '../support/documented.ts'
import { eventually } from '../support/eventually.ts'
import { parseExposition, type Scraped } from '../support/exposition.ts'
import { agreementId } from '../support/registry.ts'
import { requestTo } from '../support/request.ts'
import { makeWorld, originOf, type World } from '../support/world.ts'

const day = 86_400

eachDatabase('metrics', ({ fresh }) => {
  let world: World
  let est: Gateway
  let nld: GatewayProcess
  const tokens = new Map<string, string>()
  const token = (of: Gateway, role: Role) => tokens.get(`${of.party} ${role}`) ?? ''
  const credentialsAt = async (gateway: Gateway) => {
    const wanted = roles.map((role) => ({ name: role, roles: [role] }))
    const issued = await issueCredentials(gateway.database, wanted, world.clock.now)
    for (const [i, role] of roles.entries()) tokens.set(`${gateway.party} ${role}`, issued[i]?.token ?? '')
  }

  beforeAll(async () => {
    const parties = ['EST', 'NLD', 'NATO'].map((id) => ({ id, accreditation: 4 as const }))
    world = await makeWorld({ parties, database: fresh })
    est = (await world.start('EST')).gateway
    nld = await world.start('NLD')
    await credentialsAt(est)
    await credentialsAt(nld.gateway)
  })
  afterAll(() => world.end())

  const agency = (of: Gateway) => originOf(world.party(of.party).agencyPort)
  const client = (of: Gateway, role: Role) => new Client({ url: agency(of), credential: token(of, role) })
  const origin = (party: string) => ({ gateway: originOf(world.party(party).exchangePort) })
  const scrape = async (of = est): Promise<Scraped> => {
    const headers = { authorization: `Bearer ${token(of, 'officer')}` }
    const response = await fetchAsDocumented(`${agency(of)}/metrics`, { headers })
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    return parseExposition(await response.text())
  }
  const shown = (name: string, labels: Readonly<Record<string, string>>, value: number) =>
    eventually(`${name} to be ${value}`, async () => {
      const page = await scrape()
      return page.value(name, labels) === value ? page : undefined
    })

  test.each([
    [undefined, 401],
    ['submit', 403],
    ['read', 403],
    ['officer', 200],
    ['auditor', 200],
    ['monitor', 200],
  ] as const)('as %s: %i', async (role, status) => {
    const headers = role === undefined ? {} : { authorization: `Bearer ${token(est, role)}` }
    const response = await fetchAsDocumented(`${agency(est)}/metrics`, { headers })
    expect(response.status).toBe(status)
    await response.body?.cancel()
  })

  test('count every request by its operation, and every refusal by its code', async () => {
    const before = await scrape()
    const sender = client(est, 'submit')
    const { id } = await sender.package(requestTo(['NLD'], world.clock.now))
    const denied = sender.package(requestTo(['NLD'], world.clock.now, { purpose: 'recruitment' }))
    await expect(denied).rejects.toThrow(ProblemError)
    await eventually('the relay', async () => {
      const [recipient] = (await sender.status(id)).recipients
      return recipient?.relay === 'done' ? recipient : undefined
    })
    await client(nld.gateway, 'submit').acknowledge(id, { outcome: 'consigned' })
    await (await fetch(`${agency(est)}/nowhere`)).body?.cancel()
    const page = await shown(
      'pouch_http_requests_total',
      { listener: 'exchange', operation: 'acknowledge', status: '201' },
      1,
    )
    const sent = { listener: 'agency', operation: 'sendPackage' }
    expect(page.value('pouch_http_requests_total', { ...sent, status: '201' })).toBe(1)
    expect(page.value('pouch_http_requests_total', { ...sent, status: '403' })).toBe(1)
    expect(page.value('pouch_http_request_duration_seconds_count', sent)).toBe(2)
    const refused = { listener: 'agency', code: 'policy-denied' }
    expect(page.value('pouch_http_refusals_total', refused)).toBe(1)
    const lost = { listener: 'agency', operation: 'none', status: '404' }
    expect(page.value('pouch_http_requests_total', lost)).toBe(1)
    expect(before.value('pouch_http_requests_total', { ...sent, status: '201' })).toBeUndefined()
    const others = await scrape(nld.gateway)
    expect(others.value('pouch_http_requests_total', { ...sent, status: '201' })).toBeUndefined()
  })

  test('say how ledger, registry, witnesses and process stand', async () => {
    const size = async () => (await readHead(est.database))?.size ?? 0
    const least = await size()
    const page = await scrape()
    const entries = page.value('pouch_ledger_entries') ?? 0
    expect(entries >= least && entries <= (await size())).toBe(true)
    expect(page.value('pouch_ledger_damaged')).toBe(0)
    expect(page.value('pouch_ledger_events_under_way')).toBeGreaterThanOrEqual(0)
    expect(page.value('pouch_database_up')).toBe(1)
    expect(page.value('pouch_registry_version')).toBe(1)
    const registry = { what: 'registry', key_id: '' }
    expect(page.value('pouch_expires_in_seconds', registry)).toBe(world.document.expires - world.clock.now)
    expect(page.labelsOf('pouch_level_open', 'level')).toEqual(['0', '1', '2', '3', '4'])
    const heard = await shown('pouch_witness_silent', { party: 'NLD' }, 0)
    expect(heard.value('pouch_witness_cosignature_age_seconds', { party: 'NLD' })).toBe(0)
    expect(heard.value('pouch_witness_silent', { party: 'NATO' })).toBe(1)
    expect(heard.value('pouch_witness_cosignature_age_seconds', { party: 'NATO' })).toBeUndefined()
    expect(page.value('process_resident_memory_bytes')).toBeGreaterThan(1e7)
    expect(page.value('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0)
    const foreign = [...page.types.keys()].filter((name) => !/^(pouch|process|nodejs)_[a-z0-9_]+$/.test(name))
    expect(foreign).toEqual([])
  })

  test('say what waits for a party that is away, and who is late with a withdrawal', async () => {
    const sent = await client(est, 'submit').package(requestTo(['NATO'], world.clock.now))
    const request = { envelope: sent.id, kind: 'withdrawn', reason: 'review' } as const
    await client(est, 'officer').withdraw(request)
    await shown('pouch_outbox_waiting', origin('NATO'), 2)
    world.clock.now += 100
    const page = await shown('pouch_circuit_open', origin('NATO'), 1)
    expect(page.value('pouch_outbox_oldest_age_seconds', origin('NATO'))).toBe(100)
    expect(page.value('pouch_outbox_waiting', origin('NLD'))).toBe(0)
    expect(page.value('pouch_circuit_open', origin('NLD'))).toBe(0)
    expect(page.value('pouch_withdrawals_unacknowledged', { party: 'NATO' })).toBe(1)
    expect(page.value('pouch_withdrawals_late', { party: 'NATO' })).toBe(0)
    expect(page.value('pouch_withdrawals_unacknowledged', { party: 'NLD' })).toBe(0)
    expect(page.value('pouch_envelopes_held')).toBe(0)
    const name = { issuer: 'EST', id: sent.id }
    await est.database.transaction().execute(async (tx) => {
      await holdEnvelope(tx, name, 3)
      await holdOutbox(tx, name)
    })
    const held = await shown('pouch_outbox_waiting', origin('NATO'), 1)
    expect(held.value('pouch_envelopes_held')).toBe(1)
    expect(held.value('pouch_envelopes_held_oldest_age_seconds')).toBe(100)
    world.clock.now += day
    await shown('pouch_withdrawals_late', { party: 'NATO' }, 1)
    await suspend(est, agreementId, 'relations')
    const told = await shown('pouch_notices_undelivered', origin('NLD'), 0)
    expect(told.value('pouch_notices_undelivered', origin('NATO'))).toBe(1)
  })

  test('are there in trouble: damage, a registry that has expired', async () => {
    est.damage.found('entry 1')
    world.clock.now = world.document.expires + 10
    const page = await scrape()
    expect(page.value('pouch_ledger_damaged')).toBe(1)
    expect(page.value('pouch_expires_in_seconds', { what: 'registry', key_id: '' })).toBe(-10)
    expect(page.types.has('pouch_witness_silent')).toBe(false)
    expect(page.value('pouch_outbox_waiting', origin('NLD'))).toBe(0)
  })
})
