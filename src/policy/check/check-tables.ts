/** Answers for the proof that no table of an agreement places a marking lower than its issuer does, or twice. */
import type { Agreement, Equivalent } from '../../../protocol/policy/agreement.ts'
import type { Level } from '../../../protocol/policy/level.ts'
import { isInForce, type Marking } from '../../../protocol/policy/scheme.ts'
import { failure, many, type Objection, type Proof, type Subject, warning } from '../proof.ts'

export function tablesProof(subject: Subject): Proof {
  const { agreements } = subject.document
  const rows = agreements.reduce((count, { table }) => count + table.length, 0)
  return {
    name: 'tables',
    claim: 'no row of an agreement is below the interval of its marking, and none contradicts another',
    extent: many(rows, 'row'),
    objections: agreements.flatMap((agreement) => [
      ...agreement.table.flatMap((row) => belowInterval(agreement, row, subject)),
      ...twice(agreement, subject),
      ...missing(agreement, subject),
    ]),
  }
}

function markingsOf(
  { issuer, marking }: Pick<Equivalent, 'issuer' | 'marking'>,
  { rules }: Subject,
): readonly Marking[] {
  return rules.schemes.get(issuer)?.markings.get(marking) ?? []
}

/** The kernel would take the marking's low, and the agreement would say something else than what is done. */
function belowInterval({ id }: Agreement, row: Equivalent, subject: Subject): readonly Objection[] {
  const highestLow = markingsOf(row, subject).reduce<Level>(
    (low, marking) => (marking.low > low ? marking.low : low),
    0,
  )
  if (row.level >= highestLow) return []
  const { issuer, marking, level } = row
  return [
    failure(
      `agreement ${id} places ${issuer}:${marking} at level ${level}; by the issuer it is worth ${highestLow} at least`,
      [
        `row      ${issuer}:${marking} is level ${level}`,
        `scheme   ${issuer}:${marking} is from level ${highestLow} on`,
      ],
    ),
  ]
}

/** Two rows for one marking, in one spelling or in two: only the first would ever be read. */
function twice({ id, table }: Agreement, subject: Subject): readonly Objection[] {
  return table.flatMap((row, i) => {
    const forms = new Set([row.marking, ...markingsOf(row, subject).flatMap((marking) => marking.forms)])
    const earlier = table.slice(0, i).find((other) => other.issuer === row.issuer && forms.has(other.marking))
    if (earlier === undefined) return []
    const text = `agreement ${id} has two rows for ${row.issuer}:${row.marking}: only the first, of level ${earlier.level}, is read`
    return [
      earlier.level === row.level && earlier.protectAs === row.protectAs ? warning(text) : failure(text),
    ]
  })
}

/** A table is whole or it refuses: what has no row is not covered. */
function missing({ id, table }: Agreement, { rules, moments }: Subject): readonly Objection[] {
  return [...new Set(table.map(({ issuer }) => issuer))].flatMap((issuer) => {
    const rows = new Set(table.filter((row) => row.issuer === issuer).map(({ marking }) => marking))
    const [at = 0] = moments
    const markings = (rules.schemes.get(issuer)?.scheme.markings ?? []).filter((marking) =>
      isInForce(marking, at),
    )
    const without = markings
      .filter(({ forms }) => !forms.some((form) => rows.has(form)))
      .map(({ forms }) => forms[0])
    if (without.length === 0) return []
    return [
      warning(
        `agreement ${id} has no row for ${without.map((form) => `${issuer}:${form}`).join(', ')}: they are refused under it`,
      ),
    ]
  })
}
