/** Answers for how test/vectors/witness.json was made: once, and frozen. Run it to make others. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { toHex, utf8 } from '../../protocol/bytes.ts'
import { type LedgerSigner, signCheckpoint, verifyCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { proveConsistency } from '../../protocol/ledger/merkle-proof.ts'
import { cosignCheckpoint, formatAddCheckpoint, formatCosignatures } from '../../protocol/ledger/witness.ts'
import { bodyOf, entries, readerOf, signer } from '../support/ledger.ts'
import { answerRows, requestRows, witness } from '../support/witness-rows.ts'

const at = 1_760_000_100
const hashes = entries(7).map(({ hash }) => hash)
const note = (size: number) => signCheckpoint(bodyOf(hashes.slice(0, size)), signer, at)

function row(name: string, old: number, size: number) {
  const proof = old === 0 ? [] : proveConsistency(old, size, readerOf(hashes.slice(0, size))).path
  const checkpoint = note(size)
  const lines = cosignCheckpoint(verifyCheckpoint(utf8(checkpoint), signer.keys), witness, at + 5)
  return {
    ...{ name, old, size, root: toHex(bodyOf(hashes.slice(0, size)).root), proof: proof.map(toHex) },
    ...{ request: formatAddCheckpoint({ old, proof, checkpoint }), answer: formatCosignatures(lines) },
    at: at + 5,
  }
}

const keysOf = ({ keys: { origin, ed25519, mlDsa44 } }: LedgerSigner) => {
  return { origin, ed25519: toHex(ed25519.bytes), mlDsa44: toHex(mlDsa44.bytes) }
}

const accept = [
  row('the first seen of a ledger', 0, 5),
  row('five entries grow to seven', 5, 7),
  row('the same again', 7, 7),
]
const [, grown] = accept
if (grown === undefined) throw new Error('no row')

const file = path.resolve(import.meta.dirname, '../vectors/witness.json')
const vectors = {
  about:
    'Requests to a witness and its answers (protocol/ledger/witness.md), as text; keys, roots and hashes in hexadecimal. The answer is to the request of its row, cosigned at `at`. Refused answers are to the checkpoint of the second row.',
  ledger: keysOf(signer),
  witness: keysOf(witness),
  accept,
  refuse: requestRows(grown.request).filter(({ request }) => request.length < 20_000),
  refuseAnswer: answerRows(note(7), grown.answer),
}
writeFileSync(file, `${JSON.stringify(vectors, null, 1)}\n`)
