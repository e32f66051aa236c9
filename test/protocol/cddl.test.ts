/**
 * Answers for pouch.cddl and the codecs saying the same: a full sample of every object is changed in every place that the
 * CDDL names, and each changed value must have one verdict from both. Where the code asks for more than CDDL can say, it is
 * listed here.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { verifyAcknowledgement } from '../../protocol/acknowledgement.ts'
import { disclosure } from '../../protocol/attestation/format.ts'
import { parseAttestation } from '../../protocol/attestation/verify.ts'
import { type CborValue, decode, encode } from '../../protocol/cbor.ts'
import type { Codec } from '../../protocol/codec.ts'
import { directoryOf } from '../../protocol/directory.ts'
import { plaintext } from '../../protocol/envelope/format.ts'
import { verify } from '../../protocol/envelope/verify.ts'
import { type Code, Rejected } from '../../protocol/errors.ts'
import { evidenceFile } from '../../protocol/evidence-format.ts'
import { coseKey } from '../../protocol/key.ts'
import { consistencyOrigin, consistencyReceipt } from '../../protocol/ledger/consistency-receipt.ts'
import { discloseField, verifyDisclosure } from '../../protocol/ledger/disclosure.ts'
import { descriptor, makeEntry, parseLeaf } from '../../protocol/ledger/entry.ts'
import { disclosedEntries, disclosureType } from '../../protocol/ledger/disclosed-entries.ts'
import { shownRecords, signedRoots } from '../../protocol/ledger/export-format.ts'
import { proveConsistency, proveInclusion } from '../../protocol/ledger/merkle-proof.ts'
import { receipt, receiptOrigin } from '../../protocol/ledger/receipt.ts'
import { signRoot } from '../../protocol/ledger/signed-root.ts'
import { decision, ledgerRecord } from '../../protocol/ledger/record.ts'
import { decisionInputs } from '../../protocol/policy/inputs.ts'
import { acceptFirst } from '../../protocol/registry.ts'
import { packed, statusListClaims } from '../../protocol/status-list.ts'
import { verifyStatusList } from '../../protocol/status-token.ts'
import { verifyNotice } from '../../protocol/suspension.ts'
import { parseWithdrawal } from '../../protocol/withdrawal.ts'
import { parseCddl, type Type } from '../support/cddl.ts'
import { changes } from '../support/cddl-changes.ts'
import { matches, ruleOf } from '../support/cddl-match.ts'
import * as ledger from '../support/ledger.ts'
import * as samples from '../support/wire-samples.ts'

const rules = parseCddl(readFileSync(path.resolve(import.meta.dirname, '../../protocol/pouch.cddl'), 'utf8'))

interface Row {
  readonly rule: string
  readonly value: CborValue
  readonly accepts: (value: CborValue) => boolean
  /** Places where the code asks for more than the CDDL says, and why. */
  readonly more?: Readonly<Record<string, string>>
  /** Places where the CDDL says more than the parser asks, because a later check does. */
  readonly later?: RegExp
}

/** Codes of a refusal for form. Any other means that the form was right. */
const formal: readonly Code[] = [
  ...(['malformed-cbor', 'malformed-structure', 'unknown-type', 'unknown-critical'] as const),
  ...(['wrong-algorithm', 'bad-key', 'too-large'] as const),
]

function formed(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch (error) {
    if (error instanceof Rejected) return !formal.includes(error.code)
    throw error
  }
}

function byCodec<T>(codec: Codec<T>): Row['accepts'] {
  return (value) => formed(() => codec.read(value, '$'))
}

function byBytes(read: (bytes: Uint8Array) => unknown): Row['accepts'] {
  return (value) => formed(() => read(encode(value)))
}

const now = 1_790_000_001
const pinned = 'of no registry'
const directory = (() => {
  const nobody = samples.registryOfNobody
  return directoryOf(acceptFirst(nobody.bytes, nobody.pinnedRoots), now)
})()

const signatures = /^\[3\]/
const made = ledger.entries(3)
const [entry] = made
if (entry === undefined) throw new Error('no entry')
const reader = ledger.readerOf(made.map(({ hash }) => hash))
const signedRoot = signRoot(ledger.bodyOf(made.map(({ hash }) => hash)), ledger.signer, now)
const shownField = discloseField(ledger.recordOf(0), ledger.keyOf(0), 'at')
const receiptBytes = receipt(signedRoot, entry.leaf, proveInclusion(0, 3, reader), [shownField])
const rootOfTwo = ledger.treeRoot(made.slice(0, 2).map(({ hash }) => hash))
const fullEntry = makeEntry(entry.hash, ledger.fullRecord, ledger.keyOf(1))

