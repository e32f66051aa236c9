/** What is checked in: no secret, nothing but the project itself, and documents whose commands are there to be run. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { program } from '../src/cli/program.ts'

const root = path.resolve(import.meta.dirname, '..')
const git = (...parameters: readonly string[]) =>
  execFileSync('git', parameters, { cwd: root, encoding: 'utf8' })
const tracked = git('ls-files', '-z')
  .split('\0')
  .filter((file) => file !== '' && existsSync(path.join(root, file)))

interface Tracked {
  readonly file: string
  readonly text: string
}

/** Byte for byte, so that patterns of bytes are found too. */
const files: readonly Tracked[] = tracked.map((file) => ({
  file,
  text: readFileSync(path.join(root, file), 'latin1'),
}))

function filesWith(pattern: RegExp, among = files): readonly string[] {
  return among.filter(({ text }) => pattern.test(text)).map(({ file }) => file)
}

/** A set of vectors may hold keys if its README says that they are published for tests. */
function isPublished({ file }: Tracked): boolean {
  if (!file.startsWith('test/vectors/')) return false
  const folder = path.join(root, file.split('/').slice(0, 3).join('/'))
  const readme = [path.join(folder, 'README.md'), path.join(root, 'test/vectors/README.md')].find(existsSync)
  return readme !== undefined && /published[^.]*\bkeys?\b|test keys?\b/i.test(readFileSync(readme, 'utf8'))
}

const unpublished = files.filter((file) => !isPublished(file))

const dashes = '-'.repeat(5)

