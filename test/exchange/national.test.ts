/** National modules on gateways: what they forbid is refused on either side, entered with its ground, and answered to the sender. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseRecord } from '../../protocol/ledger/record.ts'
import type { Module } from '../../protocol/policy/rules.ts'
import { acceptFirst, type RegistryDocument } from '../../protocol/registry.ts'
import { rootsDigest } from '../../protocol/roots.ts'
import { deliver } from '../../src/exchange/deliver.ts'
import type { Gateway } from '../../src/exchange/gateway.ts'
import { packageAndSubmit } from '../../src/exchange/package.ts'
import { submit } from '../../src/exchange/submit.ts'
import { transferStatus } from '../../src/exchange/status.ts'
import { createLogger } from '../../src/logger.ts'
import { eachDatabase } from '../support/databases.ts'
import { signedBy } from '../support/registry.ts'
import { requestTo } from '../support/request.ts'
import { makeWorld, type World } from '../support/world.ts'

const parties = [
  { id: 'EST', accreditation: 4 },
  { id: 'NLD', accreditation: 4 },
  { id: 'LVA', accreditation: 4 },
] as const

const notToLatvia = `@id("not-to-latvia") @advice("Ask Estonia")
forbid (principal == Party::"EST", action, resource) when { context.receiver == Party::"LVA" };`
const notSecret = `@id("not-secret") @advice("Send what is lower")
forbid (principal, action, resource) when { resource.level >= 3 };`

const module = (party: string, policies: string): Module => ({ party, policies })

eachDatabase('national modules', ({ fresh }) => {
  let world: World
  let est: Gateway
  let nld: Gateway
  const lines: string[] = []

  beforeAll(async () => {
    const edit = (document: RegistryDocument): RegistryDocument => ({
      ...document,
      modules: [module('EST', notToLatvia)],
    })
    world = await makeWorld({ parties, database: fresh, edit })
    const next = nextWith([
      module('EST', notToLatvia),
      module('LVA', notSecret.replace('forbid', 'permit')),
      module('NLD', notSecret),
    ])
    const logger = createLogger('warn', { write: (line) => lines.push(line) })
    est = (await world.compose('EST')).gateway
    nld = (await world.compose('NLD', { ...next, logger })).gateway
  })
  afterAll(() => world.end())

  /** With a second version of the registry, in which these are the modules. */
  const nextWith = (modules: readonly Module[]) => {
    const pinnedRoots = rootsDigest(world.document.roots)
    const previous = acceptFirst(world.registry, pinnedRoots).documentDigest
    const bytes = signedBy({ ...world.document, version: 2, previous, modules }, world.roots)
    return { registry: { pinnedRoots, files: [world.registry, bytes] } }
  }
  const send = (to: readonly string[]) => packageAndSubmit(est, requestTo(to, world.clock.now))
  const entry = async ({ database }: Gateway, index: number) => {
    const rows = await database.selectFrom('ledger_entry').select('record').orderBy('index').execute()
    const record = rows[index]?.record ?? null
    return record === null ? undefined : parseRecord(record)
  }

  test('let pass what they do not forbid', async () => {
    const { decision, index } = await send(['NLD'])
    expect(decision).toEqual({ allow: true, level: 3, grounds: [] })
    expect(await entry(est, index)).toMatchObject({ event: 'submission-acceptance' })
  })

  test('of the sender refuse at its gateway', async () => {
    const { id, decision, index } = await send(['LVA', 'NLD'])
    const ground = { party: 'LVA', subject: 'EST: not-to-latvia', found: 'Ask Estonia' }
    expect(decision.grounds).toEqual([{ code: 'national-restriction', ...ground }])
    expect(await entry(est, index)).toMatchObject({
      event: 'submission-rejection',
      decision: { allow: false, grounds: ['national-restriction LVA: EST: not-to-latvia'] },
    })
    expect((await transferStatus(est, id, 'EST')).decision).toEqual(decision)
  })

  test('of the receiver refuse at its own, where its module is in force before the sender knows of it', async () => {
    const bytes = await deliver(est, (await send(['NLD'])).id, 'EST')
    const { decision, index } = await submit(nld, bytes, { kind: 'exchange', party: 'EST' })
    expect(decision.grounds).toMatchObject([{ code: 'national-restriction', subject: 'NLD: not-secret' }])
    expect(await entry(nld, index)).toMatchObject({
      event: 'relay-rejection',
      registry: { version: 2 },
      decision: { allow: false, grounds: ['national-restriction NLD: NLD: not-secret'] },
    })
  })

  test('that no registry should carry stop what concerns their party, and not the gateway', async () => {
    expect(lines.map((line): unknown => JSON.parse(line))).toContainEqual(
      expect.objectContaining({
        event: 'module-refused',
        party: 'LVA',
        code: 'bad-module',
        registryVersion: 2,
      }),
    )
    const { decision } = await packageAndSubmit(nld, requestTo(['LVA'], world.clock.now))
    expect(decision.grounds.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
      'national-module-failed LVA',
      'national-restriction NLD: not-secret',
    ])
  })
})
