/** What an operator with all keys did to its own ledger: exports that verify, found out by replaying and by the other ledger. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Finding } from '../../protocol/ledger/reconcile.ts'
import { type FieldName, type LedgerRecord, ledgerRecord } from '../../protocol/ledger/record.ts'
import { type Audited, makeAudited } from '../support/audited.ts'
import { eachDatabase } from '../support/databases.ts'
import { forgeExport } from '../support/forged-export.ts'

eachDatabase('a ledger made anew by its operator', (databases) => {
  let audited: Audited
  let [est, nld, counter] = ['', '', 0]

  beforeAll(async () => {
    audited = await makeAudited(databases)
    audited.world.clock.now += 60
    est = await audited.exported(audited.est, 'est')
    nld = await audited.exported(audited.nld, 'nld')
  })
  afterAll(() => audited.end())

  type Edit = (records: readonly LedgerRecord[]) => readonly LedgerRecord[]

  async function forged(party: 'EST' | 'NLD', edit: Edit): Promise<string> {
    const { world, at } = audited
    const from = party === 'EST' ? est : nld
    const folder = forgeExport(from, at(`forged-${++counter}`), world.party(party), edit, world.clock.now)
    expect(await audited.audit('verify', folder)).toMatchObject({ code: 0 })
    return folder
  }

  async function findings(one: string, other: string): Promise<readonly Finding[]> {
    const { out } = await audited.audit('reconcile', one, other, '--json')
    return (JSON.parse(out) as { readonly findings: readonly Finding[] }).findings
  }

  const decided = ({ decision }: LedgerRecord): boolean => decision !== undefined
  /** Changes the first record that fits. */
  const first =
    (fits: (record: LedgerRecord) => boolean, change: (record: LedgerRecord) => LedgerRecord): Edit =>
    (records) => {
      const place = records.findIndex(fits)
      return records.map((record, i) => (i === place ? change(record) : record))
    }
  const lacking = (record: LedgerRecord, name: FieldName): LedgerRecord =>
    ledgerRecord.read(ledgerRecord.write({ ...record, [name]: undefined }), 'record')
  const without =
    (fits: (record: LedgerRecord) => boolean): Edit =>
    (records) =>
      records.filter((record) => !fits(record))

  describe('replay names', () => {
    const changes: readonly (readonly [string, Edit, string])[] = [
      [
        'a denial that became an acceptance',
        first(
          ({ decision }) => decision?.allow === false,
          (record) => ({
            ...record,
            event: 'submission-acceptance',
            decision: { allow: true, grounds: [], level: record.decision?.level ?? null },
          }),
        ),
        'allow recorded as true, comes out as false',
      ],
      [
        'another level',
        first(decided, (record) => ({ ...record, decision: { allow: true, grounds: [], level: 1 } })),
        'level recorded as 1, comes out as 3',
      ],
      [
        'other grounds',
        first(
          ({ decision }) => decision?.allow === false,
          (record) => ({
            ...record,
            decision: { allow: false, grounds: ['unknown-party NLD: NLD'], level: 3 },
          }),
        ),
        'grounds recorded as unknown-party NLD: NLD, comes out as purpose-not-covered',
      ],
      [
        'another label',
        first(
          ({ label }) => label !== undefined,
          (record) => ({
            ...record,
            ...(record.label && { label: { ...record.label, marking: 'NATO COSMIC TOP SECRET' } }),
          }),
        ),
        'recorded as true, comes out as false',
      ],
      [
        'a decision by a registry that was not adopted',
        first(decided, (record) => ({ ...record, registry: { version: 9, digest: new Uint8Array(32) } })),
        'registry recorded as version 9, comes out as not adopted before',
      ],
      [
        'an acceptance without a decision',
        first(decided, (record) => lacking(record, 'decision')),
        'decision recorded as none',
      ],
      [
        'a decision of a time at which the registry had expired',
        first(decided, (record) => ({ ...record, at: record.at + 400 * 86_400 })),
        'comes out as registry-expired',
      ],
    ]

    test.each(changes)('%s', async (_, edit, words) => {
      const folder = await forged('EST', edit)
      const ended = await audited.audit('replay', folder)
      expect(ended.code).toBe(1)
      expect(ended.out).toMatch(/entry \d+, transfer [0-9a-f]{32}: /)
      expect(ended.out).toContain(words)
    })
  })

  describe('reconcile names', () => {
    const about = (id: string) => (record: LedgerRecord) => record.transfer === id

    test('a transfer that the recipient hid, and the gap that it left', async () => {
      const [, id = ''] = audited.opened
      const folder = await forged('NLD', without(about(id)))
      const found = await findings(est, folder)
      expect(found).toContainEqual(
        expect.objectContaining({ kind: 'missing', transfer: `EST:${id}`, ledger: 'NLD' }),
      )
      expect(found).toContainEqual(
        expect.objectContaining({ kind: 'gap', transfer: 'EST NLD', ledger: 'NLD' }),
      )
      const ended = await audited.audit('reconcile', folder, est)
      expect(ended).toMatchObject({ code: 1 })
      expect(ended.out).toMatch(new RegExp(`MISSING +EST:${id} +NLD`))
    })

    test('a transfer that the sender hid', async () => {
      const [id = ''] = audited.opened
      const found = await findings(await forged('EST', without(about(id))), nld)
      expect(found).toContainEqual(
        expect.objectContaining({ kind: 'missing', transfer: `EST:${id}`, ledger: 'EST' }),
      )
    })

    test('an acknowledgement that the sender hid', async () => {
      const hidden = ({ acknowledgement, event }: LedgerRecord) =>
        acknowledgement !== undefined && event === 'content-handover'
      const found = await findings(await forged('EST', without(hidden)), nld)
      expect(found.filter(({ kind }) => kind === 'missing')).toHaveLength(3)
    })

    const received = ({ event, actor }: LedgerRecord): boolean =>
      event === 'relay-acceptance' && actor === 'EST'
    const differences: readonly (readonly [string, Edit, string])[] = [
      ['another digest', first(received, (record) => ({ ...record, digest: new Uint8Array(32) })), 'digest'],
      [
        'another label',
        first(received, (record) => ({
          ...record,
          ...(record.label && { label: { ...record.label, at: 1 } }),
        })),
        'the label',
      ],
      [
        'another decision',
        first(received, (record) => ({ ...record, decision: { allow: false, grounds: ['x'], level: 3 } })),
        'the decision',
      ],
      ['another order', first(received, (record) => ({ ...record, at: record.at - 4000 })), 'the time'],
      [
        'a receipt that was never given',
        first(received, (record) => ({ ...record, peerReceipt: new Uint8Array(32) })),
        `the receipt: one for the leaf ${'00'.repeat(32)} is entered`,
      ],
      ['no receipt', first(received, (record) => lacking(record, 'peerReceipt')), 'no receipt'],
    ]

    test.each(differences)('%s', async (_, edit, words) => {
      const found = await findings(est, await forged('NLD', edit))
      const told = found.filter(({ kind }) => kind === 'differs').map(({ what }) => what)
      expect(told).toContainEqual(expect.stringContaining(words))
      // From the edit on no leaf is the one that the receipts prove.
      const receipts = told.filter((what) => what.startsWith('the receipt: one for the leaf'))
      expect(receipts.length).toBeGreaterThan(0)
      expect(told.length - receipts.length).toBe(words.startsWith('the receipt') ? 0 : 1)
    })

    test('no fault in what was only submitted when the ledger was exported', async () => {
      const [id = ''] = audited.opened
      const relayed = (record: LedgerRecord) =>
        about(id)(record) &&
        (record.event !== 'submission-acceptance' || record.acknowledgement !== undefined)
      const [sent, received] = [
        await forged('EST', without(relayed)),
        await forged('NLD', without(about(id))),
      ]
      const found = await findings(sent, received)
      expect(found.filter(({ transfer }) => transfer === `EST:${id}`)).toEqual([
        expect.objectContaining({ kind: 'in-flight', what: 'submitted, and not relayed yet' }),
      ])
    })
  })
})