/** How secrets look, each with a sample that is put together here and so is not in this file. */
const shapes = [
  {
    name: 'a private key in PEM',
    pattern: /-{5}BEGIN [A-Z0-9 ]*PRIVATE KEY-{5}[\r\n]+[A-Za-z0-9+/=\r\n]{100}/,
    sample: `${dashes}BEGIN PRIVATE KEY${dashes}\n${'A'.repeat(120)}`,
  },
  {
    name: 'a key file of a keystore',
    pattern: /\x84\x70pouch\/1 key file/,
    sample: String.fromCharCode(0x84, 0x70) + ['pouch/1', 'key', 'file'].join(' '),
  },
  {
    name: 'an API credential',
    pattern: /pouch_(?!0123456789abcdef)[0-9a-f]{16}_[A-Za-z0-9_-]{43}/,
    sample: ['pouch', 'f'.repeat(16), 'x'.repeat(43)].join('_'),
  },
  {
    name: 'a private key of COSE or JOSE',
    pattern: /"(?:d|priv|k)"\s*:\s*"[A-Za-z0-9_-]{40,}"/,
    sample: JSON.stringify({ d: 'x'.repeat(43) }),
  },
  {
    name: 'a seed, passphrase or token by its name',
    pattern:
      /\b(?:seed|secret|passphrase|password|private_?key|token)\w*["']?\s*[:=]\s*["'`](?:[0-9a-f]{32,}|[A-Za-z0-9+/_-]{40,}=*)["'`]/i,
    sample: JSON.stringify({ seed: '0f'.repeat(16) }),
  },
  {
    name: 'a password in an address that leads anywhere',
    pattern:
      /\b[a-z]+:\/\/[^\s/:@"'`<>$]+:[^\s/@"'`<>$]+@(?!localhost|127\.0\.0\.1|db\b|host\b|[\w.-]*example)/,
    sample: ['postgresql:/', 'pouch:open-sesame@database.gov'].join('/'),
  },
] as const

describe('no secret is checked in', () => {
  test('there are files to look at', () => {
    expect(files.length).toBeGreaterThan(200)
  })

  test.each(shapes)('not $name', ({ pattern, sample }) => {
    expect(sample).toMatch(pattern)
    expect(filesWith(pattern, unpublished)).toEqual([])
  })

  test('no file of a kind that holds secrets or state', () => {
    const kinds = /(^|\/)(\.env|credential|passphrase|.*\.(key|pem|p12|pfx|jks|sqlite|db|log|ndjson))$/
    expect(tracked.filter((file) => kinds.test(file) && !file.startsWith('test/vectors/'))).toEqual([])
  })
})

describe('the project speaks of itself', () => {
  // The vectors of others, their licences, and what the package manager writes, are theirs.
  const own = files.filter(
    ({ file }) => !/^(test\/vectors\/|package-lock\.json$|LICENSE$|test\/repository\.test\.ts$)/.test(file),
  )

  test.each([
    ['an issue or its number', /\b(?:issues? (?:no\.? )?#?\d+|fixes #\d+|closes #\d+|issue tracker)\b/i],
    [
      'how it was made',
      /\b(?:working contract|sub-?agents?|chat ?gpt|claude|anthropic|llm|language model)\b/i,
    ],
    ['places outside it', /(?:\/work\/|\/tmp\/pouch\/|\/root\/|\/home\/\w+)/],
    ['what is yet to be done', /\b(?:TODO|FIXME|XXX|HACK)\b/],
  ])('not of %s', (_, pattern) => {
    expect(filesWith(pattern, own)).toEqual([])
  })

  test('one file alone knows of vectors that may lie beside it', () => {
    expect(filesWith(/\bshared\//, own)).toEqual(['test/support/vectors.ts'])
  })
})

describe('the documents', () => {
  const documents = files.filter(({ file }) => file.endsWith('.md') && !file.startsWith('test/vectors/'))
  const scripts = Object.keys(
    (JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { scripts: object }).scripts,
  )

  test('name npm scripts that there are', () => {
    const named = documents.flatMap(({ file, text }) =>
      Array.from(text.matchAll(/\bnpm (?:run ([a-z:-]+)|(test))\b/g), ([, run, alone]) => [
        file,
        run ?? alone ?? '',
      ]),
    )
    expect(named.length).toBeGreaterThan(2)
    expect(named.filter(([, script]) => !scripts.includes(script ?? ''))).toEqual([])
  })

  test('the scripts run files that there are', () => {
    const { scripts: commands } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      scripts: Readonly<Record<string, string>>
    }
    const run = Object.values(commands).flatMap((command) => command.match(/[\w/-]+\.ts\b/g) ?? [])
    expect(run.filter((file) => !tracked.includes(file))).toEqual([])
  })

  test('show commands of pouch, with options, that there are', async () => {
    const shown = documents.flatMap(({ file, text }) =>
      Array.from(text.matchAll(/^ {4}(?:npx )?pouch ([^#\n>]+)/gm), ([, line = '']) => ({
        file,
        line: line.trim(),
      })),
    )
    expect(shown.length).toBeGreaterThan(5)
    const faults = shown.map(async ({ file, line }) =>
      (await faultsOf(line)).map((fault) => `${file}: pouch ${line}: ${fault}`),
    )
    expect((await Promise.all(faults)).flat()).toEqual([])
  })

  test('link to files that there are', () => {
    const links = documents.flatMap(({ file, text }) =>
      Array.from(text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g), ([, to = '']) => ({
        file,
        to,
      })),
    )
    expect(links.length).toBeGreaterThan(5)
    const broken = links.filter(({ file, to }) => !existsSync(path.join(root, path.dirname(file), to)))
    expect(broken.map(({ file, to }) => `${file}: ${to}`)).toEqual([])
  })
})

/** What of a command line the program does not know. */
async function faultsOf(line: string): Promise<readonly string[]> {
  const words = line.replaceAll(/<[^>]*>/g, 'x').split(/\s+/)
  let command: Command = await program(words)
  while (command.commands.length > 0) {
    const next = command.commands.find((each) => each.name() === words[0])
    if (next === undefined) return [`no command ${words[0] ?? ''}`]
    command = next
    words.shift()
  }
  const options = command.options.flatMap(({ long }) => (long ? [long] : []))
  return words.filter((word) => word.startsWith('--') && word !== '--help' && !options.includes(word))
}
