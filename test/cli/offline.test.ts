/** The command line without a gateway: help, wrong use, the ceremony, sealing and opening, and every refusal in words. */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { program } from '../../src/cli/program.ts'
import { jsonOf, pouch, spawned } from '../support/command-line.ts'
import { recordSecrets } from '../support/recorded.ts'
import {
  changed,
  type CommandLineWorld,
  foundByCommands,
  opening,
  parties,
  passphrase,
} from '../support/command-line-world.ts'

let world: CommandLineWorld
let at: CommandLineWorld['at']

beforeAll(async () => {
  world = await foundByCommands()
  at = world.at
  writeFileSync(at('request.json'), (await pouch(['example', 'request'])).out)
  const sealing = ['seal', at('request.json'), '--out', at('envelope.cose'), '--data', at('est')]
  expect(await pouch(sealing, opening)).toMatchObject({ code: 0, err: '' })
})
afterAll(() => rmSync(world.folder, { recursive: true }))

function leaves(command: Command, words: readonly string[] = []): readonly (readonly string[])[] {
  if (command.commands.length === 0) return [words]
  return command.commands.flatMap((each) => leaves(each, [...words, each.name()]))
}

describe('every command', async () => {
  const commands = leaves(await program())

  test('is one of those that are promised', () => {
    const names = commands.map((words) => words.join(' '))
    const promised = ['init', 'serve', 'seal', 'open', 'send', 'inbox', 'acknowledge', 'verify', 'inspect']
    const promisedToo = ['audit export', 'audit verify', 'audit prove', 'keys new', 'registry trust']
    expect(names).toEqual(expect.arrayContaining([...promised, ...promisedToo]))
  })

  test.each(
    commands.map((words) => [words.join(' '), words] as const),
  )('%s has an example in its help, and says as JSON that it was used wrongly', async (name, words) => {
    const help = await pouch([...words, '--help'])
    expect(help).toMatchObject({ code: 0, err: '' })
    expect(help.out).toMatch(/\nExamples?:\n/)
    expect(help.out).toContain(`pouch ${name} `)
    const wrong = await pouch([...words, '--no-such-option', '--json'])
    expect(wrong.code).toBe(2)
    expect(jsonOf(wrong)).toMatchObject({
      usage: expect.stringMatching(/./) as string,
      next: `pouch ${name} --help`,
    })
  })
})

describe('wrong use has exit code 2 and says what is wrong', () => {
  test.each([
    [[], 'a command is missing'],
    [['sned'], 'Did you mean send?'],
    [['keys'], 'a command is missing'],
    [['send'], "missing required argument 'file'"],
    [['init', 'est', '--url', 'https://pouch.example.ee'], 'capitals'],
    [['init', 'EST', '--url', 'https://pouch.example.ee/path'], 'without a path'],
    [['init', 'EST', '--url', 'https://pouch.example.ee', '--agency-port', '8e4'], 'from 0 to 65535'],
    [['keys', 'new', 'toast'], 'Allowed choices are sign, open'],
    [['credential', 'new', 'somebody', '--roles', 'admin'], 'submit, read, officer, auditor, monitor'],
    [
      ['acknowledge', 'ab'.repeat(16), '--outcome', 'eaten'],
      'Allowed choices are consigned, opened, refused',
    ],
    [['acknowledge', 'ab'.repeat(16), '--outcome', 'refused'], '--code takes a code'],
    [['acknowledge', 'ab'.repeat(16), '--code', 'bad-document'], '--code goes with --outcome refused'],
    [['status', '../v1/inbox'], '32 hexadecimal digits'],
    [['inbox', '--out', 'somewhere'], 'go with the id'],
    [['verify', 'no-such-file', '--roots', 'ab'], '64 lower-case hexadecimal digits'],
    [['verify', 'no-such-file', '--roots', 'ab'.repeat(32)], '--registry and --roots go together'],
    [['registry', 'show', 'no-such-file'], 'cannot read no-such-file: there is no such file'],
    [['inspect', '.'], 'it is a folder'],
    [['send', 'no-such-file', '--reader-clearance', '5'], 'a level from 0 to 4'],
    [['send', 'no-such-file', '--reader-nationality', 'Estonia'], 'the id of a party, such as EST'],
    [['send', 'no-such-file', '--need-to-know', 'a visit'], 'such as visit-2027-114'],
    [['audit', 'verify', '.'], 'is no folder of a ledger export'],
  ])('%j', async (args, words) => {
    const ended = await pouch(args)
    expect(ended).toMatchObject({ code: 2, out: '' })
    expect(ended.err).toMatch(/usage: /)
    expect(ended.err).toContain(words)
    expect(jsonOf(await pouch([...args, '--json']))).toMatchObject({
      usage: expect.stringContaining(words) as string,
    })
  })

  test.each(['yesterday', '2026', '2026-11-23T12:00:00', '2026-13-01'])('--at %s', async (time) => {
    const ended = await pouch(['verify', at('envelope.cose'), '--at', time, '--data', at('nld')])
    expect(ended).toMatchObject({ code: 2, err: expect.stringContaining('--at takes a time') as string })
  })

  test('a file is not written over', async () => {
    const again = [
      'registry',
      'combine',
      at('1.proposal'),
      at('signer-a.signature'),
      '--out',
      at('registry.cose'),
    ]
    expect(await pouch(again)).toMatchObject({
      code: 2,
      err: expect.stringContaining('it is there already') as string,
    })
    const trust = ['registry', 'trust', at('registry.cose'), '--roots', world.roots, '--data', at('est')]
    expect((await pouch(trust)).err).toContain('is trusted already; leave --roots out')
  })
})

