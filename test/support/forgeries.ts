/** Answers for the small changes that rows of the envelope tables are made of. */
import type { CborValue } from '../../protocol/cbor.ts'
import { idBytes } from '../../protocol/key.ts'
import { headers } from '../../protocol/numbers.ts'
import { type Fields, forge } from './forge.ts'
import type { Row } from './reports.ts'

export const claims = (change: (claims: Fields) => void) => ({
  header: (fields: Fields) => change(fields.get(headers.cwtClaims) as Fields),
})
export const header = (label: number, value: CborValue) => ({
  header: (fields: Fields) => void fields.set(label, value),
})
export const signers = (...ids: readonly string[]) => header(headers.signers, ids.map(idBytes))
export const listed = (...entries: readonly (readonly [string, string])[]) =>
  header(
    headers.recipients,
    entries.map(
      ([party, id]) =>
        new Map<number, CborValue>([
          [1, party],
          [2, idBytes(id)],
        ]),
    ),
  )
export const signature = (which: 0 | 1, change: (parts: readonly CborValue[]) => CborValue) =>
  forge({ signatures: (all) => all.map((each, i) => (i === which ? change(each as CborValue[]) : each)) })
export const rows = (check: Row['check'], list: readonly Omit<Row, 'check'>[]): readonly Row[] =>
  list.map((row) => ({ ...row, check }))
