/** Answers for the house: which way imports point, which file is the door to what, and how long a file may be. */
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '..')

interface Source {
  readonly file: string
  readonly text: string
  readonly imports: readonly string[]
}

const importing = /(?:from|import)\s*\(?\s*'([^']+)'/g

const sources: readonly Source[] = globSync('{protocol,keys,src}/**/*.{ts,tsx}', { cwd: root }).map(
  (file) => {
    const text = readFileSync(path.join(root, file), 'utf8')
    return { file, text, imports: Array.from(text.matchAll(importing), ([, name]) => name ?? '') }
  },
)

/** What an import leads to, seen from the root: `keys/keystore.ts`, or the package's name. */
function target({ file }: Source, name: string): string {
  if (name === '#suite') return 'protocol/suite.native.ts'
  return name.startsWith('.') ? path.posix.join(path.posix.dirname(file), name) : name
}

function importersOf(wanted: RegExp): readonly string[] {
  return sources
    .filter((source) => source.imports.some((name) => wanted.test(target(source, name))))
    .map(({ file }) => file)
}

test('there are sources to look at', () => {
  expect(sources.length).toBeGreaterThan(50)
})

test.each([
  ['protocol', /^(keys|src|test)\//],
  ['keys', /^(src|test)\//],
  ['src', /^test\//],
])('%s imports nothing that stands on it', (folder, above) => {
  const wrong = importersOf(above).filter((file) => file.startsWith(`${folder}/`))
  expect(wrong).toEqual([])
})

test.each([
  ['@noble', /^@noble\//, /^protocol\/suite\.(noble|ed25519)\.ts$/],
  ['node:crypto', /^(node:)?crypto$/, ['protocol/suite.native.ts']],
  ['cbor-x', /^cbor-x/, ['protocol/cbor.ts']],
  ['zlib of fflate', /^fflate/, ['protocol/status-list.ts']],
  ['yaml', /^yaml$/, ['src/policy/table/table-file.ts']],
  ['saxes', /^saxes$/, ['protocol/labels/xml.ts']],
  ['PGlite', /^@electric-sql\//, /^src\/database\//],
  ['postgres', /^postgres$/, /^src\/database\//],
  ['pino', /^pino$/, ['src/logger.ts']],
  ['pkijs', /^pkijs$/, /^src\/ledger\/time-stamps\//],
  ['koffi', /^koffi$/, /^keys\/pkcs11-library\.ts$/],
  ['commander', /^commander$/, /^src\/cli\//],
  ['prom-client', /^prom-client$/, ['src/metrics/exposition.ts']],
  ['Cedar', /^@cedar-policy\//, ['src/policy/national/national-cedar.ts']],
])('%s has one door', (_, wanted, door) => {
  const importers = importersOf(wanted)
  expect(importers.length).toBeGreaterThan(0)
  if (Array.isArray(door)) expect(door).toEqual(expect.arrayContaining([...importers]))
  else expect(importers.filter((file) => !door.test(file))).toEqual([])
})

test('protocol uses nothing of Node but in the native suite', () => {
  expect(importersOf(/^node:/).filter((file) => file.startsWith('protocol/'))).toEqual([
    'protocol/suite.native.ts',
  ])
  const bound = sources.filter(
    ({ file, text }) => file.startsWith('protocol/') && /\b(Buffer|process)\b\./.test(text),
  )
  expect(bound.map(({ file }) => file).filter((file) => file !== 'protocol/suite.native.ts')).toEqual([])
})

test('protocol has no clock and no chance but the suite’s', () => {
  const impure = sources.filter(
    ({ file, text }) =>
      file.startsWith('protocol/') && /Date\.now\(|new Date\(\)|Math\.random\(|performance\.now\(/.test(text),
  )
  expect(impure.map(({ file }) => file)).toEqual([])
})

test('the environment has one door', () => {
  const readers = sources.filter(({ text }) => /process\.env\b/.test(text)).map(({ file }) => file)
  expect(readers).toEqual(['src/config.ts'])
})

test('a table is named by one file alone, beside its migration', () => {
  const owners = new Map<string, Set<string>>()
  for (const { file, text } of sources) {
    if (file.startsWith('src/database/')) continue
    for (const [, table = ''] of text.matchAll(
      /\.(?:selectFrom|insertInto|updateTable|deleteFrom)\('([a-z_]+)/g,
    )) {
      owners.set(table, (owners.get(table) ?? new Set()).add(file))
    }
  }
  expect(owners.size).toBeGreaterThan(0)
  const shared = [...owners].filter(([, files]) => files.size > 1).map(([table, files]) => [table, ...files])
  expect(shared).toEqual([])
})

test('no file is near 300 lines, and each says what it answers for', () => {
  const long = sources.filter(({ text }) => text.split('\n').length > 280).map(({ file }) => file)
  expect(long).toEqual([])
  const silent = sources
    .filter(({ text }) => !/^(#!.*\n)?\/\*\*[\s\S]{0,40}Answers? for /.test(text))
    .map(({ file }) => file)
  expect(silent).toEqual([])
})

test('there are no barrels and no drawers', () => {
  const names = sources.map(({ file }) => path.basename(file))
  expect(names.filter((name) => /^(index|utils?|helpers?|common|misc|manager|service)\./.test(name))).toEqual(
    [],
  )
})
