/** Decisions made again from a ledger's records: all come out as recorded, and whatever is changed in a record is found. */
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { suite } from '#suite'
import { toHex } from '../../protocol/bytes.ts'
import { decodeAs, encodeAs } from '../../protocol/codec.ts'
import type { LedgerRecord } from '../../protocol/ledger/record.ts'
import { parseRecord, recordBytes } from '../../protocol/ledger/record.ts'
import { beginReplay } from '../../protocol/ledger/replay.ts'
import { compareNames } from '../../protocol/names.ts'
import { decideAll, type QuestionToAll } from '../../protocol/policy/decide.ts'
import { groundLine } from '../../protocol/policy/ground.ts'
import { decisionInputs, inputsDigest, policyVersion } from '../../protocol/policy/inputs.ts'
import { justificationOf } from '../../protocol/policy/justification.ts'
import { type Restriction, rulesFrom, type Suspension } from '../../protocol/policy/rules.ts'
import { acceptFirst, acceptNext, proposeRegistry, type VerifiedRegistry } from '../../protocol/registry.ts'
import { hex } from '../support/bytes.ts'
import { label } from '../support/objects.ts'
import { document, now, pinnedRoots, registry, roots, signedBy } from '../support/parties.ts'
import { counted, readJson } from '../support/vectors.ts'

const plain = acceptFirst(registry, pinnedRoots)
const [agreement] = document.agreements
if (agreement === undefined) throw new Error('no agreement')
const stating = {
  ...agreement,
  legalBases: ['Art-4', 'Art-5'],
  needToKnow: true,
  nationals: ['EST', 'NLD'],
  aggregation: [{ category: 'clearance', period: 3600, count: 4, level: 4 as const }],
}
const next = acceptNext(
  signedBy(
    {
      ...document,
      version: 2,
      previous: suite.sha256(proposeRegistry(document)),
      agreements: [stating],
      modules: [{ party: 'NLD', policies: 'forbid (principal, action, resource);' }],
    },
    roots,
  ),
  plain,
)
const versions = [plain, next]

/** Stands for a party's module: nothing on Sundays. */
const module: Restriction = ({ at }) => ({
  forbidden: at === now + 5000 ? [{ subject: 'NLD: sundays' }] : [],
})
const evaluator = () => module

const stated = {
  needToKnow: 'visit-1',
  legalBasis: 'Art-4',
  reader: { clearance: 3, nationalities: ['NLD'] },
} as const
const question: QuestionToAll = {
  ...{ from: 'EST', to: ['NLD'], label, purpose: 'clearance-confirmation', agreement: agreement.id },
  category: 'clearance',
}

interface Decided {
  readonly version: VerifiedRegistry
  readonly at: number
  readonly counted?: readonly number[]
  readonly suspensions?: readonly Suspension[]
  readonly changes?: Partial<QuestionToAll>
}

/** As a gateway records what it decided. */
function decided({ version, at, counted, suspensions = [], changes = {} }: Decided): LedgerRecord {
  const countedFor = counted && new Map([['NLD', counted]])
  const asked = { ...question, ...changes, ...(countedFor && { countedFor }) }
  const rules = rulesFrom({ ...version.document, suspensions }, evaluator)
  const { allow, level, grounds } = decideAll(asked, rules, at)
  const justification = justificationOf(asked)
  const { from, to, label, purpose, agreement } = asked
  const envelope = new Uint8Array(32).fill(at % 251)
  return {
    ...{ from, to, label, purpose, agreement },
    ...{ event: allow ? 'submission-acceptance' : 'submission-rejection', actor: 'EST', at },
    ...{ transfer: `t-${at}`, digest: envelope, messageType: 'clearance.certificate', policy: policyVersion },
    registry: { version: version.document.version, digest: version.digest },
    decision: {
      ...{ allow, level, grounds: [...new Set(grounds.map(groundLine))].sort(compareNames) },
      inputs: inputsDigest(asked, { at, rules, registry: version.digest, envelope }),
      ...(countedFor && { counted: countedFor }),
      ...(justification && { justification }),
    },
  }
}

