/**
 * Answers for the package that other programs install: `pouch/protocol` and `pouch/client` as JavaScript with types, with
 * the documents of the protocol, and with the dependencies that they import and no others.
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '../..')
const [given] = process.argv.slice(2)
/** Given, or `dist` beside the sources. */
const out = path.resolve(given ?? path.join(root, 'dist'))

interface Manifest {
  readonly version: string
  readonly description: string
  readonly license: string
  readonly engines: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
}

rmSync(out, { recursive: true, force: true })
compile()
for (const file of ['LICENSE', ...globSync('protocol/**/*.{md,cddl}', { cwd: root })]) copy(file, file)
copy('src/client/README.md', 'README.md')
writeFileSync(path.join(out, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`)
console.log(`package written to ${path.relative(process.cwd(), out) || '.'}`)

function compile(): void {
  const compiler = path.join(root, 'node_modules/typescript/bin/tsc')
  execFileSync(
    process.execPath,
    [compiler, '--project', path.join(import.meta.dirname, 'tsconfig.json'), '--outDir', out],
    {
      stdio: 'inherit',
    },
  )
}

function copy(from: string, to: string): void {
  mkdirSync(path.dirname(path.join(out, to)), { recursive: true })
  copyFileSync(path.join(root, from), path.join(out, to))
}

function manifest() {
  const { version, description, license, engines, dependencies } = JSON.parse(
    readFileSync(path.join(root, 'package.json'), 'utf8'),
  ) as Manifest
  return {
    ...{ name: 'pouch', version, description, license, type: 'module', engines, sideEffects: false },
    imports: {
      '#suite': {
        'pouch-noble': './protocol/suite.noble.js',
        node: './protocol/suite.native.js',
        default: './protocol/suite.noble.js',
      },
    },
    exports: {
      './protocol': entry('protocol/library'),
      './client': entry('src/client/library'),
      './package.json': './package.json',
    },
    dependencies: Object.fromEntries(imported().map((name) => [name, dependencies[name]])),
  }
}

function entry(file: string) {
  return { types: `./${file}.d.ts`, default: `./${file}.js` }
}

/** The packages that the emitted files import, by name. */
function imported(): readonly string[] {
  const names = globSync('**/*.{js,d.ts}', { cwd: out }).flatMap((file) =>
    Array.from(
      readFileSync(path.join(out, file), 'utf8').matchAll(/(?:from|import\() ?['"]((?:@[\w-]+\/)?[\w-]+)/g),
      ([, name = '']) => name,
    ),
  )
  return [...new Set(names)].filter((name) => name !== 'node').sort()
}
