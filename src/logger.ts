/**
 * Answers for operational logging: an allow-list. A line is an event of the list below, and of its fields only those
 * listed, in the form listed, are written; everything else is dropped without a trace. So neither a careless caller nor an
 * error that carries input can put a token, a key or a plaintext into the logger. The audit chain is the ledger, not this.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { type DestinationStream, pino } from 'pino'
import { Rejected, refusals } from '../protocol/errors.ts'
import { grounds } from '../protocol/policy/ground.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

const events = [
  'gateway-started',
  'gateway-stopping',
  'gateway-stopped',
  'listener-started',
  'database-opened',
  'migration-applied',
  'keystore-opened',
  'registry-adopted',
  'agreement-suspended',
  'agreement-resumed',
  'attestation-withdrawn',
  'notice-refused',
  'module-refused',
  'records-shredded',
  'registry-refused',
  'registry-conflict',
  'registry-unrenewed',
  'request-answered',
  'request-refused',
  'request-failed',
  'submission-acceptance',
  'submission-rejection',
  'relay-acceptance',
  'relay-rejection',
  'relay-failure',
  'content-consignment',
  'content-handover',
  'acknowledgement-received',
  'acknowledgement-failure',
  'peer-reached',
  'peer-unreachable',
  'ledger-started',
  'ledger-fenced',
  'ledger-reloaded',
  'ledger-scrubbed',
  'ledger-damaged',
  'head-trusted',
  'checkpoint-stamped',
  'checkpoint-signed',
  'witness-silent',
  'witness-ahead',
  'cosignature-refused',
  'envelopes-released',
  'release-unearned',
  'receipt-refused',
  'witness-conflict',
  'witness-row-refused',
  'key-changed',
  'expires-soon',
  'tls-renewed',
  'credential-added',
  'credential-revoked',
  'task-failed',
] as const

export type EventName = (typeof events)[number]

const eventNames: ReadonlySet<string> = new Set(events)

type Form = (value: unknown) => boolean
const matching =
  (pattern: RegExp): Form =>
  (value) =>
    typeof value === 'string' && pattern.test(value)
const oneOf =
  (...values: readonly string[]): Form =>
  (value) =>
    typeof value === 'string' && values.includes(value)
const ground: Form = (value) => typeof value === 'string' && Object.hasOwn(grounds, value)
const amount: Form = (value) => typeof value === 'number' && Number.isFinite(value)
const flag: Form = (value) => typeof value === 'boolean'
const code: Form = (value) => typeof value === 'string' && Object.hasOwn(refusals, value)
const party = matching(/^[A-Z][A-Z0-9_-]{1,11}$/)
const digest = matching(/^([0-9a-f]{16}|[0-9a-f]{32}|[0-9a-f]{64}|[0-9a-f]{96})$/)
const address = matching(
  /^(localhost|[0-9]{1,3}(\.[0-9]{1,3}){3}|\[?[0-9a-f:]{2,39}\]?|[a-z0-9-]+(\.[a-z0-9-]+)+)$/,
)
const uuid = matching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)

/**
 * Each field's form. No field is free text, and a value that does not fit is dropped as an unlisted field is. One thing no
 * form can tell: 32 bytes of a secret in hexadecimal from an id. Secrets live in `#field`s, so nobody has them to pass.
 */
