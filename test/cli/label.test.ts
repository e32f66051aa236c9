/** `pouch label`: what people type, what they are told, and files that lead from one command to the next. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { jsonOf, pouch } from '../support/command-line.ts'
import { rootsDigest } from '../../protocol/roots.ts'
import { makeWorld } from '../support/world.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'pouch-label-'))
afterAll(() => rmSync(folder, { recursive: true }))
const at = '2026-01-01'
const vector = (name: string) => path.resolve(import.meta.dirname, '../vectors/labels/own', name)

const label = (...args: readonly string[]) => pouch(['label', ...args])

function file(name: string, content: string): string {
  const place = path.join(folder, name)
  writeFileSync(place, content)
  return place
}

describe('read', () => {
  test('a banner line', async () => {
    expect(await label('read', 'COSMIC TOP SECRET ATOMAL//REL TO EST, FIN', '--at', at)).toEqual({
      code: 0,
      err: '',
      out: `NATO:COSMIC TOP SECRET//COMP ATOMAL//REL TO EST, FIN
  issuer        NATO, marked 2026-01-01T00:00:00Z
  level         4 (top secret), primary source ADATP-4774, MISP-nato, NCIA-SPIF-91
  released to   EST, FIN
  compartments  ATOMAL
`,
    })
  })

  test('a portion mark that does not say whom it is released to', async () => {
    const { out } = await label('read', '(S//OC)', '--issuer', 'USA', '--at', at)
    expect(out).toContain('USA:SECRET//REL TO USA//CAVEAT ORCON\n')
    expect(out).toContain('  caveats       ORCON\n  the line does not say whom it is released to\n')
  })

  test('as JSON', async () => {
    const found = jsonOf(await label('read', 'SECRETO', '--issuer', 'PRT', '--at', at, '--json'))
    expect(found).toMatchObject({
      line: 'PRT:SECRETO//REL TO PRT',
      label: { policy: 'PRT', marking: 'SECRETO', releasability: ['PRT'] },
      level: { low: 3, high: 3 },
      isReleaseStated: false,
    })
  })

  test('a marking of several, without its issuer', async () => {
    const { code, err } = await label('read', 'SECRETO', '--at', at)
    expect([code, err]).toEqual([
      1,
      `refused: The marking is of several issuers, or may mean several things (ambiguous-marking)
  it may be of BRA, ESP, PRT
  next: Name the issuer: --issuer EST, or EST: in front of the marking.
`,
    ])
  })

  test('by a registry: what it has not is not read, and what others have is still not one issuer’s alone', async () => {
    const { registry, document } = await makeWorld({
      parties: [
        { id: 'EST', accreditation: 3 },
        { id: 'NLD', accreditation: 3 },
      ],
      // No gateway is started.
      database: () => Promise.resolve({ kind: 'embedded', directory: folder }),
    })
    const at = path.join(folder, 'registry.cose')
    writeFileSync(at, registry)
    const trust = ['--registry', at, '--roots', rootsDigest(document.roots)]
    const by = (line: string) => label('read', line, ...trust, '--json')
    expect(jsonOf(await by('NATO SECRET//REL TO NATO, NL'))).toMatchObject({
      label: { releasability: ['NATO', 'NLD'] },
    })
    expect(jsonOf(await by('SALAJANE'))).toMatchObject({ refused: 'unknown-marking' })
    expect(jsonOf(await by('SECRETO'))).toMatchObject({ refused: 'ambiguous-marking' })
    expect(jsonOf(await by('NATO SECRET//REL TO TWN'))).toMatchObject({ refused: 'unknown-release-name' })
  })
})

describe('render', () => {
  test.each([
    [['FIN:SALAINEN//REL TO EST', '--language', 'sv'], 'HEMLIG//REL TO EST'],
    [['USA:TOP SECRET//COMP SI//REL TO USA//CAVEAT NOFORN'], 'TOP SECRET//SI//NOFORN'],
    [['USA:TOP SECRET//COMP SI//REL TO USA//CAVEAT NOFORN', '--portion'], '(TS//SI//NF)'],
  ])('%s', async (args, line) => {
    expect(await label('render', ...args, '--at', at)).toEqual({ code: 0, out: `${line}\n`, err: '' })
  })

  test('not in a language that the issuer has not', async () => {
    const found = await label('render', 'EST:SALAJANE//REL TO EST', '--language', 'en', '--json')
    expect([found.code, jsonOf(found)]).toMatchObject([1, { refused: 'unknown-marking' }])
  })

  test('not a portion mark in a language', async () => {
    const { code } = await label('render', 'EST:SALAJANE//REL TO EST', '--language', 'et', '--portion')
    expect(code).toBe(2)
  })
})

describe('import and export', () => {
  test('a label becomes XML, is bound to an envelope, gets an alternative, and stays what it was', async () => {
    const envelope = file('envelope.cose', 'an envelope')
    const first = await label('export', 'NATO SECRET//REL TO EST', '--review', '2031-01-01', '--at', at)
    const theirs = file('theirs.xml', first.out)
    const beside = [
      '--review',
      '2031-01-01',
      '--at',
      '2026-01-02',
      '--beside',
      theirs,
      '--envelope',
      envelope,
    ]
    const second = await label('export', 'EST:SALAJANE//REL TO EST', ...beside)
    const both = file('both.xml', second.out)
    const { out } = await label('import', both, '--envelope', envelope)
    expect(out).toContain('NATO SECRET//REL TO EST\n')
    expect(out).toContain('  alternatives  EST\n  bound to      1c613667')
    const other = await label('import', both, '--envelope', theirs, '--json')
    expect([other.code, jsonOf(other)]).toMatchObject([1, { refused: 'wrong-data' }])
    const unbound = await label('import', theirs, '--envelope', envelope, '--json')
    expect(jsonOf(unbound)).toMatchObject({ refused: 'wrong-data', detail: 'it is bound to nothing' })
  })

  test('JSON has what is kept beside the label', async () => {
    const found = jsonOf(await label('import', vector('nato-secret.xml'), '--json'))
    expect(found).toMatchObject({
      line: 'NATO SECRET//COMP ATOMAL//REL TO EST, FIN',
      review: '2031-01-01T00:00:00Z',
      originatorId: { idType: 'dNSName', value: 'registry.example' },
      alternatives: [],
    })
  })

  test('another label of the originator’s policy is refused', async () => {
    const args = ['--review', '2031-01-01', '--beside', vector('nato-secret.xml'), '--json']
    const found = await label('export', 'NATO RESTRICTED//REL TO EST', ...args)
    expect([found.code, jsonOf(found)]).toMatchObject([1, { refused: 'label-conflict' }])
  })
})
