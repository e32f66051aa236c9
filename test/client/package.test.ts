/**
 * The package as other programs get it: what is packed installs with what it declares, is typed, runs without a gateway
 * and with two, on its native and its other back end. The published examples are what runs.
 */
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fromHex } from '../../protocol/bytes.ts'
import type { PartyId } from '../../protocol/names.ts'
import { rootsDigest } from '../../protocol/roots.ts'
import { issueCredentials } from '../../src/http/credentials.ts'
import { eachDatabase } from '../support/databases.ts'
import { readJson } from '../support/vectors.ts'
import { makeWorld, originOf } from '../support/world.ts'

const run = promisify(execFile)
const root = path.resolve(import.meta.dirname, '../..')
const modules = path.join(root, 'node_modules')
const consumer = mkdtempSync(path.join(tmpdir(), 'pouch-package-'))
const built = path.join(consumer, 'built')
const installed = path.join(consumer, 'node_modules/pouch')

beforeAll(() => {
  execFileSync(process.execPath, [path.join(root, 'deploy/package/make.ts'), built], { cwd: root })
  execFileSync('npm', ['pack', '--pack-destination', consumer], { cwd: built, stdio: 'pipe' })
  mkdirSync(installed, { recursive: true })
  execFileSync('tar', ['-xzf', path.join(consumer, tarball()), '-C', installed, '--strip-components=1'])
  for (const name of Object.keys(manifest().dependencies)) link(name)
  link('@types/node')
  cpSync(path.join(root, 'src/client/examples'), consumer, { recursive: true })
  writeFileSync(path.join(consumer, 'package.json'), JSON.stringify({ type: 'module' }))
})
afterAll(() => rmSync(consumer, { recursive: true }))

interface Manifest {
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
}

function manifest(): Manifest {
  return JSON.parse(readFileSync(path.join(built, 'package.json'), 'utf8')) as Manifest
}

function tarball(): string {
  return `pouch-${manifest().version}.tgz`
}

/** Only what the package declares is there to be imported. */
function link(name: string): void {
  const place = path.join(consumer, 'node_modules', name)
  mkdirSync(path.dirname(place), { recursive: true })
  symlinkSync(path.join(modules, name), place)
}

describe('what is packed', () => {
  test('is in order for publint', async () => {
    const { messages } = await publint({ pkgDir: built, strict: true, pack: false })
    expect(messages).toEqual([])
  })

  test('has types that resolve, for attw', async () => {
    const attw = path.join(modules, '@arethetypeswrong/cli/dist/index.js')
    const { stdout } = await run(process.execPath, [
      ...[attw, path.join(consumer, tarball())],
      ...['--profile', 'esm-only', '--format', 'json'],
    ])
    const { analysis } = JSON.parse(stdout) as { analysis: { entrypoints: object; problems: unknown[] } }
    expect(Object.keys(analysis.entrypoints)).toEqual(
      expect.arrayContaining(['./protocol', './client', './package.json']),
    )
  })

  test('holds no source, no test and no secret at rest', () => {
    const listed = execFileSync('tar', ['-tzf', path.join(consumer, tarball())], { encoding: 'utf8' })
    const wrong = listed.split('\n').filter((file) => /(?<!\.d)\.ts$|\/(test|keys|examples)\//.test(file))
    expect(wrong).toEqual([])
  })

  test('is typed for a strict program', async () => {
    const options = [
      '--strict',
      '--exactOptionalPropertyTypes',
      '--skipLibCheck',
      '--noEmit',
      '--types',
      'node',
    ]
    const settings = ['--module', 'nodenext', '--target', 'es2024', '--lib', 'es2024,dom,dom.iterable']
    const files = ['verify-file.ts', 'send-and-receive.ts']
    const compiler = path.join(modules, 'typescript/bin/tsc')
    await run(process.execPath, [compiler, ...options, ...settings, ...files], { cwd: consumer })
  })
})

describe.each([
  ['native', []],
  ['other', ['--conditions=pouch-noble']],
])('the example of a verifier, on the %s back end', (_, conditions) => {
  interface Vectors {
    readonly registry: string
    readonly accept: readonly { readonly now: number; readonly bytes: string }[]
  }
  const vectors = readJson(path.join(root, 'test/vectors/envelope.json')) as Vectors
  const { pinned } = readJson(path.join(root, 'test/vectors/registry.json')) as { readonly pinned: string }

  function verify(envelope: Uint8Array): { readonly code: number | null; readonly stdout: string } {
    const [file, registry] = [path.join(consumer, 'envelope.cose'), path.join(consumer, 'registry.cose')]
    writeFileSync(file, envelope)
    writeFileSync(registry, fromHex(vectors.registry) ?? '')
    const given = ['verify-file.ts', file, registry, pinned, `${vectors.accept[0]?.now ?? 0}`]
    const { status, stdout } = spawnSync(process.execPath, [...conditions, ...given], {
      ...{ cwd: consumer, encoding: 'utf8' },
    })
    return { code: status, stdout }
  }

  test('says what is good, and names the check that is not', () => {
    const envelope = fromHex(vectors.accept[0]?.bytes ?? '') ?? new Uint8Array(0)
    const good = verify(envelope)
    expect(good.code).toBe(0)
    expect(good.stdout).toMatch(/^envelope: good/)
    const changed = envelope.with(envelope.length - 1, (envelope.at(-1) ?? 0) ^ 1)
    const { code, stdout } = verify(changed)
    expect(code).toBe(1)
    expect(stdout).toMatch(/^envelope: not good[\s\S]*fail +signatures/)
  })
})

eachDatabase('the example of two agencies', (databases) => {
  test('sends, receives, and leaves evidence that the other example finds good', async () => {
    const parties = ['EST', 'NLD'].map((id) => ({ id, accreditation: 4 as const }))
    const world = await makeWorld({ parties, database: () => databases.fresh() })
    try {
      const places = await Promise.all(['EST', 'NLD'].map((id) => place(world, id)))
      const [evidence, registry] = [path.join(consumer, 'evidence.cbor'), path.join(consumer, 'world.cose')]
      const given = [...places.map(({ url }) => url), 'EST', 'NLD', evidence]
      const env = { ...process.env, POUCH_SENDER: places[0]?.token, POUCH_RECEIVER: places[1]?.token }
      const sent = await run(process.execPath, ['send-and-receive.ts', ...given], { cwd: consumer, env })
      expect(sent.stdout).toContain('received from EST: NATO SECRET')
      writeFileSync(registry, world.registry)
      const trust = [registry, rootsDigest(world.document.roots)]
      const { stdout } = await run(process.execPath, ['verify-file.ts', evidence, ...trust], {
        cwd: consumer,
      })
      expect(stdout).toMatch(/^evidence: good/)
    } finally {
      await world.end()
    }
  })
})

async function place(world: Awaited<ReturnType<typeof makeWorld>>, id: PartyId) {
  const { gateway, agency } = await world.start(id)
  const wanted = [{ name: 'example', roles: ['submit', 'read'] as const }]
  const [issued] = await issueCredentials(gateway.database, wanted, world.clock.now)
  return { url: originOf(agency.port), token: issued?.token ?? '' }
}