const rows: readonly Row[] = [
  {
    rule: 'Envelope',
    value: decode(samples.envelope),
    accepts: byBytes((bytes) => verify(bytes, directory, now)),
    later: signatures,
    more: {
      '[0]<>.2': 'the justification is named when there is one, and only then',
      '[0]<>.-65545': 'there when it is named, with something stated in it',
    },
  },
  {
    rule: 'Attestation',
    value: decode(samples.attestation),
    accepts: byBytes((bytes) => parseAttestation(bytes)),
    // A disclosure is opened only once its hash was found among the signed ones.
    later: /^\[(3\]|1\]\.17\[\])/,
  },
  { rule: 'Disclosure', value: samples.disclosed, accepts: byCodec(disclosure) },
  ...[samples.acknowledgement, samples.refusal].map(
    (bytes): Row => ({
      rule: 'Acknowledgement',
      value: decode(bytes),
      accepts: byBytes((changed) => verifyAcknowledgement(changed, directory, now)),
      later: signatures,
    }),
  ),
  ...[samples.suspension, samples.resumption].map(
    (bytes): Row => ({
      rule: 'Suspension',
      value: decode(bytes),
      accepts: byBytes((changed) => verifyNotice(changed, directory, now)),
      later: signatures,
      more: {
        '[2]<>.4': 'odd in a suspension, even in a resumption',
        ...(bytes === samples.suspension && { '[2]<>.5': 'null in the first alone' }),
      },
    }),
  ),
  {
    rule: 'Withdrawal',
    value: decode(samples.withdrawal),
    accepts: byBytes((bytes) => parseWithdrawal(bytes)),
    later: signatures,
    more: { '[2]<>.4': 'at least 1' },
  },
  {
    rule: 'StatusListToken',
    value: decode(samples.statusListToken),
    accepts: byBytes((bytes) => verifyStatusList(bytes, 'EST', directory, now)),
    later: signatures,
    more: { '[2]<>.65533.lst': 'it inflates' },
  },
  {
    rule: 'Registry',
    value: decode(samples.registry),
    accepts: byBytes((bytes) => acceptFirst(bytes, pinned)),
    later: /^\[3\]|^\[2\]<>\.12\[\]\.2|^\[2\]<>\.13\[\]\.2/,
    more: {
      '[2]<>.5.1': 'a threshold of 1 to the number of signers',
      '[2]<>.5.2': 'no root key twice',
      '[2]<>.6': 'no party or key twice',
      '[2]<>.6[].1': 'a witness is a party',
      '[2]<>.6[].7': 'no key twice',
      '[2]<>.7': 'no group twice',
      '[2]<>.8': 'no scheme twice',
      '[2]<>.8[].2[].2': 'low is not above high',
      '[2]<>.8[].2[].3': 'low is not above high',
      '[2]<>.9[].10': 'ascending times',
      '[2]<>.9': 'every signed agreement is there',
      '[2]<>.9[].1': 'every signed agreement is there',
      '[2]<>.12[].1': 'of an agreement that is there',
      '[2]<>.10.1[]': 'a witness is a party',
      '[2]<>.10.2[]': 'no more than the witnesses',
      '[2]<>.10.3': 'at least a minute',
      '[2]<>.2': 'a consent, and so a version before',
      '[2]<>.13': 'no party twice',
      '[2]<>.13[].1.1': 'a party of the registry',
      '[2]<>.11': 'no party twice',
      '[2]<>.11[].1': 'a party of the registry',
    },
  },
  ...samples.publicKeys.map(
    (key): Row => ({ rule: 'CoseKey', value: coseKey.write(key), accepts: byCodec(coseKey) }),
  ),
  { rule: 'Plaintext', value: plaintext.write(samples.sealedPlaintext), accepts: byCodec(plaintext) },
  {
    rule: 'StatusListClaims',
    value: statusListClaims.write({
      uri: 'https://status.example/EST/1',
      issued: now,
      expires: now + 1,
      ttlSeconds: 3600,
      list: packed(1, 16, new Map([[3, 1]])),
    }),
    accepts: byCodec(statusListClaims),
    more: { '.65533.lst': 'it inflates' },
  },
  { rule: 'Leaf', value: decode(entry.leaf), accepts: byBytes(parseLeaf) },
  {
    rule: 'LedgerDescriptor',
    value: descriptor.write({
      ...ledger.descriptor,
      successorOf: { origin: 'old', size: 3, root: new Uint8Array(32) },
    }),
    accepts: byCodec(descriptor),
  },
  { rule: 'LedgerRecord', value: ledgerRecord.write(ledger.fullRecord), accepts: byCodec(ledgerRecord) },
  {
    rule: 'RecordedDecision',
    value: decision.write(samples.decision),
    accepts: byCodec(decision),
    more: { '.justification': 'something is stated' },
  },
  {
    rule: 'DecisionInputs',
    value: decisionInputs.write(samples.inputs),
    accepts: byCodec(decisionInputs),
    more: { '.justification': 'something is stated' },
  },
  {
    rule: 'FieldDisclosure',
    value: decode(discloseField(ledger.fullRecord, ledger.keyOf(1), 'digest')),
    accepts: byBytes((bytes) => verifyDisclosure(fullEntry.leaf, bytes)),
  },
  {
    rule: 'ShownRecords',
    value: shownRecords.write([[new Uint8Array(3), new Uint8Array(32)], null]),
    accepts: byCodec(shownRecords),
  },
  {
    rule: 'SignedRoots',
    value: signedRoots.write([
      [
        7,
        [
          { protectedBytes: new Uint8Array(3), signature: new Uint8Array(64) },
          { protectedBytes: new Uint8Array(3), signature: new Uint8Array(2420) },
        ],
      ],
    ]),
    accepts: byCodec(signedRoots),
  },
  {
    rule: 'DisclosedEntries',
    value: disclosedEntries.write({
      type: disclosureType,
      checkpoint: 'a note',
      entries: [
        { index: 3, leaf: new Uint8Array(70), path: [new Uint8Array(32)], fields: [new Uint8Array(9)] },
      ],
    }),
    accepts: byCodec(disclosedEntries),
  },
  {
    rule: 'Receipt',
    value: decode(receiptBytes),
    accepts: byBytes(receiptOrigin),
    // The keys, and then the disclosures, are looked at later.
    later: /^\.(receipts\[[01]\]<>\[0\]<>\.1$|disclosures\[\])/,
  },
  {
    rule: 'ConsistencyFile',
    value: decode(consistencyReceipt(signedRoot, rootOfTwo, proveConsistency(2, 3, reader))),
    accepts: byBytes(consistencyOrigin),
    later: /^\.receipts\[[01]\]<>\[0\]<>\.1$/,
  },
  { rule: 'Evidence', value: evidenceFile.write(samples.evidence), accepts: byCodec(evidenceFile) },
]

