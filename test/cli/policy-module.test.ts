/** National modules on the command line: checked alone, admitted to a plan, and asked for again before anybody signs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { proposeRegistry } from '../../protocol/registry.ts'
import { enrolmentOf } from '../../src/registry/enrolment.ts'
import { documentFrom } from '../../src/registry/plan.ts'
import { jsonOf, pouch } from '../support/command-line.ts'
import { document, now, pairOf } from '../support/parties.ts'

const good = `@id("not-to-nos") @advice("Ask Estonia")
forbid (principal == Party::"EST", action, resource) when { context.receiver == Party::"NATO-NOS" };`
const bad = good.replace('NATO-NOS', 'NATO-NO')

const folder = mkdtempSync(path.join(tmpdir(), 'pouch-modules-'))
const at = (name: string): string => path.join(folder, name)

beforeAll(() => {
  writeFileSync(at('good.cedar'), good)
  writeFileSync(at('bad.cedar'), bad)
  writeFileSync(at('plain.proposal'), proposeRegistry(document))
  const modules = [{ party: 'EST', policies: bad }]
  writeFileSync(at('bad.proposal'), proposeRegistry({ ...document, modules }))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('pouch policy module check', () => {
  const check = (module: string) => ['policy', 'module', 'check', at(module), at('plain.proposal')]

  test('prints the rules of a module that a registry may carry', async () => {
    const { code, out } = await pouch(check('good.cedar'))
    expect(code).toBe(0)
    expect(out).toContain('not-to-nos: Ask Estonia')
    const rules = [{ id: 'not-to-nos', advice: 'Ask Estonia' }]
    expect(jsonOf(await pouch([...check('good.cedar'), '--json']))).toEqual({ rules })
  })

  test('says what is wrong with another', async () => {
    const { code, err } = await pouch(check('bad.cedar'))
    expect(code).toBe(1)
    expect(err).toMatch(/bad-module.*"NATO-NO"/s)
  })
})

test('nobody signs a registry with a module that is not admissible', async () => {
  const { code, err } = await pouch(['registry', 'sign', at('bad.proposal'), '--out', at('a.signature')])
  expect(code).toBe(1)
  expect(err).toMatch(/\(bad-module\)\s+EST: /)
})

describe('a plan', () => {
  const [ed25519, mlDsa65] = pairOf('root 1')
  const keys = [ed25519, mlDsa65].map(({ id, publicKey }) => {
    const held = { file: 'root.key', held: 'file' } as const
    return { id, use: 'root' as const, generation: 1, created: now, publicKey, ...held }
  })
  const plan = {
    ...{ validDays: 30, threshold: 1, roots: ['root.json'], parties: [], schemes: ['NATO'], agreements: [] },
    modules: [{ party: 'EST', policies: 'est.cedar' }],
  }
  const documentWith = (policies: string) => {
    const enrolment = () => enrolmentOf('Root', keys)
    return documentFrom(plan, { enrolment, profile: () => null, policies: () => policies }, undefined, now)
  }

  test('names modules by their files', () => {
    const own = '@id("a") @advice("b") forbid (principal, action, resource) when { resource.level > 3 };'
    expect(documentWith(own).modules).toEqual([{ party: 'EST', policies: own }])
  })

  test('is refused with a module that is not admissible', () => {
    expect(() => documentWith(bad)).toThrow(expect.objectContaining({ code: 'bad-module' }))
  })
})
