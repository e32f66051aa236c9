/** Answers for what is refused of a request to a witness and of its answer: each row wrong in one place. */
import { HeldSigningKey } from '../../keys/signing-key.ts'
import { toBase64, utf8 } from '../../protocol/bytes.ts'
import type { Code } from '../../protocol/errors.ts'
import { type LedgerSigner, verifyCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { cosign } from '../../protocol/ledger/cosignature.ts'
import { cosignCheckpoint, formatCosignatures, witnessKeys } from '../../protocol/ledger/witness.ts'
import { signer } from './ledger.ts'

export function witnessCalled(origin: string, seed: number): LedgerSigner {
  const ed25519 = new HeldSigningKey('ed25519', new Uint8Array(32).fill(seed))
  const mlDsa44 = new HeldSigningKey('ml-dsa-44', new Uint8Array(32).fill(seed + 1))
  return {
    keys: { origin, ed25519: ed25519.publicKey, mlDsa44: mlDsa44.publicKey },
    pair: [ed25519, mlDsa44],
  }
}

export const witness = witnessCalled('nld.example/ledger', 11)

interface RequestRow {
  readonly name: string
  readonly code: Code
  readonly request: string
}

const hash = toBase64(new Uint8Array(32))

/** Of a good request from size 5. */
export function requestRows(good: string): readonly RequestRow[] {
  const row = (name: string, request: string): RequestRow => ({ name, code: 'bad-note', request })
  const sized = (size: string) => good.replace(/^old 5$/m, size)
  const before = (line: string) => good.replace(/\n\n/, `\n${line}\n\n`)
  return [
    row('nothing', ''),
    row('a checkpoint alone', good.slice(good.indexOf('\n\n') + 2)),
    row('no checkpoint', good.slice(0, good.indexOf('\n\n') + 2)),
    row('no old size', good.slice(good.indexOf('\n') + 1)),
    row('an old size without its word', sized('5')),
    row('another word', sized('new 5')),
    row('two spaces', sized('old  5')),
    row('a space after the size', sized('old 5 ')),
    row('no size after the word', sized('old ')),
    row('a leading zero', sized('old 05')),
    row('a sign', sized('old +5')),
    row('a size below zero', sized('old -1')),
    row('a size in hexadecimal', sized('old 0x5')),
    row('a size beyond 2^53', sized('old 9007199254740992')),
    row('an old size above the checkpoint’s', sized('old 8')),
    row('carriage returns', sized('old 5\r')),
    row('a hash of 31 bytes', before(toBase64(new Uint8Array(31)))),
    row('a hash of 33 bytes', before(toBase64(new Uint8Array(33)))),
    row('a hash in base64url', before(`${'_'.repeat(43)}=`)),
    row('a hash without padding', before(hash.slice(0, -1))),
    row('a space after a hash', before(`${hash} `)),
    row('64 hashes', before(Array.from({ length: 64 }, () => hash).join('\n'))),
    row('no empty line', good.replace(/\n\n/, '\n')),
    row('no last newline', good.slice(0, -1)),
    row('bytes after the note', `${good}more`),
    row('more than a note may hold', good + `\u2014 x ${toBase64(new Uint8Array(9))}\n`.repeat(40_000)),
  ]
}

interface AnswerRow {
  readonly name: string
  readonly code: Code
  readonly answer: string
}

/** Of a good answer to this checkpoint. */
export function answerRows(checkpoint: string, good: string): readonly AnswerRow[] {
  const seen = verifyCheckpoint(utf8(checkpoint), signer.keys)
  const [ed25519 = '', mlDsa44 = ''] = good.split('\n')
  const row = (name: string, code: Code, answer: string): AnswerRow => ({ name, code, answer })
  const by = (other: LedgerSigner) => formatCosignatures(cosignCheckpoint(seen, other, 1_760_000_105))
  const [key, post] = witnessKeys(witness.keys)
  const timeless = { ...seen, text: seen.note.text }
  const untimed = [cosign(key, witness.pair[0], timeless, 0), cosign(post, witness.pair[1], timeless, 0)]
  const elsewhere = { ...timeless, size: 8, text: timeless.text.replace('\n7\n', '\n8\n') }
  const other = [cosign(key, witness.pair[0], elsewhere, 9), cosign(post, witness.pair[1], elsewhere, 9)]
  return [
    row('nothing', 'bad-note', ''),
    row('no newline at the end', 'bad-note', good.slice(0, -1)),
    row('a text before the lines', 'bad-note', `text\n\n${good}`),
    row('an empty line between', 'bad-note', `${ed25519}\n\n${mlDsa44}\n`),
    row('the checkpoint again', 'bad-note', `${checkpoint}${good}`),
    row('Ed25519 alone', 'missing-signature', `${ed25519}\n`),
    row('ML-DSA-44 alone', 'missing-signature', `${mlDsa44}\n`),
    row('lines of another witness', 'missing-signature', by(witnessCalled('bel.example/ledger', 21))),
    row(
      'lines of other keys under its name',
      'missing-signature',
      by(witnessCalled(witness.keys.origin, 21)),
    ),
    row('lines without a time', 'missing-signature', formatCosignatures(untimed)),
    row('lines for another checkpoint', 'bad-signature', formatCosignatures(other)),
    row('a further line that is wrong', 'bad-signature', good + formatCosignatures(other)),
  ]
}
