/** National modules: what is refused of them, what they are asked, and that whatever goes wrong in one denies. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { rulesIn } from '../../src/policy/national/national-admission.ts'
import { closedSchema, vocabularyOf } from '../../src/policy/national/national-schema.ts'
import { decideWith, moduleOf, rule, schema, told } from './national-world.ts'
import { day, label, now, question, sources, treaty } from './world.ts'

const root = path.resolve(import.meta.dirname, '../..')
const head = '@id("one") @advice("Do not")'
const whole = `${head} forbid (principal, action, resource);`

test('a module of one rule is admitted', () => {
  expect(rulesIn(`// Ours\n${whole}`, schema)).toMatchObject([{ id: 'one', advice: 'Do not' }])
})

test.each<[name: string, text: string, why: RegExp]>([
  ['no policy', '// nothing yet', /no policy/],
  ['half a policy', 'forbid (principal, action', /unexpected end/],
  ['another language', 'deny everything', /unexpected token/],
  ['a permit', whole.replace('forbid', 'permit'), /permits/],
  [
    'a permit beside a forbid',
    `${whole}
${rule('true', 'two').replace('forbid', 'permit')}`,
    /policy 2 permits/,
  ],
  ['a template', whole.replace('principal', 'principal == ?principal'), /template/],
  ['no @id', whole.replace('@id("one")', ''), /has no @id/],
  ['an @id without a value', whole.replace('@id("one")', '@id'), /has no @id/],
  ['an @id with a space', whole.replace('"one"', '"number one"'), /has no @id/],
  ['one @id for two', `${whole}\n${whole}`, /two policies with @id\("one"\)/],
  ['no @advice', whole.replace('@advice("Do not")', ''), /has no @advice/],
  ['an @advice of two lines', whole.replace('Do not', 'Do\\nnot'), /has no @advice/],
  ['an @advice that runs backwards', whole.replace('Do not', 'Do \u202enot'), /has no @advice/],
  ['another annotation', whole.replace('forbid', '@severity("low") forbid'), /has @severity/],
  [
    'more than 256 policies',
    Array.from({ length: 257 }, (_, i) => rule('true', `r${i}`)).join(''),
    /256 pol/,
  ],
  ['more than 64 KiB', `// ${'é'.repeat(32_768)}\n${whole}`, /65536 bytes/],
  ['an unknown attribute', rule('resource.colour == "red"'), /attribute `colour`/],
  ['an optional attribute without has', rule('context.needToKnow == "x"'), /optional attribute/],
  ['an unknown party', rule('context.receiver == Party::"BETTA"'), /"BETTA"/],
  ['an unknown party in the scope', whole.replace('principal', 'principal == Party::"OMEGA"'), /"OMEGA"/],
  ['an unknown group', rule('context.receiverGroups.contains(Group::"ALPHA")'), /"ALPHA"/],
  ['an unknown purpose', rule('context.purpose == Purpose::"veting"'), /"veting"/],
  ['an unknown category', rule('context.category == Category::"courier"'), /"courier"/],
  ['an unknown agreement', rule('context.agreement == Agreement::"ALPHA"'), /"ALPHA"/],
  [
    'a compartment that nobody holds',
    rule('resource.compartments.contains(Compartment::"ALLY/X")'),
    /"ALLY\/X"/,
  ],
  ['a caveat of another issuer', rule('resource.caveats.contains(Caveat::"GAMMA/BETA EYES")'), /GAMMA/],
  ['a marking in its second spelling', rule('resource.marking == Marking::"ALLY:ALLY SECRÈTE"'), /SECRÈTE/],
  ['a marking without its issuer', rule('resource.marking == Marking::"ALLY SECRET"'), /ALLY SECRET/],
  [
    'an unknown nationality',
    rule('context has reader && context.reader.nationalities.contains(Nation::"X")'),
    /"X"/,
  ],
  ['an unknown kind', rule('context.purpose == Reason::"vetting"'), /Reason/],
  ['an unknown action', whole.replace('action', 'action == Action::"read"'), /Action::"read"/],
  ['a name as text', rule('context.purpose == "vetting"'), /not compatible/],
  ['a level as text', rule('resource.level == "3"'), /not compatible/],
  ['a name of one kind for another', rule('context.receiver == Group::"ALLY"'), /impossible/],
  ['a rule that never applies', rule('false'), /impossible/],
  [
    'the wrong kind of principal',
    whole.replace('principal', 'principal is Transfer'),
    /impossible|applicable/,
  ],
  ['a day that there is not', rule('context.at > datetime("2026-02-30")'), /datetime/],
  ['a set of nothing', rule('[].contains(context.purpose)'), /empty set/],
  [
    'letters of two scripts',
    rule('resource has reference && resource.reference == "say_һello"'),
    /mixed scripts/,
  ],
  ['a long chain', rule(Array(100).fill('resource.level > 1').join(' && ')), /nested too deeply/],
  [
    'many clauses',
    rule('true').replace(';', 'when { resource.level > 1 }'.repeat(200) + ';'),
    /nested too deeply/,
  ],
  ['a thousand brackets', rule(`${'('.repeat(1000)}true${')'.repeat(1000)}`), /nested too deeply/],
])('%s is refused', (_, text, why) => {
  expect(() => rulesIn(text, schema)).toThrow(
    expect.objectContaining({ code: 'bad-module', detail: expect.stringMatching(why) as unknown }),
  )
})

describe('what a module says', () => {
  test('is asked of what its party sends and of what it is sent, and of nothing else', () => {
    const forbidden = (party: string) => told(decideWith([moduleOf(party, 'true')]))
    expect(forbidden('ALPHA')).toEqual(['national-restriction ALPHA: rule-1'])
    expect(forbidden('BETA')).toEqual(['national-restriction BETA: rule-1'])
    expect(forbidden('DELTA')).toEqual([])
  })

  test('is told with every rule of both that forbids, and its advice', () => {
    const modules = [moduleOf('BETA', 'true', 'resource.level > 3'), moduleOf('ALPHA', 'true', 'true')]
    const { allow, level, grounds } = decideWith(modules)
    expect({ allow, level }).toEqual({ allow: false, level: 3 })
    expect(grounds).toEqual(
      ['ALPHA: rule-1', 'ALPHA: rule-2', 'BETA: rule-1'].map((subject) => ({
        code: 'national-restriction',
        party: 'BETA',
        subject,
        found: 'Do not',
      })),
    )
  })

  test('of a marking holds for all its spellings', () => {
    const modules = [moduleOf('ALPHA', 'resource.marking == Marking::"ALLY:ALLY SECRET"')]
    const spelt = (marking: string) => told(decideWith(modules, { label: { ...label, marking } }))
    expect(spelt('ALLY SECRÈTE')).toEqual(['national-restriction ALPHA: rule-1'])
    expect(spelt('ALLY CONFIDENTIAL')).toEqual([])
  })

  test('of a nationality that the registry does not have is said of all such', () => {
    const modules = [
      moduleOf('ALPHA', 'context has reader && context.reader.nationalities.contains(Nation::"unlisted")'),
    ]
    const read = (...nationalities: readonly string[]) =>
      decideWith(modules, { reader: { clearance: 4, nationalities } }).allow
    expect([read('BETA'), read('BETA', 'OMEGA'), read('PSI'), decideWith(modules).allow]).toEqual([
      true,
      false,
      false,
      true,
    ])
  })
})

describe('a module that cannot tell denies', () => {
  const failed = ['national-module-failed ALPHA']

  test.each([
    ['that is not admitted', 'resource.colour == 1'],
    ['that does not parse', '}'],
    ['that breaks the evaluator', `${'('.repeat(2000)}true${')'.repeat(2000)}`],
    ['whose rule overflows', 'resource.level * 9223372036854775807 > 0'],
    ['whose rule leaves the calendar', 'context.at.offset(duration("106751991167d")) > context.at'],
  ])('one %s', (_, condition) => {
    expect(told(decideWith([moduleOf('ALPHA', condition)]))).toEqual(failed)
  })

  test('one of whose rules fails, with what its others forbid', () => {
    const modules = [moduleOf('ALPHA', 'true', 'resource.level * 9223372036854775807 > 0')]
    expect(told(decideWith(modules))).toEqual([...failed, 'national-restriction ALPHA: rule-1'])
  })

  test('one that is asked about what the registry does not have', () => {
    const modules = [moduleOf('ALPHA', 'resource.level > 3')]
    const asked = (changes: Parameters<typeof decideWith>[1]) =>
      told(decideWith(modules, changes)).includes(failed[0] ?? '')
    for (const change of [{ marking: 'X' }, { policy: 'X' }, { caveats: ['X'] }, { releasability: ['X'] }])
      expect(asked({ label: { ...label, ...change } })).toBe(true)
    for (const change of [{ purpose: 'x' }, { category: 'x' }, { agreement: 'x' }, { to: 'X' }])
      expect(asked(change)).toBe(true)
    expect(asked({})).toBe(false)
  })

  test('and the modules of others are asked all the same', () => {
    const broken = moduleOf('BETA', `${'!('.repeat(1500)}true${')'.repeat(1500)}`)
    const modules = [moduleOf('ALPHA', 'resource.level > 3'), broken, moduleOf('DELTA', 'true')]
    expect(told(decideWith(modules))).toEqual(['national-module-failed BETA'])
    expect(decideWith([moduleOf('ALPHA', 'resource.level > 3')]).allow).toBe(true)
    expect(told(decideWith([moduleOf('ALPHA', 'resource.level > 2')]))).toEqual([
      'national-restriction ALPHA: rule-1',
    ])
  })
})

describe('national.md', () => {
  const page = readFileSync(path.join(root, 'src/policy/national/national.md'), 'utf8')
  const [members = '', adverse = '', nationals = ''] = Array.from(
    page.matchAll(/```cedar\n([^`]+)```/g),
    ([, text = '']) => text,
  )
  const agreement = {
    ...treaty,
    first: ['EST'],
    second: ['BETA', 'NLD'],
    ceilings: new Map([['adverse-information', 3] as const, ['clearance', 3] as const]),
  }
  const world = {
    ...sources,
    parties: ['EST', 'NLD', 'BETA'].map((id) => ({
      id,
      accreditation: 4,
      compartments: ['NATO/ATOMAL', 'ALLY/ATOMAL'],
    })),
    groups: [
      ...sources.groups,
      { id: 'NATO', members: [{ party: 'EST' }, { party: 'NLD' }, { party: 'FIN' }] },
    ],
    schemes: sources.schemes.map((scheme) =>
      scheme.issuer === 'ALLY' ? { ...scheme, issuer: 'NATO' } : scheme,
    ),
    agreements: [agreement],
  }
  const base = {
    ...question,
    from: 'EST',
    to: 'NLD',
    label: { ...label, policy: 'NATO', releasability: 'unrestricted' as const },
  }
  const decided = (policies: string, changes: Partial<typeof question>) =>
    told(decideWith([{ party: 'EST', policies }], { ...base, ...changes }, world))

  test('has modules that are admitted together', () => {
    const rules = rulesIn([members, adverse, nationals].join('\n'), closedSchema(vocabularyOf(world)))
    expect(rules.map(({ id }) => id).sort()).toEqual([
      'adverse-for-vetting',
      'atomal-to-members',
      'own-nationals',
    ])
  })

  test('says rightly what they forbid', () => {
    expect(decided(members, {})).toEqual([])
    expect(decided(members, { to: 'BETA' })).toEqual(['national-restriction EST: atomal-to-members'])
    expect(decided(adverse, { category: 'adverse-information', purpose: 'vetting' })).toEqual([])
    expect(decided(adverse, { category: 'adverse-information' })).toEqual([
      'national-restriction EST: adverse-for-vetting',
    ])
    const reader = (...nationalities: readonly string[]) => ({
      reader: { clearance: 4 as const, nationalities },
    })
    expect(decided(nationals, reader('EST', 'FIN'))).toEqual([])
    for (const change of [{}, reader('EST', 'USA'), reader('NLD')])
      expect(decided(nationals, change)).toEqual(['national-restriction EST: own-nationals'])
  })
})

test('without modules Cedar is not loaded', () => {
  const program = `
    import { createRequire } from 'node:module'
    import { rulesFrom } from './protocol/policy/rules.ts'
    import { nationalEvaluator } from './src/policy/national/national.ts'
    const loaded = () => Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes('cedar'))
    const none = { parties: [], groups: [], schemes: [], agreements: [] }
    rulesFrom(none, nationalEvaluator)
    const before = loaded()
    rulesFrom({ ...none, modules: [{ party: 'ALPHA', policies: 'x' }] }, nationalEvaluator)
    console.log(before, loaded())`
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: root,
    encoding: 'utf8',
  })
  expect(said.trim()).toBe('false true')
})

test('what lies beyond the calendar is later than all of it', () => {
  const modules = [
    moduleOf('ALPHA', 'resource has retainUntil && resource.retainUntil > datetime("9999-01-01")'),
  ]
  const kept = (retainUntil: number) => told(decideWith(modules, { label: { ...label, retainUntil } }))
  expect(kept(Number.MAX_SAFE_INTEGER)).toEqual(['national-restriction ALPHA: rule-1'])
  expect(kept(now + day)).toEqual([])
})
