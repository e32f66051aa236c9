/** Answers for reports: a verification as the list of its checks, in order, each passed, failed or not reached. */
import { type Code, Rejected } from './errors.ts'

export interface CheckResult<Check extends string> {
  readonly check: Check
  readonly outcome: 'pass' | 'fail' | 'not-reached'
  readonly code?: Code
  readonly detail?: string
}

/** Called as each check begins; the one before it has then passed. */
export type Trace<Check extends string> = (begun: Check) => void

export function untraced(): void {
  // The verdict alone is wanted.
}

/** Runs a verification and tells how far it came. Anything but `Rejected` is our own error and flies on. */
export function report<Check extends string>(
  checks: readonly Check[],
  verification: (trace: Trace<Check>) => void,
): readonly CheckResult<Check>[] {
  const begun: Check[] = []
  const refusal = refusalOf(() => verification((check) => begun.push(check)))
  const failed = refusal === undefined ? undefined : begun.at(-1)
  // A refusal before the first check would else leave no trace, and look as if nothing had failed.
  if (refusal !== undefined && failed === undefined) throw refusal
  return checks.map((check) => {
    if (!begun.includes(check)) return { check, outcome: 'not-reached' }
    if (check !== failed || refusal === undefined) return { check, outcome: 'pass' }
    return { check, outcome: 'fail', code: refusal.code, detail: refusal.detail }
  })
}

function refusalOf(run: () => void): Rejected | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    if (error instanceof Rejected) return error
    throw error
  }
}
