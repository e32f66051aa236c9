/** The history of transfers: permitted and refused ones, found by who, what, why and when, page by page, for those who may. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PartyId } from '../../protocol/names.ts'
import { parseLabel } from '../../protocol/label.ts'
import { Client, type HistoryInput } from '../../src/client/client.ts'
import type { GatewayProcess } from '../../src/gateway-process.ts'
import { issueCredentials, type Role } from '../../src/http/credentials.ts'
import { eachDatabase } from '../support/databases.ts'
import { eventually } from '../support/eventually.ts'
import { requestTo } from '../support/request.ts'
import { makeWorld, originOf, type World } from '../support/world.ts'

eachDatabase('history', (databases) => {
  let world: World
  let est: Client
  let reader: Client
  let nld: Client
  let began: number
  const sent: string[] = []

  beforeAll(async () => {
    const parties = ['EST', 'NLD'].map((id) => ({ id, accreditation: 4 as const }))
    world = await makeWorld({ parties, database: () => databases.fresh() })
    est = await clientOf('EST', ['submit', 'read', 'officer'])
    nld = await clientOf('NLD', ['read', 'submit', 'auditor'])
    reader = await clientOf('EST', ['read'])
    began = world.clock.now
    for (let i = 0; i < 3; i++) sent.push((await est.package(requestTo(['NLD'], world.clock.now))).id)
    world.clock.now += 100
    const tooHigh = { label: parseLabel('NATO:COSMIC TOP SECRET//REL TO NLD', world.clock.now - 60) }
    await est.package(requestTo(['NLD'], world.clock.now, tooHigh)).catch(() => undefined)
    await eventually('arrival', async () => (await found(nld, {})).length === 3 || undefined)
  })
  afterAll(() => world.end())

  const started = new Map<PartyId, GatewayProcess>()
  async function clientOf(party: PartyId, roles: readonly Role[]): Promise<Client> {
    const process = started.get(party) ?? (await world.start(party))
    started.set(party, process)
    const wanted = [{ name: roles.join('-'), roles }]
    const [issued] = await issueCredentials(process.gateway.database, wanted, world.clock.now)
    return new Client({ url: originOf(process.agency.port), credential: issued?.token ?? '' })
  }

  async function found(client: Client, wanted: HistoryInput) {
    const lines = []
    for await (const line of client.history(wanted)) lines.push(line)
    return lines
  }

  test('tells the newest first, with what was refused and why', async () => {
    const lines = await found(est, { event: 'submission-acceptance' })
    expect(lines.map(({ transfer }) => transfer)).toEqual(sent.toReversed())
    const [refused, ...others] = await found(est, { outcome: 'refused' })
    expect(others).toEqual([])
    expect(refused).toMatchObject({ event: 'submission-rejection', from: 'EST', to: ['NLD'] })
    expect(refused?.marking).toBe('NATO:COSMIC TOP SECRET')
    expect(refused?.grounds).toEqual(['above-ceiling NLD: clearance'])
  })

  test.each<[string, HistoryInput, number]>([
    ['by ground', { ground: 'above-ceiling' }, 1],
    ['by another ground', { ground: 'no-agreement' }, 0],
    ['by a part of a code', { ground: 'above' }, 0],
    ['to a party', { to: 'NLD', event: 'submission-acceptance' }, 3],
    ['to nobody', { to: 'FRA' }, 0],
    ['of a sender that sent nothing', { from: 'NLD' }, 0],
    ['with a party', { party: 'NLD', outcome: 'refused' }, 1],
  ])('finds %s', async (_, wanted, count) => {
    expect(await found(est, wanted)).toHaveLength(count)
  })

  test('finds by time and by the beginning of an id', async () => {
    expect(await found(est, { since: began + 1, outcome: 'refused' })).toHaveLength(1)
    expect(await found(est, { until: began + 1, outcome: 'refused' })).toHaveLength(0)
    expect(await found(est, { since: began, event: 'submission-acceptance' })).toHaveLength(3)
    const lines = await found(est, { transfer: sent[0]?.slice(0, 12) ?? '' })
    expect(new Set(lines.map(({ transfer }) => transfer))).toEqual(new Set([sent[0]]))
    expect(lines.map(({ event }) => event)).toContain('relay-acceptance')
  })

  test('is for officers and auditors', async () => {
    await expect(found(reader, {})).rejects.toMatchObject({ status: 403 })
  })
})
