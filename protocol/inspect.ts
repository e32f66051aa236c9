/** Answers for showing any file of the system to a person, with the names of its labels; nothing is verified. */
import { fromUtf8 } from './bytes.ts'
import { diagnose } from './diagnostic.ts'
import { Rejected } from './errors.ts'
import { type Kind, kindOf } from './kind.ts'
import { namesOfKind } from './wire-names.ts'

export interface Inspection {
  readonly kind: Kind | 'cbor'
  readonly text: string
}

/** Notes are shown as they are; CBOR in diagnostic notation. Throws `malformed-cbor` for what is neither. */
export function inspect(bytes: Uint8Array, whole: boolean): Inspection {
  const kind = kindOrCbor(bytes)
  if (kind === 'checkpoint' || kind === 'tlog-proof') return { kind, text: fromUtf8(bytes).trimEnd() }
  return { kind, text: diagnose(bytes, namesOfKind(kind), whole) }
}

function kindOrCbor(bytes: Uint8Array): Inspection['kind'] {
  try {
    return kindOf(bytes)
  } catch (error) {
    if (error instanceof Rejected && error.code === 'unknown-type') return 'cbor'
    throw error
  }
}