describe('what is stated', () => {
  const seal = (out: string, ...options: readonly string[]) =>
    pouch(['seal', at('request.json'), '--out', at(out), '--data', at('est'), ...options], opening)

  test('by options goes before what the request states, and stands in the header', async () => {
    const request = JSON.parse(readFileSync(at('request.json'), 'utf8')) as object
    const justification = { needToKnow: 'visit-2027-113', legalBasis: 'Art-4' }
    writeFileSync(at('stating.json'), JSON.stringify({ ...request, justification }))
    const sealed = ['seal', at('stating.json'), '--out', at('stating.cose'), '--data', at('est')]
    const reader = ['--reader-clearance', '3', '--reader-nationality', 'NLD', '--reader-nationality', 'EST']
    const made = await pouch([...sealed, '--need-to-know', 'visit-2027-114', ...reader], opening)
    expect(made).toMatchObject({ code: 0, err: '' })
    const shown = (await pouch(['inspect', at('stating.cose')])).out
    for (const each of ['justification', '"visit-2027-114"', '"Art-4"', 'need to know', 'nationalities'])
      expect(shown).toContain(each)
    const verified = await pouch(['verify', at('stating.cose'), '--data', at('nld'), '--json'])
    expect(jsonOf(verified)).toMatchObject({
      good: true,
      facts: { needToKnow: 'visit-2027-114', legalBasis: 'Art-4', reader: 'cleared to 3, EST, NLD' },
    })
  })

  test('is whole, and belongs to a request', async () => {
    expect(await seal('half.cose', '--reader-clearance', '3')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--reader-clearance and --reader-nationality go together') as string,
    })
    const sent = await pouch(['send', at('envelope.cose'), '--legal-basis', 'Art-4', '--data', at('est')])
    expect(sent).toMatchObject({
      code: 2,
      err: expect.stringContaining('what is stated goes with a request') as string,
    })
  })
})

