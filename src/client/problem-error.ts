/** Answers for a gateway's refusals on the client's side: one error with the code, what to do next, and the policy's grounds. */
import type { GroundForm } from '../http/forms/label.ts'
import { denialForm, problemMediaType } from '../http/forms/problem.ts'

/** What the gateway refused, and why. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly status: number
  /** Of protocol/errors.ts; `internal` when the gateway failed; `unknown` when the answer came from something else. */
  readonly code: string
  readonly title: string
  /** What to do next. */
  readonly next: string
  readonly detail: string | undefined
  readonly requestId: string | undefined
  /** The policy's grounds: empty for refusals of any other kind. */
  readonly grounds: readonly GroundForm[]
  /** Of the entry of the refusal in the gateway's ledger, with the receipt for it. */
  readonly entry: { readonly id: string; readonly index: number; readonly receipt: Uint8Array } | undefined

  constructor(status: number, problem: Partial<Denial>) {
    const title = problem.title ?? `HTTP status ${status}`
    super(problem.detail === undefined ? title : `${title}: ${problem.detail}`)
    const { id, index, receipt } = problem
    this.status = status
    this.code = problem.code ?? 'unknown'
    this.title = title
    this.next = problem.next ?? 'Ask whoever runs what stands between you and the gateway.'
    this.detail = problem.detail
    this.requestId = problem.requestId
    this.grounds = problem.grounds ?? []
    this.entry =
      id === undefined || index === undefined || receipt === undefined ? undefined : { id, index, receipt }
  }
}

type Denial = ReturnType<typeof denialForm.parse>

/** Reads the body of an answer that is not a success. */
export async function problemOf(response: Response): Promise<ProblemError> {
  const isProblem = response.headers.get('content-type') === problemMediaType
  const body: unknown = isProblem ? await response.json() : undefined
  if (!isProblem) await response.body?.cancel()
  const read = denialForm.safeParse(body)
  return new ProblemError(response.status, read.success ? read.data : {})
}
