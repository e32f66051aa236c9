/** Two gateways over real HTTP: an attestation goes from one agency to the other, and every step is proven on both sides. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { equal } from '../../protocol/bytes.ts'
import { verifyEvidence } from '../../protocol/evidence.ts'
import { parseRecord } from '../../protocol/ledger/record.ts'
import { acceptAcknowledgement, acknowledge } from '../../src/exchange/acknowledge.ts'
import { acknowledgementsOf } from '../../src/exchange/acknowledgements-table.ts'
import { deliver, handOver } from '../../src/exchange/deliver.ts'
import { evidence } from '../../src/exchange/evidence.ts'
import type { Gateway } from '../../src/exchange/gateway.ts'
import { inbox } from '../../src/exchange/inbox.ts'
import { packageAndSubmit } from '../../src/exchange/package.ts'
import { transferStatus } from '../../src/exchange/status.ts'
import { eachDatabase } from '../support/databases.ts'
import { eventually } from '../support/eventually.ts'
import { requestTo, subject, surname } from '../support/request.ts'
import { makeWorld, type World } from '../support/world.ts'

eachDatabase('an exchange', ({ fresh }) => {
  let world: World
  let est: Gateway
  let nld: Gateway

  beforeAll(async () => {
    const parties = [
      { id: 'EST', accreditation: 4 },
      { id: 'NLD', accreditation: 4 },
    ] as const
    world = await makeWorld({ parties, database: fresh })
    est = (await world.start('EST')).gateway
    nld = (await world.start('NLD')).gateway
  })
  afterAll(() => world.end())

  const page = (gateway: Gateway, after = 0) =>
    inbox(gateway, gateway.party, { after, limit: 100, waitSeconds: 5, signal: new AbortController().signal })
  const relayed = (id: string) =>
    eventually('the relay', async () => {
      const { recipients } = await transferStatus(est, id, 'EST')
      return recipients[0]?.relay === 'waiting' ? undefined : recipients[0]
    })
  const acknowledged = (id: string, outcome: string) =>
    eventually(`the acknowledgement ${outcome}`, async () => {
      const { recipients } = await transferStatus(est, id, 'EST')
      return recipients[0]?.acknowledgement?.outcome === outcome ? recipients[0] : undefined
    })
  const events = async (gateway: Gateway, id: string) => {
    const rows = await gateway.database.selectFrom('ledger_entry').select('record').orderBy('index').execute()
    const records = rows.flatMap(({ record }) => (record === null ? [] : [parseRecord(record)]))
    return records.filter(({ transfer }) => transfer === id).map(({ event }) => event)
  }

  test('is permitted, relayed, delivered, opened, acknowledged and proven', async () => {
    const sent = await packageAndSubmit(est, requestTo(['NLD'], world.clock.now))
    expect(sent.decision).toEqual({ allow: true, level: 3, grounds: [] })
    expect(await relayed(sent.id)).toEqual({ party: 'NLD', relay: 'done' })

    const { items } = await page(nld)
    expect(items).toMatchObject([
      { id: sent.id, issuer: 'EST', state: 'waiting', purpose: 'clearance-confirmation' },
    ])
    const bytes = await deliver(nld, sent.id, 'NLD')
    expect(equal(bytes, await deliver(est, sent.id, 'EST'))).toBe(true)
    expect(equal(bytes, await deliver(nld, sent.id, 'NLD'))).toBe(true)

    const opened = await handOver(nld, sent.id)
    await handOver(nld, sent.id)
    expect(opened.attestations.map((each) => each.subject)).toEqual([subject])
    expect(opened.attestations[0]?.identifiers.get('surname')).toBe(surname)

    await acknowledge(nld, sent.id, 'consigned')
    await acknowledge(nld, sent.id, 'opened')
    await acknowledged(sent.id, 'opened')
    expect((await page(nld)).items).toMatchObject([{ id: sent.id, state: 'opened' }])
    await eventually('both acknowledgements to be settled', async () =>
      (await events(nld, sent.id)).filter((event) => event === 'relay-acceptance').length === 3
        ? true
        : undefined,
    )

    expect(await events(est, sent.id)).toEqual([
      'submission-acceptance',
      'relay-acceptance',
      'content-consignment',
      'content-handover',
    ])
    expect((await events(nld, sent.id)).toSorted()).toEqual(
      [
        'relay-acceptance',
        'content-consignment',
        'content-handover',
        'content-consignment',
        'content-handover',
        'relay-acceptance',
        'relay-acceptance',
      ].toSorted(),
    )
  })

  test.each(['EST', 'NLD'])('leaves evidence with %s that a stranger can verify', async (party) => {
    const sent = await packageAndSubmit(est, requestTo(['NLD'], world.clock.now))
    await relayed(sent.id)
    await acknowledge(nld, sent.id, 'opened')
    await acknowledged(sent.id, 'opened')
    const gateway = party === 'EST' ? est : nld
    const proof = verifyEvidence(await evidence(gateway, sent.id), gateway.directory(), world.clock.now)
    expect(proof).toMatchObject({ gateway: party, envelope: { id: sent.id, issuer: 'EST' } })
    expect(proof.outcomes).toEqual([{ recipient: 'NLD', outcome: 'opened', at: world.clock.now }])
    if (party === 'EST') expect(proof.peers).toEqual(['NLD'])
  })

  test('acknowledges once: the same outcome again is the first answer, and there is no way back', async () => {
    const sent = await packageAndSubmit(est, requestTo(['NLD'], world.clock.now))
    await relayed(sent.id)
    const first = await acknowledge(nld, sent.id, 'refused', 'bad-document')
    expect(first.repeated).toBe(false)
    const again = await acknowledge(nld, sent.id, 'refused', 'bad-document')
    expect(again).toEqual({ ...first, repeated: true })
    await expect(acknowledge(nld, sent.id, 'consigned')).rejects.toMatchObject({
      code: 'already-acknowledged',
    })
    await expect(acknowledge(nld, sent.id, 'opened')).rejects.toMatchObject({ code: 'already-acknowledged' })
    const status = await acknowledged(sent.id, 'refused')
    expect(status.acknowledgement).toEqual({ outcome: 'refused', code: 'bad-document', at: world.clock.now })
  })

  test('acknowledged several times at once is acknowledged once, and all are told the same', async () => {
    const sent = await packageAndSubmit(est, requestTo(['NLD'], world.clock.now))
    await relayed(sent.id)
    const answers = await Promise.all(Array.from({ length: 4 }, () => acknowledge(nld, sent.id, 'opened')))
    expect(new Set(answers.map(({ index }) => index)).size).toBe(1)
    expect(answers.filter(({ repeated }) => !repeated)).toHaveLength(1)
    const outcomes = ['opened', 'refused'] as const
    const other = await packageAndSubmit(est, requestTo(['NLD'], world.clock.now))
    await relayed(other.id)
    const settled = await Promise.allSettled(
      outcomes.map((outcome) =>
        acknowledge(nld, other.id, outcome, outcome === 'refused' ? 'bad-document' : undefined),
      ),
    )
    expect(settled.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(settled.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'already-acknowledged' },
    })
  })

  test('takes an acknowledgement only from the recipient’s gateway, and only for what was sent', async () => {
    const sent = await packageAndSubmit(est, requestTo(['NLD'], world.clock.now))
    await relayed(sent.id)
    await acknowledge(nld, sent.id, 'opened')
    const [row] = await acknowledgementsOf(nld.database, { issuer: 'EST', id: sent.id })
    const bytes = row?.bytes ?? new Uint8Array(0)
    const accept = (id: string, party: string) =>
      acceptAcknowledgement(est, id, bytes, { kind: 'exchange', party })
    await expect(accept(sent.id, 'EST')).rejects.toMatchObject({ code: 'forbidden' })
    await expect(accept('0'.repeat(32), 'NLD')).rejects.toMatchObject({ code: 'not-found' })
  })

  test('shows a transfer to its sender and its recipients, and to nobody else', async () => {
    const sent = await packageAndSubmit(est, requestTo(['NLD'], world.clock.now))
    await relayed(sent.id)
    for (const reader of ['LVA', '']) {
      await expect(deliver(est, sent.id, reader)).rejects.toMatchObject({ code: 'not-found' })
      await expect(transferStatus(est, sent.id, reader)).rejects.toMatchObject({ code: 'not-found' })
    }
    await expect(deliver(est, `LVA:${sent.id}`, 'EST')).rejects.toMatchObject({ code: 'not-found' })
    expect(await deliver(est, `EST:${sent.id}`, 'EST')).toBeInstanceOf(Uint8Array)
  })

  test('a long poll ends as soon as something comes', async () => {
    const { next } = await page(nld)
    const waiting = page(nld, next)
    const sent = await packageAndSubmit(est, requestTo(['NLD'], world.clock.now))
    expect((await waiting).items.map(({ id }) => id)).toEqual([sent.id])
  })
})