const adoption = ({ document: { version }, digest }: VerifiedRegistry): LedgerRecord => ({
  ...{ event: 'registry-adoption', actor: 'EST', at: now, registry: { version, digest } },
})
const notice = (event: 'agreement-suspension' | 'agreement-resumption', by: string): LedgerRecord => ({
  ...{ event, actor: by, from: by, at: now, agreement: stating.id },
})
const suspension = { agreement: stating.id, by: 'NLD', from: 0 }

/** One of everything that a decision can rest on. */
const ledger: readonly LedgerRecord[] = [
  adoption(plain),
  decided({ version: plain, at: now }),
  adoption(next),
  decided({ version: next, at: now + 10, counted: [1], changes: stated }),
  decided({ version: next, at: now + 20, counted: [2], changes: stated }),
  decided({ version: next, at: now + 30, counted: [3], changes: stated }),
  decided({ version: next, at: now + 40, counted: [3] }),
  notice('agreement-suspension', 'NLD'),
  decided({ version: next, at: now + 50, counted: [3], changes: stated, suspensions: [suspension] }),
  notice('agreement-resumption', 'NLD'),
  decided({ version: next, at: now + 4000, counted: [0], changes: stated }),
  decided({ version: next, at: now + 5000, counted: [1], changes: stated }),
]

function replayed(records: readonly (LedgerRecord | undefined)[], with_ = evaluator) {
  const replaying = beginReplay(versions, 'EST', with_)
  for (const [index, record] of records.entries()) {
    replaying.read(index, record && parseRecord(recordBytes(record)))
  }
  return replaying.result()
}

function differences(records: readonly (LedgerRecord | undefined)[]): readonly string[] {
  return replayed(records).differences.map(({ index, what }) => `${index} ${what}`)
}

describe('a ledger', () => {
  test('of which every decision comes out as recorded', () => {
    expect(ledger.map(({ decision }) => decision?.allow)).toEqual([
      undefined,
      true,
      undefined,
      true,
      true,
      false,
      false,
      undefined,
      false,
      undefined,
      true,
      false,
    ])
    expect(replayed(ledger)).toEqual({ decisions: 8, refusals: 0, differences: [] })
  })

  test('of decisions on a national module needs what evaluates it', () => {
    const replaying = beginReplay(versions, 'EST')
    for (const [index, record] of ledger.entries()) replaying.read(index, record)
    const found = replaying.result().differences
    expect(new Set(found.map(({ index }) => index))).toEqual(new Set([3, 4, 5, 6, 8, 10, 11]))
  })

  test('of which records are gone is counted as far as can be known', () => {
    expect(differences(ledger.map((record, i) => (i === 3 ? undefined : record)))).toEqual([])
    expect(differences(ledger.filter((_, i) => i !== 3))).toEqual([
      '3 counted',
      '4 counted',
      '5 counted',
      '7 counted',
    ])
  })
})

/** A permitted one, the second of its pair; and what is found when one thing in its record is another. */
const at = 4
const other = new Uint8Array(32).fill(0xee)
type Change = Partial<LedgerRecord> | ((record: LedgerRecord) => LedgerRecord)
const inDecision =
  (change: Partial<NonNullable<LedgerRecord['decision']>>): Change =>
  (record) => ({
    ...record,
    ...(record.decision && { decision: { ...record.decision, ...change } }),
  })
