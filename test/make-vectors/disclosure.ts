/** Answers for how test/vectors/disclosure.json was made: once, and frozen. Run it to make others. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { toHex, utf8 } from '../../protocol/bytes.ts'
import { signCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { type DisclosedEntry, formatDisclosure } from '../../protocol/ledger/disclosed-entries.ts'
import { discloseField } from '../../protocol/ledger/disclosure.ts'
import { proveInclusion } from '../../protocol/ledger/merkle-proof.ts'
import type { FieldName } from '../../protocol/ledger/record.ts'
import { bodyOf, entries, keyOf, origin, readerOf, recordOf, signer } from '../support/ledger.ts'

const made = entries(7)
const hashes = made.map(({ hash }) => hash)
const note = utf8(signCheckpoint(bodyOf(hashes), signer, 1_760_000_100))
const other = utf8(signCheckpoint(bodyOf(hashes.slice(0, 6)), signer, 1_760_000_100))

function entry(index: number, ...names: readonly FieldName[]): DisclosedEntry {
  const { path: nodes } = proveInclusion(index, hashes.length, readerOf(hashes))
  const fields = names.map((name) => discloseField(recordOf(index), keyOf(index), name))
  return { index, leaf: made[index]?.leaf ?? new Uint8Array(0), path: nodes, fields }
}

const row = (name: string, rows: readonly DisclosedEntry[], checkpoint = note) => ({
  name,
  disclosure: toHex(formatDisclosure(checkpoint, rows)),
})
const refused = (name: string, code: string, rows: readonly DisclosedEntry[], checkpoint = note) => ({
  code,
  ...row(name, rows, checkpoint),
})
const [third, fifth] = [entry(3, 'at', 'event'), entry(5, 'at', 'label', 'to')]

const vectors = {
  about: 'Disclosed entries of profile 1 (protocol/ledger/disclosure.md), bytes in hexadecimal.',
  ledger: { origin, ed25519: toHex(signer.keys.ed25519.bytes), mlDsa44: toHex(signer.keys.mlDsa44.bytes) },
  accept: [
    {
      ...row('two fields of one entry', [third]),
      entries: { 3: { at: 1_760_000_003, event: 'submission-rejection' } },
    },
    {
      ...row('two entries', [third, fifth]),
      entries: { 3: { at: 1_760_000_003 }, 5: { to: ['NLD', 'NATO'] } },
    },
    { ...row('a field that the record lacks', [entry(2, 'transfer')]), entries: { 2: { transfer: null } } },
  ],
  refuse: [
    refused('entries out of order', 'malformed-structure', [fifth, third]),
    refused('an entry twice', 'malformed-structure', [third, third]),
    refused('a field twice', 'bad-disclosure', [entry(3, 'at', 'at')]),
    refused('a field of another entry', 'bad-proof', [{ ...third, fields: fifth.fields }]),
    refused('another index', 'bad-proof', [{ ...third, index: 2 }]),
    refused('an index beyond the ledger', 'bad-proof', [{ ...third, index: 7 }]),
    refused('another leaf', 'bad-proof', [{ ...third, leaf: fifth.leaf }]),
    refused('a path cut short', 'bad-proof', [{ ...third, path: third.path.slice(1) }]),
    refused('the checkpoint of another size', 'bad-proof', [third], other),
  ],
}

const file = path.resolve(import.meta.dirname, '../vectors/disclosure.json')
writeFileSync(file, `${JSON.stringify(vectors, null, 1)}\n`)
