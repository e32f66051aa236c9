/** `pouch audit disclose`: what is shown verifies offline, what is not shown is not there, and nothing can be changed. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toHex } from '../../protocol/bytes.ts'
import { decodeAs } from '../../protocol/codec.ts'
import { directoryOf, keysOfLedger } from '../../protocol/directory.ts'
import { Rejected } from '../../protocol/errors.ts'
import { parseCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { disclosureOrigin, verifyDisclosedEntries } from '../../protocol/ledger/disclosed-entries.ts'
import { recordsFile, shownRecords } from '../../protocol/ledger/export-format.ts'
import { fieldSalts } from '../../protocol/ledger/entry.ts'
import { fieldNames } from '../../protocol/ledger/record.ts'
import { acceptFirst } from '../../protocol/registry.ts'
import { type Audited, makeAudited } from '../support/audited.ts'
import { pouch } from '../support/command-line.ts'
import { eachDatabase } from '../support/databases.ts'

eachDatabase('a disclosure', (databases) => {
  let audited: Audited
  let folder = ''
  let registry: readonly string[] = []
  let counter = 0

  beforeAll(async () => {
    audited = await makeAudited(databases)
    folder = await audited.exported(audited.est, 'est')
    registry = ['--registry', `${folder}/registry/000000001.cose`, '--roots', audited.roots]
  })
  afterAll(() => audited.end())

  async function disclosed(...choice: readonly string[]): Promise<string> {
    const out = audited.at(`${++counter}.cbor`)
    const ended = await pouch(['audit', 'disclose', folder, ...choice, '--out', out])
    expect(ended).toMatchObject({ code: 0, err: '' })
    return out
  }

  const facts = async (file: string) =>
    JSON.parse((await pouch(['verify', file, ...registry, '--json'])).out) as Record<string, unknown>

  test('of one transfer shows the chosen fields of all of its entries', async () => {
    const [id = ''] = audited.opened
    const shown = await facts(await disclosed('--transfer', id, '--field', 'event,at,label'))
    expect(shown).toMatchObject({ kind: 'disclosure', good: true, facts: { party: 'EST' } })
    const values = Object.values(shown['facts'] as Record<string, unknown>)
    expect(values).toEqual(
      expect.arrayContaining(['submission-acceptance', 'relay-acceptance', 'content-handover']),
    )
    expect(values).toContain('NATO SECRET//REL TO NLD')
  })

  test('of one party shows the transfers from it and to it, of single entries those alone', async () => {
    const ofParty = await facts(await disclosed('--party', 'NLD', '--field', 'to'))
    expect(Object.keys(ofParty['facts'] as object).length).toBeGreaterThan(6)
    const single = await facts(await disclosed('--entry', '0,2', '--field', 'event,digest'))
    expect(single).toMatchObject({
      facts: { entry0Event: 'genesis', entry2Event: expect.any(String) as string },
    })
  })

  test('shows that a field is not in the record', async () => {
    const shown = await facts(await disclosed('--entry', '0', '--field', 'transfer'))
    expect(shown).toMatchObject({ good: true, facts: { entry0Transfer: 'not in the record' } })
  })

  test('holds no record, no key and no other salt: what is not disclosed cannot be guessed', async () => {
    const [id = ''] = audited.opened
    const bytes = readFileSync(await disclosed('--transfer', id, '--field', 'event'))
    const rows = decodeAs(shownRecords, new Uint8Array(readFileSync(`${folder}/${recordsFile(0)}`)))
    for (const row of rows) {
      if (row === null) continue
      const [record, key] = row
      for (const secret of [record, key]) expect(bytes.includes(Buffer.from(secret))).toBe(false)
      for (const [i, salt] of fieldSalts(key).entries())
        if (fieldNames[i] !== 'event') expect(bytes.includes(Buffer.from(salt)), fieldNames[i]).toBe(false)
    }
    for (const text of [id, 'NLD', 'NATO SECRET']) expect(bytes.includes(text), text).toBe(false)
  })

  test('with any one bit changed is refused', async () => {
    const file = await disclosed('--entry', '2', '--field', 'event,at')
    const bytes = new Uint8Array(readFileSync(file))
    const { now } = audited.world.clock
    const directory = directoryOf(acceptFirst(audited.world.registry, audited.roots), now)
    const keys = keysOfLedger(directory, disclosureOrigin(bytes), now)
    expect(verifyDisclosedEntries(bytes, keys).entries.map(({ index }) => index)).toEqual([2])
    // A cosignature is its witness's matter; the ledger's own two lines come before it.
    const witnessed = toHex(bytes).indexOf(toHex(readFileSync(`${folder}/checkpoint`).subarray(-200))) / 2
    expect(parseCheckpoint(new Uint8Array(readFileSync(`${folder}/checkpoint`))).size).toBeGreaterThan(2)
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const changed = bytes.slice()
        const place = bit >> 3
        changed[place] = (changed[place] ?? 0) ^ (1 << (bit & 7))
        try {
          const { checkpoint, entries } = verifyDisclosedEntries(changed, keys)
          // Lines of other keys than the ledger's are not looked at here.
          expect(checkpoint.note.signatures.length > 2 && place < witnessed + 200, `bit ${bit}`).toBe(true)
          expect(entries).toEqual(verifyDisclosedEntries(bytes, keys).entries)
        } catch (error) {
          if (!(error instanceof Rejected)) throw error
        }
      }),
      { numRuns: 400 },
    )
  })

  test.each([
    [['--entry', '2', '--field', 'colour'], '--field takes names'],
    [['--entry', '9999', '--field', 'at'], 'from 0 to'],
    [['--field', 'at'], 'choose by one of'],
    [['--entry', '2', '--party', 'NLD', '--field', 'at'], 'choose by one of'],
    [['--transfer', 'ab'.repeat(16), '--field', 'at'], 'shows no such entry'],
  ])('%j is wrong use', async (choice, words) => {
    const ended = await pouch(['audit', 'disclose', folder, ...choice, '--out', audited.at('none')])
    expect(ended).toMatchObject({ code: 2 })
    expect(ended.err).toContain(words)
  })
})
