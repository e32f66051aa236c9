/** Holding: what waits for witnesses is not relayed and in no inbox, at either gateway, until enough of them have cosigned. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseLabel } from '../../protocol/label.ts'
import { deliver } from '../../src/exchange/deliver.ts'
import type { Gateway } from '../../src/exchange/gateway.ts'
import { inbox } from '../../src/exchange/inbox.ts'
import { packageAndSubmit } from '../../src/exchange/package.ts'
import { transferStatus } from '../../src/exchange/status.ts'
import type { GatewayProcess } from '../../src/gateway-process.ts'
import { issueCredentials } from '../../src/http/credentials.ts'
import { requireQuorum } from '../../src/ledger/witnessing/standing.ts'
import { eachDatabase } from '../support/databases.ts'
import { openEvents } from '../support/events.ts'
import { eventually } from '../support/eventually.ts'
import { type FickleWitness, fickleWitness } from '../support/fickle-witness.ts'
import { unwitnessed, witnessedBy } from '../support/registry.ts'
import { requestTo } from '../support/request.ts'
import { makeWorld, originOf, type World } from '../support/world.ts'

const parties = ['EST', 'NLD', 'NATO'].map((id) => ({ id, accreditation: 4 as const }))

const open = (gateway: Gateway) =>
  eventually('SECRET to be open', () => requireQuorum(gateway, 3).catch(() => undefined))

const itemsAfter = async (gateway: Gateway, after = 0) => {
  const query = { after, limit: 100, waitSeconds: 0, signal: new AbortController().signal }
  return inbox(gateway, gateway.party, query)
}

const restricted = (now: number) => ({ label: parseLabel('NATO RESTRICTED//REL TO EST, NLD', now - 60) })

/** Long enough for a relay and an inbox to look again. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 1500))

eachDatabase('holding', ({ fresh, kind }) => {
  let world: World
  let sender: GatewayProcess
  let est: Gateway
  let nld: Gateway
  let witness: FickleWitness

  beforeAll(async () => {
    world = await makeWorld({
      ...{ parties, database: fresh },
      edit: witnessedBy(['NATO'], [0, 0, 0, 1, 1]),
    })
    witness = await fickleWitness(world, 'NATO')
    sender = await world.start('EST')
    est = sender.gateway
    nld = (await world.start('NLD')).gateway
    await open(est)
    await open(nld)
  })
  afterAll(async () => {
    await witness.stop()
    await world.end()
  })

  const statusOf = (id: string) => transferStatus(est, id, 'EST')
  const settled = (id: string) =>
    eventually('the relay to end', async () => {
      const [recipient] = (await statusOf(id)).recipients
      return recipient?.relay === 'held' || recipient?.relay === 'waiting' ? undefined : recipient
    })
  const arrived = (id: string) =>
    eventually('arrival', async () => (await itemsAfter(nld)).items.find((item) => item.id === id))

  const follow = async ({ party, database }: Gateway, after: number) => {
    const reader = { name: 'reader', roles: ['read'] as const }
    const [credential] = await issueCredentials(database, [reader], world.clock.now)
    const url = `${originOf(world.party(party).agencyPort)}/v1/inbox?after=${after}`
    return openEvents(url, { authorization: `Bearer ${credential?.token ?? ''}` })
  }

  test('SECRET goes all the way when the witness answers, and says so', async () => {
    const sent = await packageAndSubmit(est, requestTo(['NLD'], world.clock.now))
    expect(sent.state).toBe('held')
    expect(await settled(sent.id)).toMatchObject({ relay: 'done' })
    await arrived(sent.id)
    expect(await statusOf(sent.id)).toMatchObject({ state: 'released', quorum: 1 })
  })

  test('the sender’s gateway relays nothing before its quorum, not even after a restart, and all of it then', async () => {
    witness.behave('EST', 'away')
    const sent = await packageAndSubmit(est, requestTo(['NLD'], world.clock.now), 'held-at-sender')
    expect(sent.state).toBe('held')
    await aWhile()
    expect(await statusOf(sent.id)).toMatchObject({
      state: 'held',
      quorum: 1,
      recipients: [{ party: 'NLD', relay: 'held' }],
    })
    await sender.stop()
    sender = await world.start('EST')
    est = sender.gateway
    await aWhile()
    const again = await packageAndSubmit(est, requestTo(['NLD'], world.clock.now), 'held-at-sender')
    expect(again).toMatchObject({ id: sent.id, state: 'held', repeated: true })
    const rows = await est.database.selectFrom('outbox').selectAll().where('id', '=', sent.id).execute()
    expect(rows).toMatchObject([{ held: true, attempts: 0 }])
    witness.behave('EST', 'honest')
    expect(await settled(sent.id)).toMatchObject({ relay: 'done' })
    await arrived(sent.id)
  })

  test('the recipient’s gateway shows nothing before its own quorum, and a reader that went on sees it then', async () => {
    witness.behave('NLD', 'away')
    const before = (await itemsAfter(nld)).next
    const stream = await follow(nld, before)
    const secret = await packageAndSubmit(est, requestTo(['NLD'], world.clock.now))
    expect(await settled(secret.id)).toMatchObject({ relay: 'done' })
    const open = await packageAndSubmit(est, requestTo(['NLD'], world.clock.now, restricted(world.clock.now)))
    expect(open.state).toBe('released')
    await arrived(open.id)
    const page = await itemsAfter(nld, before)
    expect(page.items.map(({ id }) => id)).toEqual([open.id])
    await expect(deliver(nld, secret.id, 'NLD')).rejects.toMatchObject({ code: 'not-found' })
    await expect(transferStatus(nld, secret.id, 'NLD')).rejects.toMatchObject({ code: 'not-found' })
    witness.behave('NLD', 'honest')
    await arrived(secret.id)
    expect((await itemsAfter(nld, page.next)).items.map(({ id }) => id)).toEqual([secret.id])
    const followed = [await stream.item(), await stream.item()]
    expect(followed).toMatchObject([{ data: { id: open.id } }, { data: { id: secret.id } }])
    stream.leave()
  })

  test('what is held when it expires ends as a failure', async () => {
    witness.behave('EST', 'away')
    const { now } = world.clock
    const sent = await packageAndSubmit(est, requestTo(['NLD'], now, { expiresInSeconds: 60 }))
    world.clock.now += 61
    const [recipient] = await eventually('the end', async () => {
      const { recipients } = await statusOf(sent.id)
      return recipients[0]?.relay === 'failed' ? recipients : undefined
    })
    expect(recipient).toMatchObject({ relay: 'failed', code: 'expired' })
    witness.behave('EST', 'honest')
  })

  test('a denial is told at once, whoever is silent', async () => {
    await open(est)
    witness.behave('EST', 'away')
    world.clock.now += 901
    const denied = await packageAndSubmit(
      est,
      requestTo(['NLD'], world.clock.now, { purpose: 'recruitment', agreement: 'ALL-2020' }),
    )
    expect(denied).toMatchObject({ state: 'denied', decision: { allow: false } })
    witness.behave('EST', 'honest')
    await open(est)
  })

  test('without a quorum for longer than the limit SECRET is refused, lower levels are not, and it heals by itself', async () => {
    witness.behave('EST', 'away')
    const held = await packageAndSubmit(est, requestTo(['NLD'], world.clock.now))
    world.clock.now += 901
    const refused = packageAndSubmit(est, requestTo(['NLD'], world.clock.now))
    await expect(refused).rejects.toMatchObject({
      code: 'no-quorum',
      detail: 'level 3 needs 1; silent for 900 s or more: NATO',
    })
    const open = await packageAndSubmit(est, requestTo(['NLD'], world.clock.now, restricted(world.clock.now)))
    expect(open.state).toBe('released')
    expect(await statusOf(held.id)).toMatchObject({ state: 'held' })
    witness.behave('EST', 'honest')
    await settled(held.id)
    await packageAndSubmit(est, requestTo(['NLD'], world.clock.now))
  })

  test('the recipient’s gateway refuses for now what the sender’s then relays again', async () => {
    await open(est)
    witness.behave('NLD', 'away')
    world.clock.now += 901
    await eventually('EST heard of', () => requireQuorum(est, 3).catch(() => undefined))
    const sent = await packageAndSubmit(est, requestTo(['NLD'], world.clock.now))
    await eventually('some attempts', async () => {
      const rows = await est.database.selectFrom('outbox').selectAll().where('id', '=', sent.id).execute()
      return rows.some(({ attempts, state }) => attempts > 1 && state === 'waiting') ? true : undefined
    })
    witness.behave('NLD', 'honest')
    expect(await settled(sent.id)).toMatchObject({ relay: 'done' })
  })

  test.runIf(kind === 'postgresql')('what one replica accepted another releases', async () => {
    await open(est)
    witness.behave('EST', 'away')
    const other = await world.compose('EST')
    const sent = await packageAndSubmit(other.gateway, requestTo(['NLD'], world.clock.now))
    expect(sent.state).toBe('held')
    await other.close()
    witness.behave('EST', 'honest')
    expect(await settled(sent.id)).toMatchObject({ relay: 'done' })
    const twice = await Promise.all([world.compose('EST'), world.compose('EST')])
    const ids = await Promise.all(
      [est, ...twice.map(({ gateway }) => gateway)].flatMap((replica) =>
        [1, 2, 3].map(async () => (await packageAndSubmit(replica, requestTo(['NLD'], world.clock.now))).id),
      ),
    )
    for (const id of ids) expect(await settled(id)).toMatchObject({ relay: 'done' })
    for (const id of ids) await arrived(id)
    const seen = (await itemsAfter(nld)).items.map(({ id }) => id)
    expect(seen.filter((id) => ids.includes(id)).toSorted()).toEqual(ids.toSorted())
  })
})

describe('without a word of witnesses in the registry', () => {
  eachDatabase('it is closed', ({ fresh }) => {
    test('SECRET is refused, RESTRICTED is not', async () => {
      const world = await makeWorld({ parties, database: fresh, edit: unwitnessed })
      const { gateway } = await world.start('EST')
      const { now } = world.clock
      await expect(packageAndSubmit(gateway, requestTo(['NLD'], now))).rejects.toMatchObject({
        code: 'no-witness-policy',
      })
      const sent = await packageAndSubmit(gateway, requestTo(['NLD'], now, restricted(now)))
      expect(sent.state).toBe('released')
      await world.end()
    })
  })
})
