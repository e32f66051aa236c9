/** Suspension at once: what one party suspends nobody sends or takes any more, on any gateway, in any replica. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseRecord } from '../../protocol/ledger/record.ts'
import { signNotice } from '../../protocol/suspension.ts'
import type { Composed } from '../../src/composition.ts'
import type { Gateway } from '../../src/exchange/gateway.ts'
import { packageAndSubmit } from '../../src/exchange/package.ts'
import { transferStatus } from '../../src/exchange/status.ts'
import { acceptNotice, resume, suspend } from '../../src/exchange/suspension/suspensions.ts'
import type { GatewayProcess } from '../../src/gateway-process.ts'
import { eachDatabase } from '../support/databases.ts'
import { eventually } from '../support/eventually.ts'
import { agreementId } from '../support/registry.ts'
import { requestTo } from '../support/request.ts'
import { makeWorld, type World } from '../support/world.ts'

eachDatabase('a suspension', ({ fresh, kind }) => {
  let world: World
  let est: GatewayProcess
  let nld: GatewayProcess | undefined

  beforeAll(async () => {
    const parties = (['EST', 'NLD'] as const).map((id) => ({ id, accreditation: 4 as const }))
    world = await makeWorld({ parties, database: fresh })
    est = await world.start('EST')
    nld = await world.start('NLD')
  })
  afterAll(() => world.end())

  const send = async (gateway: Gateway, to: string) => {
    const request = requestTo([to], world.clock.now, { agreement: agreementId })
    return packageAndSubmit(gateway, request)
  }
  const groundsOf = async (gateway: Gateway, to: string) =>
    (await send(gateway, to)).decision.grounds.map(({ code, found }) => `${code} ${found ?? ''}`)
  const records = async ({ database }: Gateway) => {
    const rows = await database.selectFrom('ledger_entry').select('record').orderBy('index').execute()
    return rows.flatMap(({ record }) => (record === null ? [] : [parseRecord(record)]))
  }
  const noticesAt = ({ suspensions }: Gateway) =>
    suspensions.notices().map(({ by, kind: what, sequence }) => `${by} ${what} ${sequence}`)
  const told = (gateway: Gateway, count: number) =>
    eventually('the notice to arrive', async () => {
      await gateway.suspensions.catchUp()
      return gateway.suspensions.version() === count ? true : undefined
    })
  const peer = (): Gateway => {
    if (nld === undefined) throw new Error('NLD is away')
    return nld.gateway
  }

  test('binds its own gateway at once and the other as soon as it has come; the ledgers say so', async () => {
    expect(await groundsOf(est.gateway, 'NLD')).toEqual([])
    const { index } = await suspend(est.gateway, agreementId, 'relations')
    expect(await groundsOf(est.gateway, 'NLD')).toEqual(['agreement-suspended by EST'])
    await told(peer(), 1)
    expect(await groundsOf(peer(), 'EST')).toEqual(['agreement-suspended by EST'])
    const here = (await records(est.gateway))[index]
    expect(here).toMatchObject({
      ...{ event: 'agreement-suspension', actor: 'EST', from: 'EST', agreement: agreementId },
      detail: 'relations',
    })
    const there = (await records(peer())).find(({ event }) => event === 'agreement-suspension')
    expect(there).toMatchObject({ actor: 'EST', agreement: agreementId, digest: here?.digest })
  })

  test('asked for again it is the same entry, and of a suspension there is no second', async () => {
    const first = await suspend(est.gateway, agreementId, 'relations')
    expect(await suspend(est.gateway, agreementId, 'law')).toEqual(first)
    expect(noticesAt(est.gateway)).toEqual(['EST suspend 1'])
  })

  test('is lifted by its own party alone', async () => {
    await expect(resume(peer(), agreementId)).rejects.toMatchObject({ code: 'not-found' })
    await suspend(peer(), agreementId, 'law')
    await told(est.gateway, 2)
    await resume(est.gateway, agreementId)
    await told(peer(), 3)
    for (const gateway of [est.gateway, peer()]) {
      const other = gateway.party === 'EST' ? 'NLD' : 'EST'
      expect(await groundsOf(gateway, other)).toEqual(['agreement-suspended by NLD'])
    }
    await resume(peer(), agreementId)
    await told(est.gateway, 4)
    expect(await groundsOf(est.gateway, 'NLD')).toEqual([])
  })

  describe('a notice is not taken', () => {
    const at = () => world.clock.now
    const last = () => est.gateway.suspensions.last(agreementId, 'EST')
    const wanted = { agreement: agreementId, reason: 'incident' } as const
    const pairOf = (id: string) => world.party(id).signing

    test.each([
      [
        'signed by another party',
        'unknown-key',
        () => signNotice({ ...wanted, by: 'EST', at: at() }, last(), pairOf('NLD')),
      ],
      [
        'that leaves one out',
        'out-of-order',
        () =>
          signNotice(
            { ...wanted, by: 'EST', at: at() },
            { sequence: 4, statement: new Uint8Array(32), at: 0 },
            pairOf('EST'),
          ),
      ],
      [
        'of another chain',
        'out-of-order',
        () =>
          signNotice(
            { ...wanted, by: 'EST', at: at() },
            { sequence: 2, statement: new Uint8Array(32), at: 0 },
            pairOf('EST'),
          ),
      ],
      [
        'of a number that is taken',
        'reused-id',
        () => signNotice({ ...wanted, by: 'EST', at: at() }, undefined, pairOf('EST')),
      ],
      [
        'on an agreement that nobody knows',
        'unknown-agreement',
        () => signNotice({ ...wanted, agreement: 'NONE', by: 'EST', at: at() }, undefined, pairOf('EST')),
      ],
      [
        'of tomorrow',
        'not-yet-valid',
        () => signNotice({ ...wanted, by: 'EST', at: at() + 86_400 }, last(), pairOf('EST')),
      ],
    ])('%s: %s', async (_, code, noticeOf) => {
      await expect(acceptNotice(peer(), noticeOf())).rejects.toMatchObject({ code })
      expect(await groundsOf(peer(), 'EST')).toEqual([])
    })

    test('twice: replayed, it gets the first answer and suspends nothing', async () => {
      const rows = await est.gateway.database.selectFrom('suspension_notices').selectAll().execute()
      const first = rows.find(({ position }) => position === 1)
      const answer = await acceptNotice(est.gateway, first?.bytes ?? new Uint8Array(0))
      expect(answer).toMatchObject({ repeated: true })
      expect(await groundsOf(est.gateway, 'NLD')).toEqual([])
    })
  })

  test('refuses at the receiver what was accepted before and is still on its way', async () => {
    await nld?.stop()
    nld = undefined
    const sent = await send(est.gateway, 'NLD')
    expect(sent.decision.allow).toBe(true)
    await suspend(est.gateway, agreementId, 'breach')
    // At start it asks the others what it missed, before it takes anything.
    nld = await world.start('NLD')
    expect(noticesAt(peer()).at(-1)).toBe('EST suspend 3')
    const settled = await eventually('the relay to end', async () => {
      const [recipient] = (await transferStatus(est.gateway, sent.id, 'EST')).recipients
      return recipient?.relay === 'waiting' ? undefined : recipient
    })
    expect(settled).toMatchObject({ relay: 'refused', code: 'policy-denied' })
  })

  test('stands after a restart, and its rows count for nothing where the ledger did not enter them', async () => {
    await est.stop()
    est = await world.start('EST')
    expect(await groundsOf(est.gateway, 'NLD')).toEqual(['agreement-suspended by EST'])
    const forged = signNotice(
      { agreement: agreementId, by: 'EST', at: world.clock.now },
      est.gateway.suspensions.last(agreementId, 'EST'),
      world.party('EST').signing,
    )
    const row = {
      agreement: agreementId,
      party: 'EST',
      sequence: 4,
      digest: new Uint8Array(32),
      bytes: forged,
    }
    const position = est.gateway.suspensions.version() + 1
    await est.gateway.database
      .insertInto('suspension_notices')
      .values({ ...row, position })
      .execute()
    await expect(est.gateway.suspensions.catchUp()).rejects.toMatchObject({ code: 'ledger-damaged' })
    await est.gateway.database.deleteFrom('suspension_notices').where('position', '=', position).execute()
    await resume(est.gateway, agreementId)
    expect(await groundsOf(est.gateway, 'NLD')).toEqual([])
  })

  test('overtakes what is being decided: nothing is permitted by an entry after it', async () => {
    const before = est.gateway.suspensions.version()
    const racing = Array.from({ length: 12 }, async (_, i) => {
      if (i === 6) await suspend(est.gateway, agreementId, 'incident')
      return send(est.gateway, 'NLD')
    })
    const sent = await Promise.all(racing)
    const entries = await records(est.gateway)
    const place = entries.findLastIndex(({ event }) => event === 'agreement-suspension')
    expect(est.gateway.suspensions.version()).toBe(before + 1)
    for (const { index, decision } of sent) expect(decision.allow).toBe(index < place)
    await resume(est.gateway, agreementId)
  })

  test.runIf(kind === 'postgresql')(
    'binds every replica on the database from its next decision on',
    async () => {
      const replica: Composed = await world.compose('EST')
      expect(await groundsOf(replica.gateway, 'NLD')).toEqual([])
      await suspend(est.gateway, agreementId, 'operations')
      expect(await groundsOf(replica.gateway, 'NLD')).toEqual(['agreement-suspended by EST'])
      await resume(replica.gateway, agreementId)
      expect(await groundsOf(est.gateway, 'NLD')).toEqual([])
      await replica.close()
    },
  )

  test('whose row was taken out is found to be missing as soon as another gateway tells of it', async () => {
    await suspend(est.gateway, agreementId, 'breach')
    const position = est.gateway.suspensions.version()
    const { database } = est.gateway
    await eventually('the notice to be delivered', async () => {
      const rows = await database.selectFrom('suspension_deliveries').select('position').execute()
      return rows.some((row) => row.position === position) ? true : undefined
    })
    await database.deleteFrom('suspension_deliveries').where('position', '=', position).execute()
    await database.deleteFrom('suspension_notices').where('position', '=', position).execute()
    // In the process that knows it, nothing is permitted on fewer notices.
    await expect(send(est.gateway, 'NLD')).rejects.toMatchObject({ code: 'unavailable' })
    await est.stop()
    est = await world.start('EST')
    await expect(send(est.gateway, 'NLD')).rejects.toMatchObject({ code: 'ledger-damaged' })
  })
})
