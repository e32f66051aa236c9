/** Releases that nobody earned: whoever can write to every table, and has no key, lets nothing out before its witnesses have signed. */
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { deliver, handOver } from '../../src/exchange/deliver.ts'
import { evidence } from '../../src/exchange/evidence.ts'
import type { Gateway } from '../../src/exchange/gateway.ts'
import { inbox } from '../../src/exchange/inbox.ts'
import { packageAndSubmit } from '../../src/exchange/package.ts'
import { transferStatus } from '../../src/exchange/status.ts'
import { requireQuorum } from '../../src/ledger/witnessing/standing.ts'
import { eachDatabase } from '../support/databases.ts'
import { eventually } from '../support/eventually.ts'
import { type FickleWitness, fickleWitness } from '../support/fickle-witness.ts'
import { witnessedBy } from '../support/registry.ts'
import { requestTo } from '../support/request.ts'
import { makeWorld, type World } from '../support/world.ts'

const parties = ['EST', 'NLD', 'NATO'].map((id) => ({ id, accreditation: 4 as const }))

const idsIn = async (gateway: Gateway) => {
  const query = { after: 0, limit: 100, waitSeconds: 0, signal: new AbortController().signal }
  return (await inbox(gateway, gateway.party, query)).items.map(({ id }) => id)
}

/** Long enough for a relay to look again. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 1500))

/** All that the tables say of a release. */
async function forgeRelease({ database }: Gateway, id: string): Promise<void> {
  await database.updateTable('outbox').set({ held: false }).where('id', '=', id).execute()
  await database.updateTable('inbox').set({ position: sql`default` }).where('id', '=', id).execute()
  await database.updateTable('envelopes').set({ released: true, quorum: 0 }).where('id', '=', id).execute()
}

/** Its key is that of the first entry, which is witnessed; gives the way back. */
async function moveKey({ database }: Gateway, index: number): Promise<() => Promise<void>> {
  const keyed = (at: number, key: string) =>
    database.updateTable('ledger_entry').set({ key }).where('index', '=', at).execute()
  const keyOf = async (at: number) =>
    (
      await database
        .selectFrom('ledger_entry')
        .select('key')
        .where('index', '=', at)
        .executeTakeFirstOrThrow()
    ).key
  const [own, first] = [await keyOf(index), await keyOf(1)]
  const swap = async (a: string, b: string): Promise<void> => {
    await keyed(index, 'elsewhere')
    await keyed(1, a)
    await keyed(index, b)
  }
  await swap(own, first)
  return () => swap(first, own)
}

/** What the witness truly signed of fewer entries, in the rows of more; gives the way back. */
async function plantCosignature({ database }: Gateway, size: number): Promise<() => Promise<void>> {
  const [genuine] = await database
    .selectFrom('ledger_cosignature')
    .selectAll()
    .orderBy('size', 'desc')
    .execute()
  if (genuine === undefined) throw new Error('nothing is cosigned yet')
  const noteAt = async (at: number) =>
    (
      await database
        .selectFrom('ledger_checkpoint')
        .select('note')
        .where('size', '=', at)
        .executeTakeFirstOrThrow()
    ).note
  const noted = (note: string | null) =>
    database.updateTable('ledger_checkpoint').set({ note }).where('size', '=', size).execute()
  const own = await noteAt(size)
  await noted(await noteAt(genuine.size))
  await database
    .insertInto('ledger_cosignature')
    .values({ ...genuine, size })
    .execute()
  return async () => {
    await database.deleteFrom('ledger_cosignature').where('size', '=', size).execute()
    await noted(own)
  }
}

eachDatabase('a forged release', ({ fresh }) => {
  let world: World
  let est: Gateway
  let nld: Gateway
  let witness: FickleWitness

  beforeAll(async () => {
    const edit = witnessedBy(['NATO'], [0, 0, 0, 1, 1])
    world = await makeWorld({ parties, database: fresh, edit })
    witness = await fickleWitness(world, 'NATO')
    est = (await world.start('EST')).gateway
    nld = (await world.start('NLD')).gateway
  })
  afterAll(async () => {
    await witness.stop()
    await world.end()
  })
  beforeEach(async () => {
    for (const gateway of [est, nld]) {
      witness.behave(gateway.party, 'honest')
      await eventually('SECRET to be open', () => requireQuorum(gateway, 3).catch(() => undefined))
    }
  })

  const submitted = () => packageAndSubmit(est, requestTo(['NLD'], world.clock.now))
  const relayOf = async (id: string) => (await transferStatus(est, id, 'EST')).recipients[0]?.relay
  const relayed = (id: string) =>
    eventually('the relay', async () => ((await relayOf(id)) === 'done' ? true : undefined))
  const arrived = (id: string) =>
    eventually('arrival', async () => ((await idsIn(nld)).includes(id) ? true : undefined))
  const isAt = async ({ database }: Gateway, id: string) =>
    (await database.selectFrom('envelopes').select('id').where('id', '=', id).execute()).length > 0

  test('is not relayed', async () => {
    witness.behave('EST', 'away')
    const { id } = await submitted()
    await forgeRelease(est, id)
    await aWhile()
    expect(await relayOf(id)).toBe('held')
    expect(await isAt(nld, id)).toBe(false)
    witness.behave('EST', 'honest')
    await relayed(id)
    await arrived(id)
  })

  test('is in no inbox, and its bytes are given to nobody', async () => {
    witness.behave('NLD', 'away')
    const { id } = await submitted()
    await relayed(id)
    for (const read of [() => deliver(nld, id, 'NLD'), () => handOver(nld, id), () => evidence(nld, id)]) {
      await forgeRelease(nld, id)
      await expect(read()).rejects.toMatchObject({ code: 'not-found' })
    }
    await forgeRelease(nld, id)
    expect(await idsIn(nld)).not.toContain(id)
    witness.behave('NLD', 'honest')
    await arrived(id)
    await deliver(nld, id, 'NLD')
  })

  test('with the key on the row of a witnessed entry is not relayed', async () => {
    witness.behave('EST', 'away')
    const { id, index } = await submitted()
    const back = await moveKey(est, index)
    await forgeRelease(est, id)
    await aWhile()
    expect(await isAt(nld, id)).toBe(false)
    await back()
    witness.behave('EST', 'honest')
    await relayed(id)
  })

  test('with true lines of another checkpoint in the tables is not relayed', async () => {
    witness.behave('EST', 'away')
    const { id, index } = await submitted()
    const back = await plantCosignature(est, index + 1)
    await forgeRelease(est, id)
    await aWhile()
    expect(await isAt(nld, id)).toBe(false)
    await back()
    witness.behave('EST', 'honest')
    await relayed(id)
  })
})
