/** Answers for what a file is, from its first bytes and its `typ`; nothing is verified. */
import { fromUtf8 } from './bytes.ts'
import { type CborValue, decode, Tag } from './cbor.ts'
import { anything, list } from './codec.ts'
import { Rejected } from './errors.ts'
import { headers, mediaTypes, tags } from './numbers.ts'

export type Kind =
  | 'envelope'
  | 'attestation'
  | 'acknowledgement'
  | 'registry'
  | 'suspension'
  | 'withdrawal'
  | 'status-list'
  | 'receipt'
  | 'consistency'
  | 'disclosure'
  | 'evidence'
  | 'checkpoint'
  | 'tlog-proof'

const signedKinds: ReadonlyMap<CborValue | undefined, Kind> = new Map([
  [mediaTypes.envelope, 'envelope'],
  [mediaTypes.attestation, 'attestation'],
  [mediaTypes.acknowledgement, 'acknowledgement'],
  [mediaTypes.registry, 'registry'],
  [mediaTypes.suspension, 'suspension'],
  [mediaTypes.withdrawal, 'withdrawal'],
  [mediaTypes['status list'], 'status-list'],
])

/** Throws `unknown-type`, or `malformed-cbor` for what is neither CBOR nor a note. */
export function kindOf(bytes: Uint8Array): Kind {
  const text = textOf(bytes)
  if (text?.startsWith('c2sp.org/tlog-proof@v1\n') === true) return 'tlog-proof'
  if (text?.includes('\n\n\u2014 ') === true) return 'checkpoint'
  return kindOfValue(decode(bytes))
}

function kindOfValue(value: CborValue): Kind {
  if (value instanceof Tag && value.tag === tags.sign) return signedKind(value.value)
  if (value instanceof Map && value.get('type') === 'pouch-receipt-v1') return 'receipt'
  if (value instanceof Map && value.get('type') === 'pouch-consistency-v1') return 'consistency'
  if (value instanceof Map && value.get('type') === 'pouch-disclosed-entries-v1') return 'disclosure'
  if (value instanceof Map && value.get('type') === 'pouch-evidence-v1') return 'evidence'
  throw new Rejected('unknown-type')
}

function signedKind(value: CborValue): Kind {
  const [header] = coseParts.read(value, 'COSE_Sign')
  if (!(header instanceof Uint8Array)) throw new Rejected('malformed-structure', 'COSE_Sign header')
  const kind = signedKinds.get(typOf(decode(header)))
  if (kind === undefined) throw new Rejected('unknown-type', 'COSE_Sign typ')
  return kind
}

function typOf(header: CborValue): CborValue | undefined {
  return header instanceof Map ? (header as ReadonlyMap<CborValue, CborValue>).get(headers.typ) : undefined
}

const coseParts = list(anything, 1, 4)

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return fromUtf8(bytes)
  } catch {
    return undefined // Not UTF-8: then it is no note, and the caller reads it as CBOR.
  }
}