describe('the ceremony', () => {
  test('says nothing secret, and only keys’ files hold what the passphrase wraps', () => {
    const said = [...world.steps.values()].map(({ out, err }) => out + err).join('\n')
    expect(said).not.toContain(passphrase)
    expect([...world.steps.values()].map(({ err }) => err).join('')).toBe('')
  })

  test('ends with the same roots for every reader', async () => {
    const show = jsonOf(await pouch(['registry', 'show', at('registry.cose'), '--json']))
    expect(show).toMatchObject({
      version: 1,
      roots: world.roots,
      threshold: 2,
      signers: ['signer-a', 'signer-b'],
    })
    expect(show).toMatchObject({ parties: [{ id: 'EST' }, { id: 'NLD' }] })
    expect(world.steps.get('propose')?.out).toContain(world.roots)
  })

  test('lists keys without the passphrase, and newer ones when there are', async () => {
    const { code, out } = await pouch(['keys', 'list', '--data', at('est')])
    expect(code).toBe(0)
    expect(out.split('\n')[0]).toMatch(/^use +gen +algorithm +created +state +key id$/)
    expect(out.trim().split('\n').length - 1).toBe(6)
    const states = out
      .trim()
      .split('\n')
      .slice(1)
      .map((row) => / (\w+) +[0-9a-f]{64}$/.exec(row)?.[1])
    expect(states).toEqual(Array.from({ length: 6 }, () => 'active'))
  })

  test('refuses fewer signatures than the roots demand, and other roots than the pinned ones', async () => {
    const lone = at('lone.cose')
    await pouch(['registry', 'combine', at('1.proposal'), at('signer-a.signature'), '--out', lone])
    const trust = (file: string, roots: string) =>
      pouch(['registry', 'trust', file, '--roots', roots, '--data', at('third'), '--json'])
    expect(jsonOf(await trust(lone, world.roots))).toMatchObject({ refused: 'registry-threshold' })
    expect(jsonOf(await trust(at('registry.cose'), 'ab'.repeat(32)))).toMatchObject({
      refused: 'untrusted-roots',
    })
    expect(existsSync(at('third'))).toBe(false)
  })

  test('a plan with a fault names its place', async () => {
    const plan = JSON.parse(readFileSync(at('plan.json'), 'utf8')) as { parties: object[] }
    const [first = {}] = plan.parties
    const propose = async (party: object): Promise<string> => {
      const file = at('faulty.json')
      writeFileSync(file, JSON.stringify({ ...plan, parties: [party] }))
      return (await pouch(['registry', 'propose', file, '--out', at('faulty.proposal')])).err
    }
    expect(await propose({ ...first, gateway: 'pouch.example.ee' })).toContain('parties[0].gateway')
    expect(await propose({ ...first, revoked: { ['ab'.repeat(32)]: '2026-11-23' } })).toContain(
      'EST has no key abab',
    )
    expect(await propose({ ...first, enrolment: 'nobody.json' })).toContain(
      'nobody.json: there is no such file',
    )
    // Alone, the first party has no NLD beside it to be its witness.
    expect(await propose(first)).toContain('a witness is no party')
  })

  test('shows who witnesses, and what each level needs', async () => {
    const shown = await pouch(['registry', 'show', at('registry.cose')])
    expect(shown.out).toContain('witnesses EST, NLD; needed 0 at level 0')
    expect(shown.out).toContain('1 at level 4; within 900 s')
  })

  test('keeps a later version beside the first', async () => {
    const data = ['--data', at('est')]
    await pouch(['registry', 'propose', at('plan.json'), '--next', '--out', at('2.proposal'), ...data])
    for (const signer of ['signer-a', 'signer-b']) {
      const signature = at(`2-${signer}.signature`)
      await pouch(['registry', 'sign', at('2.proposal'), '--data', at(signer), '--out', signature], opening)
    }
    const signatures = [at('2-signer-a.signature'), at('2-signer-b.signature')]
    await pouch(['registry', 'combine', at('2.proposal'), ...signatures, '--out', at('2.cose')])
    const stranger = ['--data', at('stranger')]
    await pouch(['registry', 'trust', at('registry.cose'), '--roots', world.roots, ...stranger])
    expect(jsonOf(await pouch(['registry', 'trust', at('2.cose'), '--json', ...stranger]))).toMatchObject({
      version: 2,
    })
    expect(jsonOf(await pouch(['registry', 'trust', at('2.cose'), '--json', ...stranger]))).toMatchObject({
      refused: 'registry-rollback',
    })
    const verify = ['verify', at('envelope.cose'), '--json']
    expect(await pouch([...verify, ...stranger])).toMatchObject({ code: 0 })
    const chain = ['--registry', at('registry.cose'), '--registry', at('2.cose'), '--roots', world.roots]
    expect(await pouch([...verify, ...chain])).toMatchObject({ code: 0 })
    const party = ['registry', 'party', 'EST', '--json']
    const then = jsonOf(await pouch([...party, '--number', '1', '--at', '2000-01-01', ...stranger])) as {
      readonly version: number
      readonly keys: readonly { readonly state: string }[]
    }
    expect(then).toMatchObject({ party: 'EST', at: '2000-01-01T00:00:00Z', version: 1 })
    expect(new Set(then.keys.map(({ state }) => state))).toEqual(new Set(['to-come']))
    expect(jsonOf(await pouch([...party, ...stranger]))).toMatchObject({ version: 2 })
    expect(jsonOf(await pouch([...party, '--known-at', '2000-01-01', ...stranger]))).toMatchObject({
      refused: 'not-yet-valid',
    })
    expect((await pouch([...party, '--number', '3', ...stranger])).code).toBe(2)
  })
})

