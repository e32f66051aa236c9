/** Agreements on the command line: signed by their parties before the roots sign, suspended and resumed, and in the export. */
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { jsonOf, pouch, type Serving, serving } from '../support/command-line.ts'
import { changed, type CommandLineWorld, foundByCommands, opening } from '../support/command-line-world.ts'
import { recordSecrets } from '../support/recorded.ts'

const id = 'est-nld-security'
let world: CommandLineWorld
let at: CommandLineWorld['at']

beforeAll(async () => {
  world = await foundByCommands()
  at = world.at
})
afterAll(() => rmSync(world.folder, { recursive: true }))

const json = async (ended: ReturnType<typeof pouch>) => jsonOf(await ended) as Record<string, unknown>

describe('before the roots sign', () => {
  const next = () => at('2.proposal')
  const signing = (party: string, ...more: readonly string[]) =>
    pouch(
      [
        'agreement',
        'sign',
        next(),
        '--party',
        party,
        '--out',
        at(`${party}.signatures`),
        '--data',
        at(party.toLowerCase()),
        ...more,
      ],
      opening,
    )
  const combined = (...parties: readonly string[]) => [
    'agreement',
    'combine',
    next(),
    ...parties.map((party) => at(`${party}.signatures`)),
  ]

  beforeAll(async () => {
    const propose = ['registry', 'propose', at('plan.json'), '--next', '--out', next(), '--data', at('est')]
    expect(await pouch(propose)).toMatchObject({ code: 0, err: '' })
  })

  test('the parties see what they lack, sign, and join what they signed', async () => {
    expect((await pouch(['agreement', 'show', next()])).out).toContain('signed by nobody, lacks EST, NLD')
    expect(await signing('EST')).toMatchObject({ code: 0, err: '' })
    const half = await json(pouch([...combined('EST'), '--out', at('half.proposal'), '--json']))
    expect(half['agreements']).toMatchObject([{ id, signed: ['EST'], lacks: ['NLD'] }])
    expect(await signing('NLD', '--agreement', id)).toMatchObject({ code: 0, err: '' })
    const both = await pouch([...combined('EST', 'NLD'), '--out', at('whole.proposal')])
    expect(both.out).toContain('signed by EST, NLD, lacks nobody')
  })

  test('what the roots sign then is trusted, and is not where a party is missing', async () => {
    const rooted = async (proposal: string): Promise<string> => {
      const signatures = ['signer-a', 'signer-b'].map((name) => `${at(proposal)}.${name}`)
      for (const file of signatures) {
        const signer = file.endsWith('a') ? at('signer-a') : at('signer-b')
        await pouch(['registry', 'sign', at(proposal), '--data', signer, '--out', file], opening)
      }
      await pouch(['registry', 'combine', at(proposal), ...signatures, '--out', at(`${proposal}.cose`)])
      return at(`${proposal}.cose`)
    }
    const trusting = (file: string) => ['registry', 'trust', file, '--data', at('nld')]
    const refused = await pouch(trusting(await rooted('half.proposal')))
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('(unsigned-agreement)')])
    expect(await pouch(trusting(await rooted('whole.proposal')))).toMatchObject({ code: 0, err: '' })
  })

  test('no party signs for another, and nothing that is not there', async () => {
    const other = await signing('LVA')
    expect([other.code, other.err]).toEqual([1, expect.stringContaining('(foreign-agreement)')])
    const unknown = await signing('EST', '--agreement', 'none')
    expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('(unknown-agreement)')])
    const wrong = await pouch([
      ...combined(),
      changed(at('EST.signatures'), 0.9),
      '--out',
      at('wrong.proposal'),
    ])
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('(bad-signature)')])
  })
})

