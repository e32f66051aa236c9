/** One gateway: what it accepts, denies and refuses, and that the same question has one answer. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toHex, utf8 } from '../../protocol/bytes.ts'
import { verify } from '../../protocol/envelope/verify.ts'
import { parseRecord } from '../../protocol/ledger/record.ts'
import { deliver } from '../../src/exchange/deliver.ts'
import type { Gateway } from '../../src/exchange/gateway.ts'
import { packageAndSubmit } from '../../src/exchange/package.ts'
import { transferStatus } from '../../src/exchange/status.ts'
import { submit } from '../../src/exchange/submit.ts'
import { eachDatabase } from '../support/databases.ts'
import { resigned } from '../support/envelope-variants.ts'
import { agreementId } from '../support/registry.ts'
import { requestTo, subject, surname } from '../support/request.ts'
import { makeWorld, type World } from '../support/world.ts'

const agency = { kind: 'agency' } as const

eachDatabase('a submission', ({ fresh }) => {
  let world: World
  let est: Gateway
  let nld: Gateway

  beforeAll(async () => {
    const parties = [
      { id: 'EST', accreditation: 4 },
      { id: 'NLD', accreditation: 4 },
      { id: 'LVA', accreditation: 1 },
    ] as const
    world = await makeWorld({ parties, database: fresh })
    est = (await world.compose('EST')).gateway
    nld = (await world.compose('NLD')).gateway
  })
  afterAll(() => world.end())

  const send = (to: readonly string[]) => packageAndSubmit(est, requestTo(to, world.clock.now))
  const sentBytes = async (to: readonly string[] = ['NLD']) => deliver(est, (await send(to)).id, 'EST')
  const entries = async ({ database }: Gateway) => {
    const rows = await database.selectFrom('ledger_entry').select('record').orderBy('index').execute()
    return rows.flatMap(({ record }) => (record === null ? [] : [parseRecord(record)]))
  }

  test('is accepted with an entry and a receipt', async () => {
    const { id, decision, index, receipt, repeated, digest } = await send(['NLD'])
    expect({ decision, repeated }).toEqual({
      decision: { allow: true, level: 3, grounds: [] },
      repeated: false,
    })
    expect(receipt.length).toBeGreaterThan(0)
    expect((await entries(est))[index]).toMatchObject({
      event: 'submission-acceptance',
      transfer: id,
      digest,
      from: 'EST',
      to: ['NLD'],
      agreement: agreementId,
      label: { policy: 'NATO', marking: 'NATO SECRET' },
      messageType: 'clearance.certificate',
      decision: { allow: true, grounds: [], level: 3 },
      registry: { version: 1 },
    })
  })

  test('is denied with every ground, entered, and its bytes are not kept', async () => {
    const { id, decision, index } = await send(['LVA', 'NLD'])
    expect(decision.allow).toBe(false)
    expect(decision.grounds.map(({ code, party }) => [code, party])).toEqual([['above-accreditation', 'LVA']])
    const entry = (await entries(est))[index]
    expect(entry).toMatchObject({ event: 'submission-rejection', transfer: id })
    expect(entry?.decision?.grounds).toEqual(['above-accreditation LVA: NATO:NATO SECRET'])
    await expect(deliver(est, id, 'EST')).rejects.toMatchObject({ code: 'not-found' })
    expect((await transferStatus(est, id, 'EST')).decision).toEqual(decision)
  })

  test('again gives the first answer, also a denial', async () => {
    const bytes = await sentBytes()
    const before = (await entries(est)).length
    const first = await submit(est, bytes, agency)
    expect(first.repeated).toBe(true)
    expect(await submit(est, bytes, agency)).toEqual(first)
    expect((await entries(est)).length).toBe(before)
  })

  test('of the same bytes many times at once makes one entry', async () => {
    const bytes = resigned(await sentBytes(), world.party('EST').signing, (header) => ({
      ...header,
      claims: { ...header.claims, cti: new Uint8Array(16).fill(7) },
    }))
    const answers = await Promise.all(Array.from({ length: 8 }, () => submit(est, bytes, agency)))
    expect(new Set(answers.map(({ index }) => index)).size).toBe(1)
    expect(new Set(answers.map(({ receipt }) => toHex(receipt))).size).toBe(1)
    expect(answers.filter(({ repeated }) => !repeated)).toHaveLength(1)
  })

  test('of other bytes under the same id is refused and entered once', async () => {
    const bytes = await sentBytes()
    const other = resigned(bytes, world.party('EST').signing, (header) => ({ ...header, purpose: 'visit' }))
    for (const each of [other, other]) {
      await expect(submit(est, each, agency)).rejects.toMatchObject({ code: 'reused-id' })
    }
    const { id } = verify(bytes, est.directory(), est.now())
    const refusals = (await entries(est)).filter(
      (entry) => entry.transfer === id && entry.detail === 'reused-id',
    )
    expect(refusals.map(({ event }) => event)).toEqual(['submission-rejection'])
  })

  test('by its own key converges: once packaged, and another request under the key is refused', async () => {
    const request = requestTo(['NLD'], world.clock.now)
    const [first, second] = await Promise.all([
      packageAndSubmit(est, request, 'order-1'),
      packageAndSubmit(est, request, 'order-1'),
    ])
    expect([first.id, first.index]).toEqual([second.id, second.index])
    expect(await packageAndSubmit(est, request, 'order-1')).toEqual({ ...first, repeated: true })
    const other = requestTo(['NLD'], world.clock.now, { purpose: 'visit' })
    await expect(packageAndSubmit(est, other, 'order-1')).rejects.toMatchObject({ code: 'reused-id' })
  })

  test('comes by way of its issuer’s own gateway, and to the gateway of a recipient', async () => {
    const bytes = await sentBytes()
    const by = (gateway: Gateway, party: string) => submit(gateway, bytes, { kind: 'exchange', party })
    await expect(submit(nld, bytes, agency)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(by(nld, 'LVA')).rejects.toMatchObject({ code: 'forbidden' })
    await expect(by(nld, 'NOR')).rejects.toMatchObject({ code: 'unknown-party' })
    const forLatvia = resigned(bytes, world.party('EST').signing, (header) => header)
    expect((await by(nld, 'EST')).decision.allow).toBe(true)
    const lva = (await world.compose('LVA')).gateway
    await expect(submit(lva, forLatvia, { kind: 'exchange', party: 'EST' })).rejects.toMatchObject({
      code: 'forbidden',
    })
  })

  test('is decided again by the recipient’s gateway, for its own party', async () => {
    const bytes = resigned(await sentBytes(), world.party('EST').signing, (header) => ({
      ...header,
      claims: { ...header.claims, cti: new Uint8Array(16).fill(9) },
      purpose: 'holiday',
    }))
    const answer = await submit(nld, bytes, { kind: 'exchange', party: 'EST' })
    expect(answer.decision.grounds.map(({ code }) => code)).toEqual(['purpose-not-covered'])
    expect((await entries(nld))[answer.index]).toMatchObject({ event: 'relay-rejection', to: ['NLD'] })
  })

  test('of what nobody answers for is refused with its code and not entered', async () => {
    const bytes = await sentBytes()
    const before = (await entries(est)).length
    const changed = bytes.with(-1, (bytes.at(-1) ?? 0) ^ 1)
    await expect(submit(est, changed, agency)).rejects.toMatchObject({ code: 'bad-signature' })
    const large = new Uint8Array(est.limits.maxEnvelopeBytes + 1)
    await expect(submit(est, large, agency)).rejects.toMatchObject({ code: 'too-large' })
    world.clock.now += 8 * 86_400
    await expect(submit(est, changed, agency)).rejects.toMatchObject({ code: 'expired' })
    world.clock.now -= 8 * 86_400
    expect((await entries(est)).length).toBe(before)
  })

  test('of what is expired, or comes the wrong way, is refused and entered once, for its sender signed it', async () => {
    const bytes = await sentBytes()
    const { id } = verify(bytes, est.directory(), est.now())
    world.clock.now += 8 * 86_400
    for (let i = 0; i < 2; i++)
      await expect(submit(est, bytes, agency)).rejects.toMatchObject({ code: 'expired' })
    world.clock.now -= 8 * 86_400
    await expect(submit(nld, bytes, { kind: 'exchange', party: 'LVA' })).rejects.toMatchObject({
      code: 'forbidden',
    })
    const refusals = async (gateway: Gateway) =>
      (await entries(gateway)).filter((entry) => entry.transfer === id && entry.decision === undefined)
    expect(await refusals(est)).toMatchObject([
      { event: 'submission-rejection', detail: 'expired', from: 'EST', actor: 'EST' },
    ])
    expect(await refusals(nld)).toMatchObject([
      { event: 'relay-rejection', detail: 'forbidden', from: 'EST', actor: 'LVA' },
    ])
  })

  test('leaves nothing of the attestation in the database', async () => {
    await send(['NLD'])
    for (const table of ['envelopes', 'outbox', 'inbox', 'acknowledgements', 'ledger_entry'] as const) {
      const rows = await est.database.selectFrom(table).selectAll().execute()
      const held = rows.flatMap((row): unknown[] => Object.values(row)).map(readable)
      for (const secret of [surname, subject]) expect(held.some((text) => text.includes(secret))).toBe(false)
    }
    expect(readable(utf8(surname))).toContain(surname)
  })
})

function readable(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)
}