describe('seal, verify, open', () => {
  test('opens what was sealed, and writes the attestations', async () => {
    const out = at('opened')
    const opened = await pouch(['open', at('envelope.cose'), '--out', out, '--data', at('nld')], opening)
    expect(opened).toMatchObject({ code: 0, err: '' })
    expect(opened.out).toContain('NATO SECRET')
    expect(opened.out).toContain('surname: Tamm')
    const [attestation = ''] = readdirSync(out)
    const verified = await pouch(['verify', path.join(out, attestation), '--json', '--data', at('nld')])
    expect(jsonOf(verified)).toMatchObject({ kind: 'attestation', good: true, facts: { issuer: 'EST' } })
    expect(await pouch(['inspect', path.join(out, attestation)])).toMatchObject({ code: 0 })
  })

  test('verify shows each check, with --open also those of the recipient', async () => {
    const verify = ['verify', at('envelope.cose'), '--json', '--data', at('nld')]
    const outer = jsonOf(await pouch(verify)) as { checks: { check: string; outcome: string }[] }
    expect(outer).toMatchObject({ kind: 'envelope', good: true, facts: { from: 'EST', to: ['NLD'] } })
    expect(outer.checks.find(({ check }) => check === 'key-agreement')?.outcome).toBe('not-reached')
    const inner = jsonOf(await pouch([...verify, '--open'], opening)) as typeof outer
    expect(inner.checks.filter(({ outcome }) => outcome !== 'pass').map(({ check }) => check)).toEqual([
      'replay',
    ])
  })

  test('who is no recipient cannot open it', async () => {
    const ended = await pouch(['open', at('envelope.cose'), '--json', '--data', at('est')], opening)
    expect(ended.code).toBe(1)
    expect(jsonOf(ended)).toMatchObject({ refused: 'not-a-recipient' })
  })

  test('what was changed is not good, and the failed check is named', async () => {
    const ended = await pouch(['verify', changed(at('envelope.cose')), '--data', at('nld')])
    expect(ended.code).toBe(1)
    expect(ended.out).toMatch(/NOT GOOD\n[^]*FAIL {2}signatures {2}bad-signature/)
  })

  test('as of another time: expired, or from the future, or with an expired registry', async () => {
    const verify = (time: string) => pouch(['verify', at('envelope.cose'), '--at', time, '--data', at('nld')])
    const day = (days: number) =>
      new Date(Date.now() + days * 86_400_000).toISOString().replace(/\.\d+Z/, 'Z')
    expect((await verify(day(3))).out).toContain('FAIL  validity  expired')
    expect((await verify(day(-3))).err).toContain('not-yet-valid')
    expect((await verify(day(120))).err).toContain('registry-expired')
  })

  test('a registry and proposal are verified and inspected', async () => {
    const trusted = ['--registry', at('registry.cose'), '--roots', world.roots]
    const verified = await pouch(['verify', at('registry.cose'), '--json', ...trusted])
    expect(jsonOf(verified)).toMatchObject({ kind: 'registry', good: true })
    const wrong = await pouch(['verify', changed(at('registry.cose')), '--json', ...trusted])
    expect(wrong.code).toBe(1)
    expect(jsonOf(wrong)).toMatchObject({ good: false })
    expect((await pouch(['inspect', at('registry.cose')])).out).toContain('parties')
    expect((await pouch(['inspect', at('1.proposal')])).code).toBe(0)
  })

  test('a fault in a request is named by its place, and its text is not repeated', async () => {
    const request = JSON.parse(readFileSync(at('request.json'), 'utf8')) as { attestations: object[] }
    const [attestation] = request.attestations
    const faulty = { ...request, attestations: [{ ...attestation, expiresAt: 'Privaatne' }], purpos: 'visit' }
    writeFileSync(at('faulty-request.json'), JSON.stringify(faulty))
    const sealing = ['seal', at('faulty-request.json'), '--out', at('x.cose'), '--data', at('est')]
    const { code, err } = await pouch(sealing, opening)
    expect(code).toBe(1)
    expect(err).toContain('attestations[0].expiresAt')
    expect(err).toContain('purpos')
    expect(err).not.toContain('Privaatne')
    writeFileSync(at('no.json'), '{"surname": "Privaatne"')
    expect(
      (await pouch(['seal', at('no.json'), '--out', at('x.cose'), '--data', at('est')], opening)).err,
    ).toBe(`usage: ${at('no.json')} is not JSON\n`)
  })
})

