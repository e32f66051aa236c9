/** `pouch ledger shred`: records of finished transfers go, with an entry that says which; every proof and audit stays. */
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { directoryOf, ledgerKeysOf } from '../../protocol/directory.ts'
import { verifyReceipt } from '../../protocol/ledger/receipt.ts'
import { type LedgerRecord, parseRecord } from '../../protocol/ledger/record.ts'
import { acceptFirst } from '../../protocol/registry.ts'
import { readEntries, type StoredEntry } from '../../src/ledger/entries-table.ts'
import { type Audited, makeAudited } from '../support/audited.ts'
import { type Ended, pouch } from '../support/command-line.ts'
import { eachDatabase } from '../support/databases.ts'
import { requestTo } from '../support/request.ts'
import { originOf } from '../support/world.ts'

eachDatabase('shredding', (databases) => {
  let audited: Audited
  let sent: Awaited<ReturnType<Audited['est']['client']['package']>>

  beforeAll(async () => {
    audited = await makeAudited(databases)
    await audited.nld.process.stop()
    sent = await audited.est.client.package(requestTo(['NLD'], audited.world.clock.now))
  })
  afterAll(() => audited.end())

  function shred(...choice: readonly string[]): Promise<Ended> {
    const { process, credential } = audited.est
    const gateway = ['--gateway', originOf(process.agency.port), '--data', audited.at()]
    writeFileSync(audited.at('pouch.json'), '{}')
    return pouch(['ledger', 'shred', ...choice, ...gateway], { POUCH_CREDENTIAL: credential })
  }

  const entries = (): Promise<readonly StoredEntry[]> =>
    readEntries(audited.est.process.gateway.database, { start: 0, end: 10_000 })
  const recordOf = ({ record }: StoredEntry): LedgerRecord | undefined =>
    record === null ? undefined : parseRecord(record)

  test('is refused while the transfer is on its way, and takes nothing', async () => {
    const before = await entries()
    const ended = await shred('--transfer', sent.id)
    expect(ended).toMatchObject({ code: 1 })
    expect(ended.out).toContain('transfer-unfinished')
    expect((await entries()).length).toBe(before.length)
  })

  test('of one transfer takes its records and keys, and enters which they were', async () => {
    const [id = ''] = audited.opened
    const before = await entries()
    const about = before.filter((entry) => recordOf(entry)?.transfer === id).map(({ index }) => index)
    const ended = await shred('--transfer', id, '--json')
    expect(JSON.parse(ended.out)).toEqual({ shredded: about, unfinished: [] })
    const after = await entries()
    for (const index of about) expect(after[index]).toMatchObject({ record: null, secret: null })
    for (const [i, { leaf }] of before.entries()) expect(after[i]?.leaf).toEqual(leaf)
    const last = after.at(-1)
    expect(last && recordOf(last)).toMatchObject({
      event: 'operator-action',
      actor: 'EST officer',
      detail: expect.stringContaining(`shredded ${about.length} records: ${about[0]}`) as string,
    })
    expect(JSON.parse((await shred('--transfer', id, '--json')).out)).toEqual({
      shredded: [],
      unfinished: [],
    })
  })

  test('from before a time takes what is finished, keeps what is not, and never what is no transfer’s', async () => {
    const ended = await shred('--before', '2100-01-01', '--json')
    const { shredded, unfinished } = JSON.parse(ended.out) as Record<string, unknown[]>
    expect(unfinished).toEqual([`EST:${sent.id}`])
    expect(shredded?.length).toBeGreaterThan(5)
    const left = (await entries()).flatMap((entry) => recordOf(entry) ?? [])
    expect(new Set(left.map(({ transfer }) => transfer))).toEqual(new Set([undefined, sent.id]))
    expect(left.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['genesis', 'registry-adoption', 'operator-action']),
    )
  })

  test('leaves receipts, proofs and audits as they were, which tell of it', async () => {
    const { registry, clock } = audited.world
    const directory = directoryOf(acceptFirst(registry, audited.roots), clock.now)
    const keys = ledgerKeysOf(directory, 'EST', clock.now)
    expect(verifyReceipt(sent.receipt, keys, { index: sent.index })).toMatchObject({ index: sent.index })
    const folder = await audited.exported(audited.est, 'shredded')
    const verified = JSON.parse((await audited.audit('verify', folder, '--json')).out) as {
      readonly facts: { readonly shredded: number }
    }
    expect(verified.facts.shredded).toBeGreaterThan(5)
    expect(await audited.audit('replay', folder)).toMatchObject({ code: 0 })
    const index = (await entries()).findIndex(({ record }) => record === null)
    const proof = audited.at('shredded.tlog-proof')
    const proven = await pouch(['audit', 'prove', folder, '--entry', String(index), '--out', proof])
    expect(proven).toMatchObject({ code: 0 })
    expect(readFileSync(proof, 'utf8')).toContain(`index ${index}\n`)
    const shown = [
      'audit',
      'disclose',
      folder,
      '--entry',
      String(index),
      '--field',
      'at',
      '--out',
      audited.at('x'),
    ]
    expect((await pouch(shown)).err).toContain('was shredded')
  })

  test('is no fault when two ledgers are compared, and hides none', async () => {
    await audited.world.start('NLD').then(({ agency }) => expect(agency.port).toBeGreaterThan(0))
    const est = await audited.exported(audited.est, 'est')
    const nld = await audited.exported(audited.nld, 'nld')
    const { out, code } = await audited.audit('reconcile', est, nld, '--json')
    const { findings } = JSON.parse(out) as { readonly findings: readonly { readonly kind: string }[] }
    expect(code).toBe(0)
    expect(findings.map(({ kind }) => kind)).toContain('shredded')
  })

  test('without a choice, or with two, is wrong use', async () => {
    expect(await shred()).toMatchObject({ code: 2 })
    expect(await shred('--transfer', sent.id, '--before', '2025-01-01')).toMatchObject({ code: 2 })
  })
})
