/** Answers for time stamps as the gateway runs: the newest checkpoint, at the first one and then each hour, stamped and entered. */
import { setTimeout as rest } from 'node:timers/promises'
import { suite } from '#suite'
import { utf8 } from '../../../protocol/bytes.ts'
import { parseCheckpoint } from '../../../protocol/ledger/checkpoint.ts'
import type { PartyId, Seconds } from '../../../protocol/names.ts'
import type { Database } from '../../database/open.ts'
import { errorFields, type Logger } from '../../logger.ts'
import { readCheckpoint } from '../checkpoints-table.ts'
import { effect } from '../effect.ts'
import type { Sequencer } from '../sequencer.ts'
import type { TrustedAuthority } from './authority.ts'
import { timeStampRequest, verifyResponse } from './request.ts'
import { insertTimeStamps, newestTimeStamp, type TimeStampRow } from './time-stamps-table.ts'

/** Whom to ask, and whose signature counts. */
export interface TimeStamping {
  readonly url: string
  readonly certificate: TrustedAuthority
}

export interface StamperOptions {
  readonly party: PartyId
  readonly database: Database
  readonly sequencer: Sequencer
  readonly logger: Logger
  readonly now: () => Seconds
  /** Absent where no authority is configured. */
  readonly timeStamping?: TimeStamping | undefined
}

const hour: Seconds = 3600
const lookAgainMilliseconds = 60_000
const patienceMilliseconds = 15_000
const maxAnswerBytes = 64 * 1024

/** Gives the end of it. */
export function startStamper(options: StamperOptions): () => Promise<void> {
  const stop = new AbortController()
  const { timeStamping } = options
  const running = timeStamping === undefined ? Promise.resolve() : run(options, timeStamping, stop.signal)
  return async () => {
    stop.abort()
    await running
  }
}

async function run(options: StamperOptions, timeStamping: TimeStamping, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    try {
      await stampIfDue(options, timeStamping, stop)
    } catch (error) {
      // The authority is away, or said something else: it is asked again at the next look.
      options.logger.warn('task-failed', { task: 'time-stamp', ...errorFields(error) })
    }
    await rest(lookAgainMilliseconds, undefined, { signal: stop }).catch(() => undefined)
  }
}

async function stampIfDue(
  options: StamperOptions,
  timeStamping: TimeStamping,
  stop: AbortSignal,
): Promise<void> {
  const { database, now } = options
  const [last, note] = [await newestTimeStamp(database), await readCheckpoint(database)]
  if (note === undefined || (last !== undefined && now() < last.at + hour)) return
  const bytes = utf8(note)
  const request = timeStampRequest(bytes)
  const response = await ask(timeStamping.url, request.bytes, stop)
  const { token, at } = await verifyResponse(response, request, bytes, timeStamping.certificate)
  await enter(options, { size: parseCheckpoint(bytes).size, note, token, at })
}

async function ask(url: string, body: Uint8Array<ArrayBuffer>, stop: AbortSignal): Promise<Uint8Array> {
  const response = await fetch(url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
    redirect: 'error',
    signal: AbortSignal.any([stop, AbortSignal.timeout(patienceMilliseconds)]),
  })
  if (response.status !== 200 || response.body === null) throw new Error(`status ${response.status}`)
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body) {
    length += chunk.length
    if (length > maxAnswerBytes) throw new RangeError('the answer is too long')
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

/** One of each checkpoint, whichever replica asked first: the entry tells of the very token that the row holds. */
async function enter({ party, sequencer, logger, now }: StamperOptions, row: TimeStampRow): Promise<void> {
  const at = now()
  const key = `time-stamp:${row.size}`
  const detail = `checkpoint of ${row.size} entries, stamped at ${row.at}`
  const record = { event: 'time-stamp', actor: party, at, digest: suite.sha256(row.token), detail } as const
  const effects = [effect(insertTimeStamps, row)]
  await sequencer.push({ key, fingerprint: suite.sha256(utf8(key)), record, effects })
  logger.info('checkpoint-stamped', { party, ledgerSize: row.size })
}