const denied = ['allow', 'event', 'grounds', 'inputs']
const changes: readonly (readonly [string, Change, readonly string[]])[] = [
  ['the time', { at: now + 21 }, ['inputs']],
  ['the sender', { from: 'NATO-NOS' }, [...denied, 'counted']],
  ['the recipients', { to: ['NATO-NOS'] }, [...denied, 'counted', 'level']],
  ['a recipient more', { to: ['NATO-NOS', 'NLD'] }, [...denied, 'counted', 'level']],
  ['the marking', { label: { ...label, marking: 'NATO SECRET' } }, ['inputs', 'level']],
  ['the reference of the label', { label: { ...label, reference: 'other' } }, ['inputs']],
  ['the purpose', { purpose: 'holiday' }, denied],
  ['the agreement', { agreement: 'none' }, [...denied, 'counted']],
  ['the category', { messageType: 'visit.request' }, [...denied, 'counted']],
  ['the envelope', { digest: other }, ['inputs']],
  ['the version of the kernel', { policy: 'pouch-policy/0' }, ['policy']],
  ['the registry', { registry: { version: 1, digest: plain.digest } }, ['counted', 'inputs']],
  ['the number of the registry', { registry: { version: 1, digest: next.digest } }, ['registry']],
  ['the digest of the registry', { registry: { version: 2, digest: other } }, ['registry']],
  ['the need-to-know', inDecision({ justification: { ...stated, needToKnow: 'visit-2' } }), ['inputs']],
  ['the legal basis', inDecision({ justification: { ...stated, legalBasis: 'Art-5' } }), ['inputs']],
  [
    'the reader’s clearance',
    inDecision({ justification: { ...stated, reader: { ...stated.reader, clearance: 2 } } }),
    ['inputs'],
  ],
  [
    'the reader’s nationality',
    inDecision({ justification: { ...stated, reader: { ...stated.reader, nationalities: ['FIN'] } } }),
    denied,
  ],
  ['the count', inDecision({ counted: new Map([['NLD', [1]]]) }), ['counted', 'inputs']],
  ['the count of another', inDecision({ counted: new Map([['LVA', [2]]]) }), [...denied, 'counted', 'level']],
  ['the digest of the inputs', inDecision({ inputs: other }), ['inputs']],
  ['the answer', inDecision({ allow: false }), ['allow']],
  ['the level', inDecision({ level: 1 }), ['level']],
  ['the grounds', inDecision({ grounds: ['no-agreement NLD: none'] }), ['grounds']],
  ['the event', { event: 'submission-rejection' }, ['event']],
]

describe('a record', () => {
  test.each(changes)('with %s changed', (_, change, found) => {
    const changed = ledger.map((record, i) => {
      if (i !== at) return record
      return typeof change === 'function' ? change(record) : { ...record, ...change }
    })
    const here = differences(changed).filter((each) => each.startsWith(`${at} `))
    expect(here.toSorted()).toEqual(found.map((what) => `${at} ${what}`).toSorted())
  })

  test('without the digest of its inputs, or without what was counted', () => {
    const without = (name: 'inputs' | 'counted') =>
      ledger.map((record, i) => {
        if (i !== at || record.decision === undefined) return record
        const { allow, level, grounds, justification, inputs = other, counted = new Map() } = record.decision
        const kept = name === 'inputs' ? { counted } : { inputs }
        return {
          ...record,
          decision: { allow, level, grounds, ...kept, ...(justification && { justification }) },
        }
      })
    expect(differences(without('inputs'))).toEqual([`${at} inputs`])
    expect(differences(without('counted'))).toContain(`${at} counted`)
  })
})

describe('a suspension', () => {
  test.each([
    ['that is not in the ledger', ledger.filter((_, i) => i !== 7), 7],
    ['that was not resumed', ledger.filter((_, i) => i !== 9), 9],
    [
      'of another agreement',
      ledger.map((record, i) => (i === 7 ? { ...record, agreement: 'OTHER' } : record)),
      8,
    ],
    [
      'that is resumed by another party',
      ledger.map((record, i) => (i === 9 ? { ...record, from: 'EST' } : record)),
      10,
    ],
  ])('%s makes the decision after it another', (_, records, index) => {
    expect(differences(records)).toEqual(expect.arrayContaining([`${index} inputs`, `${index} grounds`]))
  })
})

const vectors = z
  .object({ accept: z.array(z.object({ name: z.string(), bytes: z.string(), digest: z.string() })) })
  .parse(readJson(path.resolve(import.meta.dirname, '../vectors/decision-inputs.json')))

describe('the digest of the inputs', () => {
  test.each(counted('decision-inputs.json', vectors.accept))('with $name is that of their bytes', (row) => {
    const inputs = decodeAs(decisionInputs, hex(row.bytes))
    expect(toHex(encodeAs(decisionInputs, inputs))).toBe(row.bytes)
    const { at, registry, envelope, suspensions, counted: countedFor, justification, ...rest } = inputs
    const standing = suspensions.toReversed().map(([agreement, by]) => ({ agreement, by, from: 0 }))
    const rules = rulesFrom({ ...document, suspensions: standing })
    const asked = { ...rest, ...justification, ...(countedFor && { countedFor }) }
    expect(toHex(inputsDigest(asked, { at, rules, registry, envelope }))).toBe(row.digest)
  })
})