describe('files that are none of ours', () => {
  test.each([
    ['empty', ''],
    ['text', 'Dear Sir'],
    ['other CBOR', new Uint8Array([0x83, 1, 2, 3])],
    ['half an envelope', undefined],
  ])('%s: refused with a code', async (name, content) => {
    const file = at(`not-ours-${name.replaceAll(' ', '-')}`)
    writeFileSync(file, content ?? readFileSync(at('envelope.cose')).subarray(0, 500))
    const ended = await pouch(['verify', file, '--json', '--data', at('nld')])
    expect(ended.code).toBe(1)
    expect(jsonOf(ended)).toHaveProperty('refused')
  })

  test('too large: refused before it is read', async () => {
    const file = at('large')
    writeFileSync(file, '')
    const { truncateSync } = await import('node:fs')
    truncateSync(file, 65 * 1024 * 1024)
    const ended = await pouch(['inspect', file, '--json'])
    expect(jsonOf(ended)).toMatchObject({ refused: 'too-large' })
  })
})

describe('keys and passphrase', () => {
  const list = ['keys', 'new', 'transport', '--json']

  test('a missing passphrase is asked for by its variable', async () => {
    const ended = await pouch([...list, '--data', at('est')])
    expect(ended.code).toBe(1)
    expect(jsonOf(ended)).toMatchObject({
      configuration: [expect.stringContaining('POUCH_PASSPHRASE') as string],
    })
  })

  test('a wrong one is refused, and neither is shown', async () => {
    const wrong = 'quite another phrase'
    const ended = await pouch([...list, '--data', at('est')], { POUCH_PASSPHRASE: wrong })
    expect(jsonOf(ended)).toMatchObject({ refused: 'wrong-passphrase' })
    expect(ended.out).not.toContain(wrong)
    const short = await pouch([...list, '--data', at('est')], { POUCH_PASSPHRASE: 'short' })
    expect(jsonOf(short)).toMatchObject({ refused: 'weak-passphrase' })
  })

  test('it is changed for all keys at once, and the old one opens nothing any more', async () => {
    const folder = at('repassed')
    const made = ['keys', 'new', 'transport', '--json', '--data', folder]
    expect((await pouch(made, opening)).code).toBe(0)
    const changing = ['keys', 'passphrase', '--json', '--data', folder]
    const asked = await pouch(changing, opening)
    expect(jsonOf(asked)).toMatchObject({
      configuration: [expect.stringContaining('POUCH_NEW_PASSPHRASE') as string],
    })
    const next = 'amber quay register swallow'
    recordSecrets('passphrase', [next])
    const changed = await pouch(changing, { ...opening, POUCH_NEW_PASSPHRASE: next })
    expect(jsonOf(changed)).toEqual({ files: 1 })
    expect(jsonOf(await pouch(made, opening))).toMatchObject({ refused: 'wrong-passphrase' })
    expect((await pouch(made, { POUCH_PASSPHRASE: next })).code).toBe(0)
  })

  test('a new key is announced until the registry lists it, and a ledger keeps its keys', async () => {
    const folder = at('announcing')
    cpSync(at('est'), folder, { recursive: true })
    chmodSync(at('announcing', 'keys'), 0o700)
    expect((await pouch(['keys', 'new', 'open', '--data', folder], opening)).code).toBe(0)
    const { keys } = jsonOf(await pouch(['keys', 'list', '--json', '--data', folder])) as {
      readonly keys: readonly { readonly use: string; readonly generation: number; readonly state: string }[]
    }
    const opens = keys.filter(({ use }) => use === 'open')
    expect(opens.map(({ generation, state }) => [generation, state])).toEqual([
      [1, 'active'],
      [2, 'announced'],
    ])
    expect((await pouch(['keys', 'new', 'ledger', '--data', folder], opening)).code).toBe(2)
  })

  test('a new key is proposed with the consent in its enrolment, and not without it', async () => {
    const folder = at('announcing')
    const enrolled = await pouch(['keys', 'enrol', 'EST', '--data', folder], opening)
    const { consent, ...without } = JSON.parse(enrolled.out) as { readonly consent: string }
    expect(consent).toMatch(/^[A-Za-z0-9+/]{4000,}=*$/)
    const plan = JSON.parse(readFileSync(at('plan.json'), 'utf8')) as { readonly parties: readonly object[] }
    const [first, ...others] = plan.parties
    const parties = [{ ...first, enrolment: 'EST-2.json' }, ...others]
    writeFileSync(at('plan-2.json'), JSON.stringify({ ...plan, parties }))
    const propose = async (enrolment: string, out: string) => {
      writeFileSync(at('EST-2.json'), enrolment)
      const next = ['registry', 'propose', at('plan-2.json'), '--next', '--out', at(out), '--data', folder]
      return pouch([...next, '--json'])
    }
    expect(jsonOf(await propose(JSON.stringify(without), 'unsigned.proposal'))).toMatchObject({
      refused: 'key-change-unsigned',
    })
    expect(jsonOf(await propose(enrolled.out, 'signed.proposal'))).toMatchObject({ version: 2 })
    // Nothing changes: nothing is signed, and no passphrase needed.
    expect((await pouch(['keys', 'enrol', 'EST', '--data', at('est')])).out).not.toContain('consent')
  })

  test('keys that others can read are refused', async () => {
    const key = at('nld', 'keys', readdirSync(at('nld', 'keys'))[0] ?? '')
    chmodSync(key, 0o644)
    const ended = await pouch(['keys', 'list', '--json', '--data', at('nld')])
    chmodSync(key, 0o600)
    expect(jsonOf(ended)).toMatchObject({ refused: 'unsafe-permissions' })
  })

  test('a misspelt data folder is named, and not made', async () => {
    for (const args of [
      ['open', at('envelope.cose')],
      ['keys', 'list'],
      ['credential', 'list'],
      ['status', 'ab'.repeat(16)],
    ]) {
      const { code, err } = await pouch([...args, '--data', at('misspelt')], opening)
      expect(code).toBe(1)
      expect(err).toContain(at('misspelt'))
    }
    expect(existsSync(at('misspelt'))).toBe(false)
  })

  test('a data folder is not made twice', async () => {
    const ended = await pouch(
      ['init', 'EST', '--url', 'https://pouch.example.ee', '--data', at('est')],
      opening,
    )
    expect(ended).toMatchObject({ code: 2, err: expect.stringContaining('is there already') as string })
    mkdirSync(at('blind'))
    const blind = [
      'init',
      'HUB',
      '--url',
      'https://hub.example.org',
      '--blind',
      '--json',
      '--data',
      at('blind'),
    ]
    const made = jsonOf(await pouch(blind, opening)) as { keys: { use: string }[] }
    expect(new Set(made.keys.map(({ use }) => use))).toEqual(new Set(['transport', 'ledger']))
  })
})

describe('the program itself', () => {
  test('takes - for standard input, and ends with the exit code', async () => {
    const envelope = readFileSync(at('envelope.cose'))
    const [verified, inspected, wrong] = await Promise.all([
      spawned(['verify', '-', '--json', '--data', at('nld')], envelope),
      spawned(['inspect', '-', '--json'], new Uint8Array(0)),
      spawned(['verify', '--json']),
    ])
    expect(verified.code).toBe(0)
    expect(jsonOf(verified)).toMatchObject({ kind: 'envelope', good: true, file: '-' })
    expect(inspected.code).toBe(1)
    expect(jsonOf(inspected)).toMatchObject({ refused: 'malformed-cbor' })
    expect(wrong.code).toBe(2)
    expect(jsonOf(wrong)).toMatchObject({ usage: "missing required argument 'file'" })
    expect(parties.length).toBe(2)
  })
})
