/** Answers for judging an envelope check by check in tests: which one failed, with which code, and that it was the only one. */
import type { Directory } from '../../protocol/directory.ts'
import { openEnvelope } from '../../protocol/envelope/open.ts'
import { type EnvelopeCheck, envelopeChecks, verify } from '../../protocol/envelope/verify.ts'
import type { Code } from '../../protocol/errors.ts'
import type { OpeningKey } from '../../protocol/key.ts'
import { report } from '../../protocol/report.ts'
import { directory, nld, now } from './parties.ts'

export interface Row {
  readonly check: EnvelopeCheck
  readonly name: string
  readonly code: Code
  readonly bytes: Uint8Array
  readonly directory?: Directory
  readonly now?: number
  readonly keys?: readonly OpeningKey[]
}

/** As a row of the report: `signatures fail bad-signature`; only a gateway that keeps envelopes can tell of replay. */
export function outcomes(row: Pick<Row, 'bytes' | 'directory' | 'now' | 'keys'>): readonly string[] {
  const [trust, at] = [row.directory ?? directory, row.now ?? now]
  const results = report(envelopeChecks, (trace) => {
    openEnvelope(verify(row.bytes, trust, at, trace), row.keys ?? [nld.opening], trust, at, trace)
  })
  return results
    .filter(({ check }) => check !== 'replay')
    .map(({ check, outcome, code }) => `${check} ${outcome}${code === undefined ? '' : ` ${code}`}`)
}

/** Every check before passes, this one fails, and none after it is reached. */
export function onlyFailing({ check, code }: Pick<Row, 'check' | 'code'>): readonly string[] {
  const made: readonly EnvelopeCheck[] = envelopeChecks.filter((each) => each !== 'replay')
  const failed = made.indexOf(check)
  return made.map((each, i) =>
    i < failed ? `${each} pass` : i > failed ? `${each} not-reached` : `${each} fail ${code}`,
  )
}