const fields = {
  requestId: uuid,
  listener: oneOf('agency', 'exchange'),
  method: oneOf('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'),
  /** The route's pattern, never the path that was asked. */
  route: matching(/^(\/[a-z0-9.:_*{}-]{0,24}){1,8}$/i),
  status: amount,
  code,
  milliseconds: amount,
  bytes: amount,
  count: amount,
  attempt: amount,
  seconds: amount,
  party,
  peer: party,
  envelopeId: digest,
  envelopeDigest: digest,
  keyId: digest,
  keyUse: oneOf('sign', 'open', 'transport', 'ledger', 'root'),
  keyChange: oneOf('made', 'in use', 'retired', 'revoked', 'destroyed'),
  expiring: oneOf('registry', 'key', 'time-stamp-certificate', 'tls-certificate'),
  credentialId: digest,
  ledgerIndex: amount,
  ledgerSize: amount,
  registryVersion: amount,
  fence: amount,
  outcome: oneOf(
    'permitted',
    'refused',
    'repeated',
    'delivered',
    'consigned',
    'opened',
    'failed',
    'retry',
    'given-up',
  ),
  grounds: (value: unknown): boolean => Array.isArray(value) && value.length <= 32 && value.every(ground),
  database: oneOf('embedded', 'postgresql'),
  durable: flag,
  host: address,
  port: amount,
  task: oneOf(
    'relay',
    'release',
    'witnessing',
    'sequencer',
    'checkpoint',
    'anchor',
    'scrub',
    'time-stamp',
    'registry-watch',
    'registry',
    'keys',
    'tls',
    'notices',
    'withdrawals',
    'expiry',
    'inbox',
    'shutdown',
  ),
  /** Where a ledger is not what it signed. */
  ledgerPlace: matching(
    /^((entry|record|checkpoint|head) [0-9]{1,16}|scrub|tile\/[0-9]{1,2}(\/x?[0-9]{3}){1,6})$/,
  ),
  errorName: matching(/^([A-Z][A-Za-z]{0,30}(Error|Exception)|Error|Rejected|NotAnError)$/),
  /** SQLSTATE (ISO 9075) or a system error's name, such as 40001 or ECONNREFUSED. */
  errorCode: matching(/^([0-9A-Z]{5}|E[A-Z0-9_]{2,20})$/),
  /** The line of our own code. */
  errorPlace: matching(/^(protocol|keys|src)(\/[a-z0-9.-]{1,40}){1,4}:[0-9]{1,4}$/),
} as const satisfies Record<string, Form>

export type Fields = Readonly<Partial<Record<keyof typeof fields, unknown>>>

export interface Logger {
  debug(event: EventName, fields?: Fields): void
  info(event: EventName, fields?: Fields): void
  warn(event: EventName, fields?: Fields): void
  error(event: EventName, fields?: Fields): void
}

export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const options = { level, base: null, messageKey: 'event', timestamp: pino.stdTimeFunctions.isoTime }
  const sink = destination === undefined ? pino(options) : pino(options, destination)
  const at =
    (name: 'debug' | 'info' | 'warn' | 'error') =>
    (event: EventName, given: Fields = {}) => {
      // Looking at the fields costs more than all else here, so not for a line that is not written.
      if (sink.isLevelEnabled(name) && eventNames.has(event)) sink[name](listed(given), event)
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** What may be said of an error: its class, its code and the line of our own code, never its message. */
export function errorFields(error: unknown): Fields {
  if (error instanceof Rejected) return { errorName: error.name, code: error.code }
  if (!(error instanceof Error)) return { errorName: 'NotAnError' }
  const errorCode = 'code' in error ? error.code : undefined
  return { errorName: error.constructor.name, errorCode, errorPlace: placeOf(error) }
}

function listed(given: Fields): Record<string, unknown> {
  const kept: Record<string, unknown> = {}
  for (const [name, fits] of Object.entries(fields)) {
    if (!Object.hasOwn(given, name)) continue
    const value = given[name as keyof Fields]
    if (fits(value)) kept[name] = value
  }
  return kept
}

// A stack begins with the message, which may look like a frame: so only files that we really have are named.
function placeOf(error: Error): string | undefined {
  const frames = (error.stack ?? '').matchAll(/\/((?:protocol|keys|src)\/[\w./-]{1,160}\.ts):([0-9]{1,4}):/g)
  for (const [, file, line] of frames) {
    if (file !== undefined && existsSync(path.join(import.meta.dirname, '..', file))) return `${file}:${line}`
  }
  return undefined
}