test.each([
  'nato',
  'eu',
  'five-eyes',
  'bilateral',
  'mission',
  'treaties',
])('profile %s goes into a plan', async (name) => {
  const profile = await pouch(['agreement', 'profile', name])
  writeFileSync(at(`${name}.json`), profile.out)
  const plan = {
    ...(JSON.parse(readFileSync(at('plan.json'), 'utf8')) as object),
    profiles: [`${name}.json`],
  }
  writeFileSync(at(`${name}.plan.json`), JSON.stringify(plan))
  const proposed = await json(
    pouch(['registry', 'propose', at(`${name}.plan.json`), '--out', at(`${name}.proposal`), '--json']),
  )
  const own = (JSON.parse(profile.out) as { readonly agreements: readonly { readonly id: string }[] })
    .agreements
  expect(proposed['agreements']).toEqual([id, ...own.map((each) => each.id)])
})

describe('in force', () => {
  let gateway: Serving
  const est = (...args: readonly string[]) => pouch([...args, '--data', at('est')], opening)

  beforeAll(async () => {
    cpSync(inject('embeddedTemplate'), at('est', 'database'), { recursive: true })
    const made = await est('credential', 'new', 'desk', '--roles', 'submit,officer,auditor')
    recordSecrets('token', [made.out.trim()])
    writeFileSync(at('est', 'credential'), made.out, { mode: 0o600 })
    gateway = await serving(['--json', '--data', at('est')], opening)
  })
  afterAll(() => gateway.stop())

  test('an agreement is suspended, listed so, refused under, and resumed', async () => {
    expect((await est('agreement', 'list')).out.trim()).toBe(`${id}: EST ↔ NLD; in-force`)
    const suspended = await est('agreement', 'suspend', id, '--reason', 'relations')
    expect(suspended.out).toMatch(/^est-nld-security is suspended by this party, from entry \d+ on\n$/)
    expect((await est('agreement', 'list')).out).toContain('SUSPENDED by EST')
    expect((await est('agreement', 'suspend', id, '--reason', 'law')).out).toContain('as before')
    const request = JSON.parse((await est('example', 'request')).out) as object
    writeFileSync(at('request.json'), JSON.stringify({ ...request, agreement: id }))
    const sent = await est('send', at('request.json'))
    expect([sent.code, sent.err + sent.out]).toEqual([1, expect.stringContaining('agreement-suspended')])
    const explain = [
      'policy',
      'explain',
      '--from',
      'EST',
      '--to',
      'NLD',
      '--agreement',
      id,
      '--purpose',
      'visit',
    ]
    const explained = (...more: readonly string[]) =>
      est(...explain, '--label', 'EST:PIIRATUD//REL TO NLD', '--json', ...more)
    expect((await explained('--suspensions')).out).toContain('agreement-suspended')
    expect((await explained()).out).not.toContain('agreement-suspended')
    expect(await est('agreement', 'resume', id)).toMatchObject({ code: 0, err: '' })
    expect((await est('agreement', 'list')).out).not.toContain('SUSPENDED')
  })

  test('not an agreement that nobody knows', async () => {
    const unknown = await est('agreement', 'suspend', 'none', '--reason', 'law')
    expect([unknown.code, unknown.err + unknown.out]).toEqual([
      1,
      expect.stringContaining('unknown-agreement'),
    ])
  })

  test('the notices are in the export, which is verified and replayed with them, and without one is not', async () => {
    expect(await est('audit', 'export', '--out', at('export'))).toMatchObject({ code: 0, err: '' })
    expect(readdirSync(at('export', 'suspensions'))).toHaveLength(2)
    expect(await est('audit', 'verify', at('export'))).toMatchObject({ code: 0 })
    const replayed = await json(est('audit', 'replay', at('export'), '--json'))
    expect(replayed).toMatchObject({ good: true, decisions: 1 })
    const [first = ''] = readdirSync(at('export', 'suspensions'))
    cpSync(changed(at('export', 'suspensions', first)), at('export', 'suspensions', first))
    rmSync(at('export', 'suspensions', `${first}.changed`))
    const forged = await est('audit', 'verify', at('export'))
    expect([forged.code, forged.err + forged.out]).toEqual([1, expect.stringContaining('suspensions/')])
  })
})
