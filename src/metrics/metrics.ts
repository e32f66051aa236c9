/** Answers for the operator's metrics: requests are counted as they are answered, all else is looked up when it is asked for. */
import type { Gateway } from '../exchange/gateway.ts'
import { exchangeFigures } from './exchange-figures.ts'
import { createExposition, type Figure, single } from './exposition.ts'
import { figuresInMemory, isReachable, ledgerFigures, witnessFigures } from './gateway-figures.ts'
import { createProcessFigures } from './process-figures.ts'

export interface AnsweredRequest {
  readonly listener: 'agency' | 'exchange'
  /** The id of the operation; `none` for a path that is no route. */
  readonly operation: string
  readonly status: number
  /** Until the answer began. */
  readonly seconds: number
  /** Of a refusal. */
  readonly code: string | undefined
}

export interface Metrics {
  answered(request: AnsweredRequest): void
  /** A stream of the inbox has begun. Gives what ends it. */
  streaming(): () => void
  /** All figures as text. */
  page(): Promise<string>
  /** Nothing is watched from here on. */
  close(): void
}

/** What they are about; there when the first page is asked for. */
export interface Measured {
  readonly gateway: Gateway
  /** The gateways that did not answer the relay when they were last asked. */
  readonly notAnswering: readonly string[]
}

/** Waits for news are answered after up to a minute. */
const buckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

export function createMetrics(measured: () => Measured): Metrics {
  const exposition = createExposition()
  const requests = exposition.counter(
    'pouch_http_requests_total',
    'Requests answered, by listener, operation and status.',
    ['listener', 'operation', 'status'],
  )
  const durations = exposition.seconds(
    'pouch_http_request_duration_seconds',
    'From the head of a request to the beginning of its answer.',
    ['listener', 'operation'],
    buckets,
  )
  const refusals = exposition.counter(
    'pouch_http_refusals_total',
    'Requests refused, by the code of the problem.',
    ['listener', 'code'],
  )
  const own = createProcessFigures(exposition)
  let streams = 0
  return {
    answered: ({ listener, operation, status, seconds, code }) => {
      requests({ listener, operation, status })
      durations({ listener, operation }, seconds)
      if (code !== undefined) refusals({ listener, code })
    },
    streaming: () => {
      streams += 1
      return () => (streams -= 1)
    },
    page: async () => {
      const open = single('pouch_inbox_streams', 'Readers that follow the inbox as a stream.', streams)
      return exposition.text([open, ...(await figuresOf(measured())), ...own.figures()])
    },
    close: () => own.close(),
  }
}

async function figuresOf({ gateway, notAnswering }: Measured): Promise<readonly Figure[]> {
  const reachable = await isReachable(gateway)
  return [
    single('pouch_database_up', '1 when the database answers.', reachable ? 1 : 0),
    ...figuresInMemory(gateway),
    ...(reachable ? await storedFigures(gateway, notAnswering) : []),
  ]
}

/** One after the other: a scrape takes one connection of the database, whatever it asks. */
async function storedFigures(gateway: Gateway, notAnswering: readonly string[]): Promise<readonly Figure[]> {
  return [
    ...(await ledgerFigures(gateway)),
    ...(await witnessFigures(gateway)),
    ...(await exchangeFigures(gateway, notAnswering)),
  ]
}
