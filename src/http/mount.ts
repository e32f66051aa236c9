/** Answers for putting operations behind a listener's door: a request in, its answer or its problem out, one line in the logger. */
import type { HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Doorkeeper } from './authenticate.ts'
import type { Call, Operation } from './operation.ts'
import { onError, onNotFound, refusalOf } from './problems.ts'

/** Requests come from a server of node:http, whose streams are read directly. */
export interface Env {
  readonly Bindings: HttpBindings
  readonly Variables: { requestId: string }
}

export type Api = Hono<Env>

interface Behind {
  readonly door: Doorkeeper
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'answered'>
  /** Ends every wait for news at once, so that the listener can close. */
  readonly stopping: AbortSignal
}

export function mount(operations: readonly Operation[], behind: Behind): Api {
  const api = new Hono<Env>()
  const { door, logger } = behind
  const problems = { logger, listener: door.listener, challenge: door.challenge }
  const refuse = onError(problems)
  const unknown = onNotFound(problems)
  api.onError(refuse)
  api.notFound((c) => counted('none', behind, () => unknown(c)))
  for (const operation of operations) {
    const { id, method, path } = operation.route
    const tried = async (c: Context<Env>): Promise<Response> => {
      try {
        return await answer(c, operation, behind)
      } catch (error) {
        if (error instanceof Error) return refuse(error, c)
        throw error
      }
    }
    api.on(method.toUpperCase(), routingPath(path), (c) => counted(id, behind, () => tried(c)))
  }
  return api
}

async function counted(
  operation: string,
  { door, metrics }: Behind,
  answering: () => Response | Promise<Response>,
): Promise<Response> {
  const began = performance.now()
  const response = await answering()
  const seconds = (performance.now() - began) / 1000
  const { status } = response
  metrics.answered({ listener: door.listener, operation, status, seconds, code: refusalOf(response) })
  return response
}

/** `{id}` is one segment; `{+path}` takes the rest, slashes and all. */
export function routingPath(path: string): string {
  return path.replace(/\{\+(\w+)\}/g, ':$1{.+}').replace(/\{(\w+)\}/g, ':$1')
}

async function answer(c: Context<Env>, operation: Operation, behind: Behind): Promise<Response> {
  const began = performance.now()
  const requestId = crypto.randomUUID()
  c.set('requestId', requestId)
  const response = await operation.answer(await callOf(c, operation, behind, requestId))
  behind.logger.debug('request-answered', {
    requestId,
    listener: behind.door.listener,
    method: c.req.method,
    route: operation.route.path,
    status: response.status,
    milliseconds: Math.round(performance.now() - began),
  })
  return response
}

async function callOf(
  c: Context<Env>,
  { route }: Operation,
  { door, stopping }: Behind,
  requestId: string,
): Promise<Call> {
  const { headers } = c.env.incoming
  const admitted = await door.admit(c.env, route)
  return {
    requestId,
    origin: admitted.origin,
    body: () => admitted.body(),
    params: route.params === undefined ? {} : c.req.param(),
    query: route.query === undefined ? {} : c.req.query(),
    mediaType: (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '',
    signal: () => AbortSignal.any([c.req.raw.signal, stopping]),
    admitAgain: async () => {
      await door.admit(c.env, route)
    },
    header: (name) => {
      const value = headers[name]
      return typeof value === 'string' ? value : undefined
    },
  }
}
