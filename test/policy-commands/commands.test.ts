/** `pouch policy` as it is typed: on a proposal, on a signed registry, on the one that a data folder trusts. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Agreement } from '../../protocol/policy/agreement.ts'
import type { Level } from '../../protocol/policy/level.ts'
import { proposeRegistry } from '../../protocol/registry.ts'
import { hex } from '../support/bytes.ts'
import { jsonOf, pouch } from '../support/command-line.ts'
import { pinnedRoots, registry, roots, signedBy } from '../support/parties.ts'
import { readJson } from '../support/vectors.ts'
import { agreement, alliance, now, oneWay, union, unionWith } from './union.ts'

interface Planned extends Pick<Agreement, 'id' | 'first' | 'second' | 'purposes'> {
  readonly ceilings: Readonly<Record<string, Level>>
}

const folder = mkdtempSync(path.join(tmpdir(), 'pouch-policy-'))
const at = (name: string) => path.join(folder, name)
const when = ['--at', new Date(now * 1000).toISOString().replace('.000', '')]
const policy = (...args: readonly string[]) => pouch(['policy', ...args])

beforeAll(() => {
  writeFileSync(at('union.proposal'), proposeRegistry(union))
  writeFileSync(at('union.cose'), signedBy(union, roots.slice(0, 2)))
  const next = { ...unionWith({ ...alliance, ceilings: new Map([['clearance', 2]]) }), version: 2 }
  writeFileSync(at('next.proposal'), proposeRegistry(next))
  writeFileSync(at('broken.proposal'), proposeRegistry(unionWith({ ...oneWay, second: ['CHX'] })))
  writeFileSync(at('registry.cose'), registry)
})

afterAll(() => rmSync(folder, { recursive: true }))

describe('explain', () => {
  const asked = ['--from', 'EST', '--to', 'NLD', '--purpose', 'visit', ...when]
  const explain = (label: string, ...more: readonly string[]) =>
    policy('explain', at('union.cose'), '--label', label, ...asked, ...more)

  test('what is permitted, and how it is protected there', async () => {
    expect(await explain('EST:SALAJANE//REL TO NLD')).toEqual({
      code: 0,
      err: '',
      out: `question  EST to NLD: clearance for visit, under NATO-INFO, at 2026-11-23T12:00:00Z
label     EST:SALAJANE//REL TO NLD, marked 2026-11-23T12:00:00Z
registry  ${at('union.cose')}, version 1

permitted, level 3 (secret): every condition holds
  at NLD: it protects this as STG. GEHEIM
`,
    })
  })

  test('what is refused, and what would be permitted instead', async () => {
    const { code, out } = await explain('EST:TÄIESTI SALAJANE//REL TO FIN, NLD', '--to', 'FIN')
    expect(code).toBe(1)
    expect(out).toContain('refused, level 4 (top secret), on 2 grounds:')
    expect(out).toContain('change    Have FIN accredited to the level, or send what is marked lower.')
    expect(out).toContain('at NLD: refused; it protects this as STG. ZEER GEHEIM')
    expect(out).toContain('permitted, with all else as it is, when marked: KONFIDENTSIAALNE, PIIRATUD')
  })

  test('that another agreement would permit it', async () => {
    const { code, out } = await policy(
      'explain',
      at('union.cose'),
      ...['--label', 'EST:SALAJANE//UNRESTRICTED', ...asked, '--agreement', 'FIN-CHE'],
    )
    expect(code).toBe(1)
    expect(out).toContain('permitted by another agreement: NATO-INFO')
  })

  test('what the agreement’s own table says, when all that it asks for is stated', async () => {
    const swiss = [
      '--from',
      'CHE',
      '--to',
      'EST',
      '--label',
      'CHE:GEHEIM//REL TO EST',
      '--purpose',
      'visit',
      ...when,
    ]
    const stated = ['--need-to-know', 'visit-7', '--legal-basis', 'treaty', '--reader-clearance', '3']
    const reader = ['--reader-nationality', 'EST', '--retain-until', '2026-12-24', '--counted', '0']
    const told = await policy('explain', at('union.cose'), ...swiss, ...stated, ...reader)
    expect(told.out).toContain('at EST: it protects this as SALAJANE (art. 3); number every copy')
    expect(told.code).toBe(0)
    const bare = await policy('explain', at('union.cose'), ...swiss)
    expect(bare.out).toContain('EST-CHE counts transfers, and no number was told')
    const withdrawal = [...stated, ...reader.slice(0, -2), '--type', 'clearance.withdrawal']
    expect(await policy('explain', at('union.cose'), ...swiss, ...withdrawal)).toMatchObject({ code: 0 })
    const half = await policy('explain', at('union.cose'), ...swiss, ...stated)
    expect(half).toMatchObject({
      code: 2,
      err: expect.stringContaining('--reader-nationality go together') as string,
    })
  })

  test('of an envelope, by its header', async () => {
    const { accept } = readJson('test/vectors/envelope.json') as {
      readonly accept: readonly [{ readonly bytes: string }]
    }
    writeFileSync(at('envelope.cose'), hex(accept[0].bytes))
    const told = await policy(
      'explain',
      at('registry.cose'),
      '--envelope',
      at('envelope.cose'),
      '--json',
      ...when,
    )
    expect(jsonOf(told)).toMatchObject({
      allow: true,
      question: { from: 'EST', purpose: 'clearance-confirmation' },
    })
  })

  test('by the registry that the data folder trusts', async () => {
    const trusting = ['--roots', pinnedRoots, '--data', at('est')]
    expect(await pouch(['registry', 'trust', at('registry.cose'), ...trusting])).toMatchObject({ code: 0 })
    const label = ['--label', 'NATO SECRET//UNRESTRICTED', '--from', 'EST', '--to', 'NLD']
    const told = await policy(
      'explain',
      ...label,
      '--purpose',
      'visit',
      '--data',
      at('est'),
      '--json',
      ...when,
    )
    expect(jsonOf(told)).toMatchObject({
      registry: 'trusted registry, version 1',
      allow: false,
      grounds: [{ code: 'purpose-not-covered', found: 'visit' }],
    })
  })

  test.each([
    [['--from', 'EST'], '--from, --to, --label and --purpose go together'],
    [['--to', 'Estonia'], 'It should be the id of a party'],
    [['--reader-clearance', '5'], 'It should be a level from 0 to 4'],
    [['--counted', 'many'], 'It should be numbers'],
    [['--purpose', 'a visit'], 'letters, digits, dots'],
  ])('%s is wrong use', async (args, text) => {
    const { code, err } = await policy('explain', at('union.cose'), ...args)
    expect([code, err]).toEqual([2, expect.stringContaining(text)])
  })
})

test('check: a good registry, and one with a failure', async () => {
  const good = await policy('check', at('union.proposal'), ...when)
  expect(good.code).toBe(0)
  expect(good.out).toMatch(/version 1: good\n[^]*pass {2}decisions: [^]*\n0 failures, 1 warning\n$/)
  const broken = await policy('check', at('broken.proposal'), '--json', ...when)
  expect(broken.code).toBe(1)
  const failure = {
    kind: 'failure',
    text: 'agreement FIN-CHE names CHX: the registry has no such party or group',
  }
  expect(jsonOf(broken)).toMatchObject({
    good: false,
    proofs: [{ name: 'references', objections: [failure] }, ...Array.from({ length: 6 }, () => ({}))],
  })
})

test('matrix: in the terminal, as a drawing, and for programs', async () => {
  const drawn = await policy('matrix', at('union.proposal'), '--svg', at('matrix.svg'), ...when)
  expect(drawn).toMatchObject({ code: 0, out: expect.stringContaining('EST   3*- 2 3') as string })
  expect(drawn.out).toContain('9 of 12 directions among 4 parties are open')
  expect(readFileSync(at('matrix.svg'), 'utf8')).toContain(
    'union.proposal, version 1, at 2026-11-23T12:00:00Z',
  )
  const json = jsonOf(await policy('matrix', at('union.proposal'), '--purpose', 'visit', '--json', ...when))
  expect(json).toMatchObject({
    category: 'clearance',
    purpose: 'visit',
    parties: ['CHE', 'EST', 'FIN', 'NLD'],
  })
  const again = await policy('matrix', at('union.proposal'), '--svg', at('matrix.svg'))
  expect(again).toMatchObject({ code: 2, err: expect.stringContaining('it is there already') as string })
})

test('diff: what a signature would open and close', async () => {
  const told = await policy('diff', at('union.cose'), at('next.proposal'), ...when)
  expect(told.code).toBe(0)
  expect(told.out).toContain('agreements: 1 changed (NATO-INFO)')
  expect(told.out).toContain('something opens in 0 directions, and closes in 6')
  expect(told.out).toContain(
    '  NATO-INFO: clearance for posting, visit: up to 2 (confidential), was up to 4 (top secret)\n    FIN, NLD to EST',
  )
  expect(
    jsonOf(await policy('diff', at('union.cose'), at('next.proposal'), '--json', ...when)),
  ).toMatchObject({
    moments: [{ at: '2026-11-23T12:00:00Z' }, { at: '2026-12-13T12:00:00Z' }],
  })
})

describe('test', () => {
  test('the example table holds of the example plan', async () => {
    writeFileSync(at('table.yaml'), (await pouch(['example', 'table'])).out)
    const plan = jsonOf(await pouch(['example', 'plan', '--json'])) as {
      readonly agreements: readonly [Planned]
    }
    const { id, first, second, purposes, ceilings } = plan.agreements[0]
    const treaty = agreement(id, first, second, { purposes, ceilings: new Map(Object.entries(ceilings)) })
    const parties = union.parties.map((party) => ({ ...party, accreditation: 3 as const }))
    writeFileSync(at('plan.proposal'), proposeRegistry({ ...union, parties, agreements: [treaty] }))
    const told = await policy('test', at('table.yaml'), at('plan.proposal'), ...when)
    expect(told.out).toContain('5 passed, 0 failed')
    expect(told.code).toBe(0)
  })

  test('what comes out otherwise is told with its line and its grounds', async () => {
    const told = await policy('test', at('table.yaml'), at('union.proposal'), ...when)
    expect(told.code).toBe(1)
    expect(told.out).toContain(`FAIL  Estonia confirms a clearance for a visit (${at('table.yaml')}:5)`)
    expect(told.out).toMatch(/expected {2}allow, protected as STG\. GEHEIM\n {4}found {5}deny/)
    expect(told.out).toMatch(/\d passed, \d failed\n$/)
  })

  test('a table that is none is wrong use', async () => {
    writeFileSync(at('wrong.yaml'), 'cases:\n  - nam: x\n')
    const told = await policy('test', at('wrong.yaml'), at('union.proposal'))
    expect(told).toMatchObject({
      code: 2,
      err: expect.stringContaining(`${at('wrong.yaml')}:2: cases[0].nam: unknown key`) as string,
    })
  })
})
