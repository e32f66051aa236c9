/** Answers for the client: an agency's whole side of an exchange over HTTP, on both databases, and refusals as typed errors. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toHex } from '../../protocol/bytes.ts'
import type { PartyId } from '../../protocol/names.ts'
import { Client } from '../../src/client/client.ts'
import { ProblemError } from '../../src/client/problem-error.ts'
import { issueCredentials } from '../../src/http/credentials.ts'
import type { InboxItemView } from '../../src/http/forms/inbox.ts'
import { eachDatabase } from '../support/databases.ts'
import { eventually } from '../support/eventually.ts'
import { requestTo, subject, surname } from '../support/request.ts'
import { makeWorld, originOf, type World } from '../support/world.ts'

eachDatabase('client', (databases) => {
  let world: World
  let est: Client
  let nld: Client

  beforeAll(async () => {
    const parties = ['EST', 'NLD'].map((id) => ({ id, accreditation: 4 as const }))
    world = await makeWorld({ parties, database: () => databases.fresh() })
    est = await clientOf('EST')
    nld = await clientOf('NLD')
  })
  afterAll(() => world.end())

  async function clientOf(party: PartyId): Promise<Client> {
    const { gateway, agency } = await world.start(party)
    const wanted = [{ name: 'system', roles: ['submit', 'read', 'auditor'] as const }]
    const [issued] = await issueCredentials(gateway.database, wanted, world.clock.now)
    return new Client({ url: originOf(agency.port), credential: issued?.token ?? '' })
  }

  async function first(items: AsyncIterable<InboxItemView>): Promise<InboxItemView> {
    for await (const item of items) return item
    throw new Error('the inbox ended')
  }

  async function allOf(items: AsyncIterable<InboxItemView>): Promise<readonly InboxItemView[]> {
    const all: InboxItemView[] = []
    for await (const item of items) all.push(item)
    return all
  }

  test('sends, receives, opens, acknowledges and proves', async () => {
    const following = first(nld.inbox({ follow: true }))
    const sent = await est.package(requestTo(['NLD'], world.clock.now))
    expect(sent).toMatchObject({ decision: { allow: true, level: 3 }, repeated: false })
    const item = await following
    expect(item).toMatchObject({ id: sent.id, issuer: 'EST', state: 'waiting', digest: sent.digest })

    const envelope = await nld.fetch(item.id)
    expect(envelope.length).toBe(item.bytes)
    const { attestations } = await nld.content(item.id)
    expect(attestations).toMatchObject([{ issuer: 'EST', subject, identifiers: { surname } }])

    expect(await nld.acknowledge(item.id, { outcome: 'opened' })).toMatchObject({ repeated: false })
    const acknowledged = await eventually('the acknowledgement', async () => {
      const { recipients } = await est.status(sent.id)
      return recipients[0]?.acknowledgement
    })
    expect(acknowledged).toEqual({ outcome: 'opened', at: world.clock.now })
    expect((await est.evidence(sent.id)).length).toBeGreaterThan(envelope.length)
    expect(toHex(await est.fetch(sent.id))).toBe(toHex(envelope))
  })

  test('an envelope sent again is answered as the first time', async () => {
    const sent = await est.package(requestTo(['NLD'], world.clock.now))
    const again = await est.submit(await est.fetch(sent.id))
    expect(again).toEqual({ ...sent, repeated: true })
  })

  test('a request with a key of its own is packaged once', async () => {
    const request = requestTo(['NLD'], world.clock.now)
    const [one, other] = await Promise.all([est.package(request, 'case-1'), est.package(request, 'case-1')])
    expect(other.id).toBe(one.id)
    const changed = { ...request, purpose: 'visit' }
    await expect(est.package(changed, 'case-1')).rejects.toMatchObject({ status: 409, code: 'reused-id' })
  })

  test('an inbox that is not followed ends, one that is ends when it is told to', async () => {
    const all = await allOf(nld.inbox())
    expect(all.length).toBeGreaterThan(0)
    const [, ...later] = all
    const rest = await allOf(nld.inbox({ after: all[0]?.cursor ?? 0 }))
    expect(rest.slice(0, later.length)).toEqual(later)
    const stop = new AbortController()
    const ended = allOf(est.inbox({ follow: true, signal: stop.signal }))
    setTimeout(() => stop.abort(), 100)
    expect(await ended).toEqual([])
  })

  describe('a refusal', () => {
    test('by the policy carries every ground, and the entry of the refusal', async () => {
      const request = requestTo(['NLD'], world.clock.now, { purpose: 'recruitment' })
      const refusal = await est.package(request).catch((error: unknown) => error)
      expect(refusal).toBeInstanceOf(ProblemError)
      expect(refusal).toMatchObject({
        code: 'policy-denied',
        status: 403,
        grounds: [{ code: 'purpose-not-covered', party: 'NLD', agreement: 'ALL-2020' }],
        entry: { id: expect.any(String) as string, index: expect.any(Number) as number },
      })
    })

    test('of any other kind carries its code and what to do next', async () => {
      await expect(est.fetch('0'.repeat(32))).rejects.toMatchObject({
        name: 'ProblemError',
        code: 'not-found',
        next: expect.stringContaining('Check the id') as string,
        grounds: [],
        entry: undefined,
      })
    })
  })

  test('printed, it does not show its credential', () => {
    expect(JSON.stringify(est)).not.toContain('pouch_')
  })
})
