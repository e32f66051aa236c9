/** `pouch audit` on the ledgers of a real exchange: good as they are, and whatever is changed is found by name. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Ended, pouch } from '../support/command-line.ts'
import { type Audited, damaged, filesOf, makeAudited } from '../support/audited.ts'
import { eachDatabase } from '../support/databases.ts'
import { surname } from '../support/request.ts'

eachDatabase('an audit', (databases) => {
  let audited: Audited
  let [est, nld] = ['', '']

  beforeAll(async () => {
    audited = await makeAudited(databases)
    est = await audited.exported(audited.est, 'est')
    nld = await audited.exported(audited.nld, 'nld')
  })
  afterAll(() => audited.end())

  const json = async (ended: Promise<Ended>) => JSON.parse((await ended).out) as Record<string, unknown>

  describe('export', () => {
    test('gives the same bytes for the same ledger at the same size', async () => {
      const [first, second] = [
        await audited.exported(audited.est, 'first'),
        await audited.exported(audited.est, 'second'),
      ]
      expect(filesOf(first)).toEqual(filesOf(second))
      for (const file of filesOf(first).filter((name) => name !== 'checkpoint')) {
        expect(readFileSync(`${first}/${file}`).equals(readFileSync(`${second}/${file}`)), file).toBe(true)
      }
      // Witnesses may add their lines in between.
      const own = (folder: string) => {
        const [origin = '', ...lines] = readFileSync(`${folder}/checkpoint`, 'utf8').split('\n')
        return [origin, ...lines.filter((line) => !line.startsWith('— ') || line.startsWith(`— ${origin} `))]
      }
      expect(own(first).length).toBeGreaterThan(6)
      expect(own(first)).toEqual(own(second))
    })

    test('starts anew where an earlier one ended early', async () => {
      mkdirSync(audited.at('again.unfinished'))
      writeFileSync(audited.at('again.unfinished', 'checkpoint'), 'half')
      const folder = await audited.exported(audited.est, 'again')
      expect(await audited.audit('verify', folder)).toMatchObject({ code: 0 })
    })

    test('holds the files that protocol/ledger/export.md describes, and nothing of the content', () => {
      const kinds = filesOf(est).map((file) => file.replace(/\d{3,}/g, 'N').replace(/\.p\/\d+$/, '.p/W'))
      expect([...new Set(kinds)]).toEqual([
        'README.md',
        'checkpoint',
        'checkpoints/N.cbor',
        'descriptor.cbor',
        'records/N.cbor',
        'registry/N.cose',
        'tile/0/N.p/W',
        'tile/entries/N.p/W',
      ])
      for (const file of filesOf(est)) expect(readFileSync(`${est}/${file}`).includes(surname)).toBe(false)
    })
  })

  describe('verify', () => {
    test('is good, and says of what', async () => {
      expect(await json(audited.audit('verify', est, '--json'))).toMatchObject({
        good: true,
        facts: { party: 'EST', shredded: 0 },
      })
      expect(await audited.audit('verify', nld)).toMatchObject({ code: 0 })
    })

    test('finds one changed byte in any file but its README, by name', async () => {
      for (const file of filesOf(est).filter((each) => each !== 'README.md')) {
        for (const place of [0.02, 0.5, 0.98]) {
          const ended = await damaged(`${est}/${file}`, place, () => audited.audit('verify', est))
          expect(ended.code, `${file} at ${place}`).toBe(1)
          const names =
            /checkpoint: |descriptor|bad-note|signature|unknown-|entry \d+|checkpoints\/|registry\/|records\/|tile\//
          expect(ended.out + ended.err, `${file} at ${place}`).toMatch(names)
        }
      }
    })

    test('finds a file that is not there', async () => {
      for (const file of filesOf(est).filter((each) => !/README|records|checkpoints/.test(each))) {
        const bytes = readFileSync(`${est}/${file}`)
        rmSync(`${est}/${file}`)
        const ended = await audited.audit('verify', est)
        writeFileSync(`${est}/${file}`, bytes)
        expect([ended.code, ended.out + ended.err], file).not.toEqual([0, ended.out])
      }
    })
  })

  describe('replay', () => {
    test('every decision comes out as recorded', async () => {
      const replayed = await json(audited.audit('replay', est, '--json'))
      expect(replayed).toMatchObject({ good: true, decisions: 4, differences: [] })
      expect(await json(audited.audit('replay', nld, '--json'))).toMatchObject({ good: true, decisions: 3 })
    })
  })

  describe('reconcile', () => {
    test('two honest ledgers agree, in either order', async () => {
      const both = await json(audited.audit('reconcile', est, nld, '--json'))
      expect(both).toMatchObject({ good: true, both: 3, findings: [] })
      expect(await audited.audit('reconcile', nld, est)).toMatchObject({ code: 0 })
    })

    test('one ledger is not compared with itself', async () => {
      expect(await audited.audit('reconcile', est, est)).toMatchObject({ code: 2 })
    })
  })

  describe('disclose', () => {
    test('shows the chosen fields of the chosen entries, and verifies offline', async () => {
      const out = audited.at('shown.cbor')
      const [id = ''] = audited.opened
      const made = await pouch([
        'audit',
        'disclose',
        est,
        '--transfer',
        id,
        '--field',
        'event,at',
        '--out',
        out,
      ])
      expect(made).toMatchObject({ code: 0, err: '' })
      const verified = await audited.audit('verify', est)
      expect(verified.code).toBe(0)
    })
  })
})
