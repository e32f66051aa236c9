/** Agreements that ask for more: what must be stated goes on record, and what is counted is not exceeded, however many come at once. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Kysely, sql } from 'kysely'
import { parseRecord } from '../../protocol/ledger/record.ts'
import { beginReplay } from '../../protocol/ledger/replay.ts'
import { policyVersion } from '../../protocol/policy/inputs.ts'
import { up } from '../../src/database/migrations/0010-transfers.ts'
import type { Gateway } from '../../src/exchange/gateway.ts'
import { isEarned } from '../../src/exchange/earned.ts'
import { findEnvelope } from '../../src/exchange/envelopes-table.ts'
import { inbox } from '../../src/exchange/inbox.ts'
import type { PackageRequest } from '../../src/exchange/package-request.ts'
import { packageAndSubmit } from '../../src/exchange/package.ts'
import { deliver } from '../../src/exchange/deliver.ts'
import type { Submission } from '../../src/exchange/submission.ts'
import { submit } from '../../src/exchange/submit.ts'
import { withdraw } from '../../src/exchange/withdrawal/withdraw.ts'
import { createKnownWitnessed } from '../../src/ledger/witnessing/known.ts'
import { eventually } from '../support/eventually.ts'
import { eachDatabase } from '../support/databases.ts'
import { agreementAmong, agreementId, witnessedBy } from '../support/registry.ts'
import { requestTo } from '../support/request.ts'
import { makeWorld, type World } from '../support/world.ts'

const hour = 3600
const counting = 'COUNTING-2027'
const stating = 'STATING-2027'
const justification = {
  needToKnow: 'visit-2027-114',
  legalBasis: 'Art-4',
  reader: { clearance: 3, nationalities: ['LVA', 'NLD'] },
} as const

eachDatabase('an agreement', ({ kind, fresh }) => {
  let world: World
  let est: Gateway

  beforeAll(async () => {
    const parties = ['EST', 'LVA', 'NLD'].map((id) => ({ id, accreditation: 4 as const }))
    world = await makeWorld({
      parties,
      database: fresh,
      edit: (document) => {
        const ids = parties.map(({ id }) => id)
        const plain = agreementAmong(ids, document.issued)
        const aggregation = [
          { category: 'visit', period: 10 * hour, count: 1, level: 4 as const },
          { category: 'clearance', period: hour, count: 6, level: 4 as const },
        ]
        const stated = { needToKnow: true, legalBases: ['Art-4'], nationals: ids }
        const further = [
          { ...plain, id: counting, aggregation },
          { ...plain, id: stating, ...stated },
        ]
        const { witnessing } = witnessedBy(ids, [0, 0, 0, 0, 1])(document)
        return {
          ...document,
          ...(witnessing && { witnessing }),
          agreements: [...document.agreements, ...further],
        }
      },
    })
    est = (await world.compose('EST')).gateway
  })
  afterAll(() => world.end())

  const send = (to: readonly string[], changes: Partial<PackageRequest>, gateway = est) =>
    packageAndSubmit(gateway, requestTo(to, world.clock.now, changes))
  const records = async ({ database }: Gateway) => {
    const rows = await database.selectFrom('ledger_entry').select('record').orderBy('index').execute()
    return rows.flatMap(({ record }) => (record === null ? [] : [parseRecord(record)]))
  }
  const replayed = async (gateway: Gateway) => {
    const replaying = beginReplay([gateway.registry.current()], gateway.party)
    for (const [index, record] of (await records(gateway)).entries()) replaying.read(index, record)
    return replaying.result()
  }
  const countsOf = (gateway: Gateway) =>
    gateway.database.selectFrom('transfers').selectAll().orderBy('recipient').orderBy('at').execute()

  test('has what it asks for stated, entered, shown to the recipient, and decided again there', async () => {
    const bare = await send(['NLD'], { agreement: stating })
    expect(bare.decision.grounds.map(({ code }) => code)).toEqual([
      'legal-basis-not-covered',
      'nationality-not-covered',
      'need-to-know-not-stated',
    ])
    const sent = await send(['NLD'], { agreement: stating, justification })
    expect(sent.decision.allow).toBe(true)
    expect((await records(est))[sent.index]).toMatchObject({
      policy: policyVersion,
      decision: { allow: true, justification, inputs: expect.any(Uint8Array) as unknown },
    })
    const nld = (await world.compose('NLD')).gateway
    const arrived = await submit(nld, await deliver(est, sent.id, 'EST'), { kind: 'exchange', party: 'EST' })
    expect((await records(nld))[arrived.index]?.decision).toMatchObject({ allow: true, justification })
    const page = { after: 0, limit: 10, waitSeconds: 0, signal: new AbortController().signal }
    expect((await inbox(nld, 'NLD', page)).items).toMatchObject([{ id: sent.id, justification }])
    expect(await replayed(nld)).toMatchObject({ decisions: 1, differences: [] })
  })

  test('of a request under one key: with something else stated it is another request', async () => {
    const request = (needToKnow: string) =>
      packageAndSubmit(
        est,
        requestTo(['NLD'], world.clock.now, { agreement: agreementId, justification: { needToKnow } }),
        'visit-114',
      )
    await request('one')
    expect((await request('one')).repeated).toBe(true)
    await expect(request('two')).rejects.toMatchObject({ code: 'reused-id' })
  })

  test('that counts is not exceeded by 32 at once, by whichever replica and whatever else is sent', async () => {
    world.clock.now += 2 * hour
    const gateways = [est]
    if (kind === 'postgresql') gateways.push((await world.compose('EST')).gateway)
    const before = (await records(est)).length
    const answers = await Promise.all(
      Array.from({ length: 32 }, (_, i) =>
        send(
          i % 8 === 7 ? ['LVA'] : ['NLD'],
          { agreement: i % 16 === 3 ? agreementId : counting },
          gateways[i % gateways.length],
        ),
      ),
    )
    expect(answers.every(({ repeated }) => !repeated)).toBe(true)
    const entered = (await records(est)).slice(before)
    const toNld = entered.filter(({ to }) => to?.includes('NLD'))
    let permitted = 0
    for (const { agreement, decision } of toNld) {
      if (agreement === counting) {
        expect(decision?.counted).toEqual(new Map([['NLD', [0, Math.min(5, permitted)]]]))
        expect(decision?.allow).toBe(permitted < 5)
      } else expect(decision).not.toHaveProperty('counted')
      if (decision?.allow === true) permitted += 1
    }
    expect(entered).toHaveLength(32)
    const underIt = (to: string) =>
      entered.filter(
        ({ agreement, decision, ...record }) =>
          agreement === counting && decision?.allow === true && record.to?.includes(to) === true,
      ).length
    expect([3, 4, 5]).toContain(underIt('NLD'))
    expect(underIt('LVA')).toBe(4)
    console.info(`${underIt('NLD')} of 26 permitted, by ${gateways.length} gateways (${kind})`)
    expect((await replayed(est)).differences).toEqual([])
  })

  test('that counts begins again after its period, and counts each recipient for itself', async () => {
    world.clock.now += hour
    const both = await send(['LVA', 'NLD'], { agreement: counting })
    expect(both.decision).toMatchObject({ allow: true, level: 3 })
    expect((await records(est))[both.index]?.decision?.counted).toEqual(
      new Map([
        ['LVA', [0, 0]],
        ['NLD', [0, 0]],
      ]),
    )
    for (let i = 0; i < 4; i++) await send(['NLD'], { agreement: counting })
    const last = await send(['LVA', 'NLD'], { agreement: counting })
    expect(last.decision.grounds.map(({ code, party }) => [code, party])).toEqual([['above-ceiling', 'NLD']])
    expect((await replayed(est)).differences).toEqual([])
  })

  test('that counts lets out after a restart what it let out before, on the counts that the ledger holds', async () => {
    world.clock.now += 2 * hour
    const { id } = await send(['NLD'], { agreement: counting })
    const bytes = await deliver(est, id, 'EST')
    const started = { ...est, witnessed: createKnownWitnessed(est) }
    const envelope = await findEnvelope(est.database, 'EST', id)
    if (envelope === undefined) throw new Error('it was entered')
    expect(await isEarned(started, envelope, bytes)).toBe(true)
    // With another entry's counts nothing is proven: it counts as too many, and waits for a witness.
    const other = (await send(['NLD'], { agreement: counting })).id
    const wrong = await findEnvelope(est.database, 'EST', other)
    const forged = { ...envelope, entry_key: wrong?.entry_key ?? '' }
    expect(await isEarned({ ...started, witnessed: createKnownWitnessed(est) }, forged, bytes)).toBe(false)
  })

  test('counts what was permitted before there was anything to count', async () => {
    const counted = await countsOf(est)
    expect(counted.length).toBeGreaterThan(10)
    await sql`drop table transfers`.execute(est.database)
    await up(est.database as Kysely<unknown>)
    expect(await countsOf(est)).toEqual(counted)
  })

  test('that counts lets a withdrawal out when nothing else may go, and goes on counting without it', async () => {
    world.clock.now += 2 * hour
    const sent: Submission[] = []
    for (let i = 0; i < 4; i++) sent.push(await send(['NLD'], { agreement: counting }))
    const withdrawn = async (of: number) => {
      const envelope = sent[of]?.id ?? ''
      const before = (await records(est)).length
      await withdraw(est, { envelope, kind: 'withdrawn', reason: 'review' })
      return eventually('the withdrawal to go out', async () =>
        (await records(est)).slice(before).find(({ messageType }) => messageType === 'clearance.withdrawal'),
      )
    }
    const noneCounted = { decision: { allow: true, counted: new Map([['NLD', [0, 0]]]) } }
    expect(await withdrawn(0)).toMatchObject(noneCounted)
    const fifth = await send(['NLD'], { agreement: counting })
    expect((await records(est))[fifth.index]?.decision).toMatchObject({
      ...{ allow: true, counted: new Map([['NLD', [0, 4]]]) },
    })
    expect((await send(['NLD'], { agreement: counting })).decision.allow).toBe(false)
    expect(await withdrawn(1)).toMatchObject(noneCounted)
    expect((await countsOf(est)).filter(({ at }) => at === world.clock.now)).toHaveLength(5)
    expect((await replayed(est)).differences).toEqual([])
  })
})
