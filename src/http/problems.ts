/** Answers for every refusal over HTTP: problem details (RFC 9457) with the stable code, what to do next, and nothing else. */
import type { Context, ErrorHandler, NotFoundHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { routePath } from 'hono/route'
import { type Code, Rejected, refusals } from '../../protocol/errors.ts'
import { Overloaded } from '../ledger/pace.ts'
import { errorFields, type Logger } from '../logger.ts'
import { type Problem, problemMediaType } from './forms/problem.ts'
import { TooMany } from './rates.ts'

export interface ProblemOptions {
  readonly logger: Logger
  readonly listener: 'agency' | 'exchange'
  /** Fields of a 401 answer: what would be accepted (RFC 9110 §11.6.1, RFC 9421 §5.1). */
  readonly challenge: Readonly<Record<string, string>>
}

export const retryAfterSeconds = 5

// The detail of these codes speaks of the caller's message alone. Of all others it may tell of keys, parties or state here.
const detailIsSafe: ReadonlySet<Code> = new Set([
  'too-large',
  'malformed-cbor',
  'malformed-structure',
  'unknown-type',
  'unknown-critical',
  'bad-validity',
  'bad-recipients',
  'bad-request',
  'wrong-content-type',
  'unauthenticated',
  // Names witnesses, as the registry does.
  'no-witness-policy',
  'no-quorum',
])

export function problemOf(rejected: Rejected, requestId: string): Problem {
  const { status, title, next } = refusals[rejected.code]
  const detail = detailIsSafe.has(rejected.code) && rejected.detail !== '' ? { detail: rejected.detail } : {}
  return {
    type: `urn:pouch:problem:${rejected.code}`,
    title,
    status,
    code: rejected.code,
    ...detail,
    next,
    requestId,
  }
}

/** For what is our own fault: the id by which the operator finds the line in the logger, and nothing more. */
function internalProblem(requestId: string): Problem {
  return {
    type: 'urn:pouch:problem:internal',
    title: 'The gateway failed',
    status: 500,
    code: 'internal',
    next: 'Try again; if it fails again, give the request id to the operator.',
    requestId,
  }
}

/** The one `onError` of a listener. A request id is `c.get('requestId')` where a middleware set it, otherwise made here. */
export function onError(options: ProblemOptions): ErrorHandler {
  return (error, c) => {
    const requestId = requestIdOf(c)
    const about = { requestId, listener: options.listener, method: c.req.method, route: routePath(c, -1) }
    const rejected = asRejected(error)
    if (rejected === undefined) {
      options.logger.error('request-failed', { ...about, status: 500, ...errorFields(error) })
      return respond(internalProblem(requestId))
    }
    const problem = problemOf(rejected, requestId)
    options.logger.info('request-refused', { ...about, status: problem.status, code: rejected.code })
    return respond(problem, extraHeaders(rejected, options))
  }
}

/** The framework's own refusals (a body that is not JSON, a body over the limit) are refusals of ours. */
function asRejected(error: Error): Rejected | undefined {
  if (error instanceof Rejected) return error
  if (!(error instanceof HTTPException)) return undefined
  if (error.status === 413) return new Rejected('too-large', '', { cause: error })
  return error.status === 400 ? new Rejected('bad-request', '', { cause: error }) : undefined
}

/** For paths that are no route; the answer is the same as for a thing that the caller may not see. */
export function onNotFound(options: ProblemOptions): NotFoundHandler {
  return (c) => {
    const problem = problemOf(new Rejected('not-found'), requestIdOf(c))
    options.logger.debug('request-refused', {
      requestId: problem.requestId,
      listener: options.listener,
      status: 404,
      code: 'not-found',
    })
    return respond(problem)
  }
}

/** `extensions` are further members (RFC 9457 §3.2), such as the grounds of a decision. */
export function respond(
  problem: Problem,
  headers: Readonly<Record<string, string>> = {},
  extensions: Readonly<Record<string, unknown>> = {},
): Response {
  const fixed = { 'content-type': problemMediaType, 'cache-control': 'no-store' }
  const response = new Response(JSON.stringify({ ...extensions, ...problem }), {
    status: problem.status,
    headers: { ...headers, ...fixed },
  })
  codes.set(response, problem.code)
  return response
}

const codes = new WeakMap<Response, string>()

/** The code that a response refuses with; `undefined` of an answer. */
export function refusalOf(response: Response): string | undefined {
  return codes.get(response)
}

function extraHeaders(rejected: Rejected, options: ProblemOptions): Readonly<Record<string, string>> {
  const { status } = refusals[rejected.code]
  if (status === 401) return options.challenge
  if (status !== 503 && status !== 429) return {}
  const isTimed = rejected instanceof Overloaded || rejected instanceof TooMany
  const seconds = isTimed ? rejected.retryAfterSeconds : retryAfterSeconds
  return { 'retry-after': String(seconds) }
}

function requestIdOf(c: Context): string {
  const set: unknown = c.get('requestId')
  return typeof set === 'string' ? set : crypto.randomUUID()
}