describe('pouch.cddl', () => {
  test.each(rows)('$rule is what the code reads', ({ rule, value, accepts, more = {}, later }) => {
    const type = ruleOf(rules, rule)
    expect([matches(rules, type, value), accepts(value)]).toEqual([true, true])
    const differences = new Set<string>()
    const met = new Set<string>()
    let count = 0
    for (const change of changes(rules, type, value)) {
      count++
      const [described, read] = [matches(rules, type, change.value), accepts(change.value)]
      const explained = described ? Object.hasOwn(more, change.path) : later?.test(change.path) === true
      if (described && !read && explained) met.add(change.path)
      if (described !== read && !explained)
        differences.add(
          `${change.path} ${change.what}: ${described ? 'only CDDL' : 'only the code'} accepts it`,
        )
    }
    console.info(`${count} changes: ${rule}`)
    expect([...differences]).toEqual([])
    expect([...met].toSorted()).toEqual(Object.keys(more).toSorted())
    expect(count).toBeGreaterThan(10)
  }, 120_000)

  test('every name has a rule, and every rule is named or is an object of its own', () => {
    const named = new Set([...rules.values()].flatMap(namesIn))
    const unknown = [...named].filter((name) => !rules.has(name) && !prelude.includes(name))
    expect(unknown).toEqual([])
    const objects = [...rules.keys()].filter((name) => !named.has(name))
    expect(objects.toSorted()).toEqual(
      [...new Set(rows.map(({ rule }) => rule)), ...structures].filter((name) => !named.has(name)).toSorted(),
    )
  })
})

const prelude = ['any', 'bool', 'bstr', 'null', 'tstr', 'uint']
/** What is hashed, signed or authenticated and never sent. */
const structures = [
  ...['SigStructure', 'EncStructure', 'RecipientInfo', 'RootSigStructure', 'FieldLeaf'],
  ...['AgreementHeader', 'KeyConsentHeader', 'HeldKeys'],
]

function namesIn(type: Type): readonly string[] {
  switch (type.is) {
    case 'name':
      return [type.name]
    case 'choice':
      return type.of.flatMap(namesIn)
    case 'map':
    case 'array':
      return type.members.flatMap(({ key, value }) => [
        ...(key === undefined ? [] : namesIn(key)),
        ...namesIn(value),
      ])
    case 'size':
    case 'cbor':
    case 'regexp':
      return [...namesIn(type.of), ...namesIn(type.by)]
    case 'tag':
      return namesIn(type.of)
    case 'literal':
    case 'range':
    case 'simple':
      return []
  }
}
