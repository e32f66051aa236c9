/** Answers for the configuration: where a setting comes from, and that each fault names its variable and no value. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inspect } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { ConfigurationError, type Environment, readConfig, readPlace } from '../src/config.ts'

const root = mkdtempSync(path.join(tmpdir(), 'pouch-config-'))
afterAll(() => rmSync(root, { recursive: true }))

const pinnedRoots = 'ab'.repeat(32)
const least: Environment = {
  POUCH_DATA: path.join(root, 'nothing'),
  POUCH_PARTY: 'EST',
  POUCH_PINNED_ROOTS: pinnedRoots,
  POUCH_EXCHANGE_URL: 'https://pouch.example.ee',
}

function problems(from: Environment): readonly string[] {
  try {
    readConfig(from)
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems
    throw error
  }
  return []
}

function folderWith(name: string, settings: string): string {
  const folder = path.join(root, name)
  mkdirSync(folder)
  writeFileSync(path.join(folder, 'pouch.json'), settings)
  return folder
}

describe('the configuration', () => {
  test('has a default for all but party, pinned roots and public address', () => {
    const config = readConfig(least)
    expect(config).toMatchObject({
      party: 'EST',
      pinnedRoots,
      exchangeUrl: 'https://pouch.example.ee',
      agencyHost: '127.0.0.1',
      agencyPort: 8440,
      exchangePort: 8441,
      logLevel: 'info',
      keysFolder: path.join(root, 'nothing', 'keys'),
      registryFiles: [path.join(root, 'nothing', 'registry.cose')],
    })
    expect(config.databaseUrl).toBeUndefined()
    expect(config.passphrase).toBeUndefined()
  })

  test('names all three when nothing is set', () => {
    expect(problems({ POUCH_DATA: path.join(root, 'nothing') })).toEqual([
      expect.stringMatching(/^POUCH_PARTY \(or "party" in pouch.json\): should be a party id/) as unknown,
      expect.stringMatching(/^POUCH_PINNED_ROOTS .*64 lower-case hexadecimal digits/) as unknown,
      expect.stringMatching(/^POUCH_EXCHANGE_URL .*https:/) as unknown,
    ])
  })

  test('reads pouch.json, and a variable goes before it', () => {
    const folder = folderWith(
      'both',
      JSON.stringify({ party: 'NLD', agencyPort: 1, exchangePort: 2, registryFiles: ['a', '/b'] }),
    )
    const config = readConfig({ ...least, POUCH_DATA: folder, POUCH_PARTY: 'EST', POUCH_AGENCY_PORT: '3' })
    expect(config).toMatchObject({ party: 'EST', agencyPort: 3, exchangePort: 2 })
    expect(config.registryFiles).toEqual([path.join(folder, 'a'), '/b'])
  })

  test('takes a variable set to nothing as not set', () => {
    expect(readConfig({ ...least, DATABASE_URL: '', POUCH_AGENCY_PORT: ' ' })).toMatchObject({
      agencyPort: 8440,
    })
  })

  test.each([
    ['POUCH_PARTY', 'est'],
    ['POUCH_PINNED_ROOTS', 'AB'.repeat(32)],
    ['POUCH_AGENCY_PORT', '65536'],
    ['POUCH_AGENCY_PORT', '-1'],
    ['POUCH_AGENCY_PORT', '8e3'],
    ['POUCH_EXCHANGE_URL', 'http://pouch.example.ee'],
    ['POUCH_EXCHANGE_URL', 'https://pouch.example.ee/path'],
    ['POUCH_EXCHANGE_URL', 'https://user:pass@pouch.example.ee'],
    ['POUCH_EXCHANGE_URL', 'pouch.example.ee'],
    ['DATABASE_URL', 'mysql://pouch:secret-in-url@db/pouch'],
    ['POUCH_LOG_LEVEL', 'trace'],
    ['POUCH_MAX_ENVELOPE_BYTES', '16383'],
    ['POUCH_WAITING_QUEUE_LENGTH', 'many'],
    ['POUCH_LONG_POLL_SECONDS', '61'],
    ['POUCH_RELAY_CONCURRENCY', '99'],
    ['POUCH_AGENCY_EXPOSURE', 'yes'],
  ])('refuses %s = %s and names it, not the value', (variable, value) => {
    const found = problems({ ...least, [variable]: value })
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(new RegExp(`^${variable} .*should be .{5,}`))
    expect(found[0]).not.toContain(value)
  })

  test.each(['127.0.0.1', 'localhost', '::1'])('plain http is for the loopback: %s', (host) => {
    const address = `http://${host.includes(':') ? `[${host}]` : host}:8441`
    expect(readConfig({ ...least, POUCH_EXCHANGE_URL: address }).exchangeUrl).toBe(address)
  })

  test('keeps the agency listener on the loopback unless client certificates are demanded in front of it', () => {
    expect(problems({ ...least, POUCH_AGENCY_HOST: '0.0.0.0' })).toEqual([
      'POUCH_AGENCY_HOST: should be a loopback address, unless POUCH_AGENCY_EXPOSURE is mutual-tls or behind-mutual-tls',
    ])
    expect(
      problems({ ...least, POUCH_AGENCY_HOST: '0.0.0.0', POUCH_AGENCY_EXPOSURE: 'behind-mutual-tls' }),
    ).toEqual([])
  })

  test('refuses a settings file with an unknown setting, or that is not an object, without quoting it', () => {
    expect(problems({ ...least, POUCH_DATA: folderWith('unknown', '{"agencyprot": 1}') })).toEqual([
      'pouch.json: "agencyprot" is no setting',
    ])
    for (const [name, text] of [
      ['array', '["hunter2hunter2"]'],
      ['broken', '{"party": "hunter2hunter2"'],
    ] as const) {
      const [found] = problems({ ...least, POUCH_DATA: folderWith(name, text) })
      expect(found).toMatch(/pouch\.json: should be one JSON object$/)
      expect(found).not.toContain('hunter2')
    }
  })
})

describe('the passphrase', () => {
  const words = 'four unrelated words here'

  test('comes from a variable or a file, with or without a last line break', () => {
    const parameters = { salt: new Uint8Array(32), logCost: 10, blockSize: 8 }
    const file = path.join(root, 'passphrase')
    writeFileSync(file, `${words}\n`)
    const given = readPlace({ POUCH_PASSPHRASE: words }).passphrase
    const read = readPlace({ POUCH_PASSPHRASE_FILE: file }).passphrase
    expect(read?.derive(parameters)).toEqual(given?.derive(parameters))
  })

  test('is refused from both, from a file that is not there, and when short', () => {
    expect(() => readPlace({ POUCH_PASSPHRASE: words, POUCH_PASSPHRASE_FILE: '/x' })).toThrow(
      /should not both be set/,
    )
    expect(() => readPlace({ POUCH_PASSPHRASE_FILE: path.join(root, 'none') })).toThrow(
      /^POUCH_PASSPHRASE_FILE: should name/,
    )
    expect(() => readPlace({ POUCH_PASSPHRASE: 'short' })).toThrow(/^weak-passphrase$/)
  })

  test('does not show in a printed configuration', () => {
    const config = readConfig({ ...least, POUCH_PASSPHRASE: words })
    expect(inspect(config, { depth: 10, showHidden: true }) + JSON.stringify(config)).not.toContain(
      'unrelated',
    )
  })
})
