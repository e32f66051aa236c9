/** Asking witnesses: what of their answers counts, what a table that somebody else wrote to is worth, and what a reader can have. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { utf8 } from '../../protocol/bytes.ts'
import { directoryOf, ledgerKeysOf, witnessesFor } from '../../protocol/directory.ts'
import { examine } from '../../protocol/examine.ts'
import { verifyCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { witnessesOf } from '../../protocol/ledger/witness.ts'
import { parseLabel } from '../../protocol/label.ts'
import { upgradeReceipt } from '../../src/client/upgrade.ts'
import type { Gateway } from '../../src/exchange/gateway.ts'
import { packageAndSubmit } from '../../src/exchange/package.ts'
import { transferStatus } from '../../src/exchange/status.ts'
import { readCosigned } from '../../src/ledger/witnessing/cosignatures-table.ts'
import { requireQuorum, standingOf } from '../../src/ledger/witnessing/standing.ts'
import { eachDatabase } from '../support/databases.ts'
import { eventually } from '../support/eventually.ts'
import { type FickleWitness, fickleWitness, misbehaviours } from '../support/fickle-witness.ts'
import { witnessedBy } from '../support/registry.ts'
import { requestTo } from '../support/request.ts'
import { makeWorld, originOf, type World } from '../support/world.ts'

const parties = ['EST', 'NLD', 'NATO'].map((id) => ({ id, accreditation: 4 as const }))

const stateOf = async (gateway: Gateway, id: string) => (await transferStatus(gateway, id, 'EST')).state
const released = (gateway: Gateway, id: string) =>
  eventually('release', async () => ((await stateOf(gateway, id)) === 'released' ? true : undefined))
const open = (gateway: Gateway) =>
  eventually('SECRET to be open', () => requireQuorum(gateway, 3).catch(() => undefined))

eachDatabase('a witness', ({ fresh }) => {
  let world: World
  let est: Gateway
  let witness: FickleWitness

  beforeAll(async () => {
    const edit = witnessedBy(['NATO', 'NLD'], [0, 0, 0, 1, 2])
    world = await makeWorld({ parties, database: fresh, edit })
    witness = await fickleWitness(world, 'NATO')
    est = (await world.start('EST')).gateway
    await open(est)
  })
  afterAll(async () => {
    await witness.stop()
    await world.end()
  })

  const submitted = () => packageAndSubmit(est, requestTo(['NLD'], world.clock.now))
  const file = async (path: string) => fetch(`${originOf(world.party('EST').exchangePort)}/ledger/${path}`)

  test('that was never there keeps nothing waiting that needs one of two, and all that needs both', async () => {
    await released(est, (await submitted()).id)
    const { witnesses, levels } = await standingOf(est)
    expect(witnesses).toEqual([
      { party: 'NATO', silent: false, size: expect.any(Number) as number, at: world.clock.now },
      { party: 'NLD', silent: true },
    ])
    expect(levels.map(({ open }) => open)).toEqual([true, true, true, true, false])
    await expect(requireQuorum(est, 4)).rejects.toMatchObject({ code: 'no-quorum' })
  })

  test.each(misbehaviours)('that answers with %s lines is not counted, and is asked again', async (how) => {
    await released(est, (await submitted()).id)
    witness.behave('EST', how)
    const { id, index } = await submitted()
    const asked = witness.asked('EST')
    await eventually('more questions', () => (witness.asked('EST') > asked + 2 ? true : undefined))
    expect(await stateOf(est, id)).toBe('held')
    expect((await readCosigned(est.database)).filter(({ size }) => size > index)).toEqual([])
    witness.behave('EST', 'honest')
    await released(est, id)
  })

  test('has not signed what somebody writes into the table', async () => {
    await released(est, (await submitted()).id)
    witness.behave('EST', 'away')
    const { id, index } = await submitted()
    const [genuine] = await est.database
      .selectFrom('ledger_cosignature')
      .selectAll()
      .orderBy('size', 'desc')
      .execute()
    const rows = ['NATO', 'NLD'].flatMap((name) => ({
      ...{ size: index + 1, witness: name, at: world.clock.now + 1000 },
      lines: genuine?.lines ?? '',
    }))
    await est.database.insertInto('ledger_cosignature').values(rows).execute()
    await eventually('their removal', async () =>
      (await readCosigned(est.database)).some(({ size }) => size > index) ? undefined : true,
    )
    expect(await stateOf(est, id)).toBe('held')
    witness.behave('EST', 'honest')
    await released(est, id)
  })

  test('has lines in what anybody can read, and a receipt becomes a proof under them', async () => {
    const { id, receipt, index } = await submitted()
    await released(est, id)
    const directory = directoryOf(est.registry.current(), world.clock.now)
    const { proof, ...upgraded } = await upgradeReceipt(receipt, directory, world.clock.now)
    expect(upgraded).toMatchObject({ party: 'EST', index, witnesses: new Map([['NATO', world.clock.now]]) })
    const examiner = { directory, now: world.clock.now, openingKeys: [] }
    expect(examine(utf8(proof), examiner)).toMatchObject({
      good: true,
      facts: { entry: index, 'witnessed by': ['NATO'] },
    })
    const keys = ledgerKeysOf(directory, 'EST', world.clock.now)
    for (const path of ['checkpoint', 'checkpoint/witnessed?quorum=1']) {
      const note = verifyCheckpoint(new Uint8Array(await (await file(path)).arrayBuffer()), keys)
      expect(note.size).toBeGreaterThan(index)
      expect([...witnessesOf(note, witnessesFor(directory, 'EST', world.clock.now)).keys()]).toEqual(['NATO'])
    }
    expect((await file('checkpoint/witnessed')).status).toBe(404)
    expect((await file('checkpoint/witnessed?quorum=0')).status).toBe(400)
  })

  test('that has not seen the entry makes no proof of it', async () => {
    witness.behave('EST', 'away')
    const { receipt } = await submitted()
    const directory = directoryOf(est.registry.current(), world.clock.now)
    const upgrading = upgradeReceipt(receipt, directory, world.clock.now)
    await expect(upgrading).rejects.toMatchObject({ code: 'no-quorum' })
    witness.behave('EST', 'honest')
  })

  test('is heard of again and again when nothing is entered', async () => {
    await open(est)
    for (let third = 0; third < 4; third++) {
      world.clock.now += 300
      await eventually('a refresh', async () => {
        const heard = (await readCosigned(est.database)).map(({ at }) => at)
        return Math.max(...heard) === world.clock.now ? true : undefined
      })
    }
    expect(await requireQuorum(est, 3)).toBe(1)
  })
})

describe('two witnesses that are both needed', () => {
  eachDatabase('meet on one checkpoint', ({ fresh }) => {
    test('while much is entered', async () => {
      const edit = witnessedBy(['NATO', 'NLD'], [0, 0, 0, 2, 2])
      const world = await makeWorld({ parties, database: fresh, edit })
      const est = (await world.start('EST')).gateway
      await world.start('NLD')
      await world.start('NATO')
      await open(est)
      const { now } = world.clock
      const label = parseLabel('NATO RESTRICTED//REL TO EST, NLD', now - 60)
      let ended = false
      const load = Promise.all(
        [1, 2, 3].map(async () => {
          while (!ended) await packageAndSubmit(est, requestTo(['EST'], now, { label }))
        }),
      )
      for (let i = 0; i < 5; i++) {
        const { id } = await packageAndSubmit(est, requestTo(['NLD'], now))
        await released(est, id)
      }
      ended = true
      await load
      const kept = await readCosigned(est.database)
      expect(kept.length).toBeLessThan(2 * 40)
      await world.end()
    })
  })
})
