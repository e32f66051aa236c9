/** Answers for the logger's allow-list: nothing that is not listed is written, whoever asks and in whatever field. */
import { describe, expect, test } from 'vitest'
import { Rejected } from '../protocol/errors.ts'
import { createLogger, errorFields, type EventName, type Fields } from '../src/logger.ts'

function lines(write: (logger: ReturnType<typeof createLogger>) => void, level: 'debug' | 'info' = 'debug') {
  const written: string[] = []
  write(createLogger(level, { write: (line) => void written.push(line) }))
  return written
}

const parsed = (line: string | undefined): unknown => JSON.parse(line ?? '')

describe('the logger', () => {
  test('writes an event with its listed fields', () => {
    const requestId = '6f1f6f0e-3b1e-4a6e-9d55-0d6a6a1e2b3c'
    const [line] = lines((logger) => {
      logger.info('request-answered', {
        requestId,
        method: 'POST',
        route: '/v1/envelopes/:id',
        status: 201,
        milliseconds: 3.5,
      })
    })
    expect(parsed(line)).toEqual({
      level: 30,
      time: expect.any(String) as unknown,
      event: 'request-answered',
      requestId,
      method: 'POST',
      route: '/v1/envelopes/:id',
      status: 201,
      milliseconds: 3.5,
    })
  })

  test('drops a field that is not listed, and one that is not of its form', () => {
    const careless = {
      authorization: 'Bearer abc',
      body: { name: 'Mari Maasikas' },
      method: 'BREW',
      party: 'est',
      status: '201',
    }
    const [line] = lines((logger) => logger.info('request-refused', careless))
    expect(parsed(line)).toEqual({ level: 30, time: expect.any(String) as unknown, event: 'request-refused' })
  })

  test('writes no event that is not listed', () => {
    expect(lines((logger) => logger.info('the passphrase is hunter2' as EventName))).toEqual([])
  })

  test('is not led astray by what a caller can put into an object', () => {
    const odd = Object.create({ party: 'EST' }) as Fields
    const [line] = lines((logger) => logger.info('request-refused', odd))
    expect(line).not.toContain('EST')
  })
})

const secrets = [
  ['an API token', 'pouch_0123456789abcdef_kQ1zAPq9xYpT0v3mW8sBcDeFgHiJkLmNoPqRsTuVwXy'],
  ['a bearer header', 'Bearer kQ1zAPq9xYpT0v3mW8sBcDeFgHiJkLmNoPqRsTuVwXy'],
  ['32 bytes in base64', 'kQ1zAPq9xYpT0v3mW8sBcDeFgHiJkLmNoPqRsTuVwXy='],
  ['a private key', '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA\n-----END PRIVATE KEY-----'],
  ['a passphrase', 'four unrelated words here'],
  ['a passphrase without spaces', 'correct-horse-battery-staple-9'],
  ['plaintext', '{"given_name":"Mari","clearance":"SECRET"}'],
  ['a name', 'Mari Maasikas'],
  ['a database address', 'postgresql://pouch:hunter2@db:5432/pouch'],
  ['bytes', Uint8Array.from({ length: 32 }, (_, i) => 200 + (i % 50))],
  ['an object', { secret: 'hunter2' }],
  ['a list', ['hunter2', 'Mari Maasikas']],
] as const

const names = [
  'requestId',
  'listener',
  'method',
  'route',
  'status',
  'code',
  'milliseconds',
  'bytes',
  'count',
  'attempt',
  'seconds',
  'party',
  'peer',
  'envelopeId',
  'envelopeDigest',
  'keyId',
  'credentialId',
  'ledgerIndex',
  'ledgerSize',
  'registryVersion',
  'fence',
  'outcome',
  'grounds',
  'database',
  'durable',
  'host',
  'port',
  'task',
  'errorName',
  'errorCode',
  'errorPlace',
  'err',
  'error',
  'msg',
  'event',
  'message',
  'level',
  'time',
  'pid',
  'hostname',
] as const

describe('a secret never shows', () => {
  test.each(secrets)('%s, in any field', (_, secret) => {
    const [bare] = lines((logger) => logger.error('request-failed'))
    for (const name of names) {
      const [line] = lines((logger) => logger.error('request-failed', { [name]: secret }))
      expect(Object.keys(parsed(line) as object), name).toEqual(Object.keys(parsed(bare) as object))
    }
  })

  test.each(secrets)('%s, in an error of any kind', (_, secret) => {
    const text = typeof secret === 'string' ? secret : JSON.stringify(secret)
    class Careless extends Error {
      override readonly name = text
      readonly code = text
      readonly secret = secret
    }
    const errors: unknown[] = [
      new Error(text),
      new TypeError(text, { cause: new Error(text) }),
      new Rejected('bad-request', text),
      new Careless(text),
      Object.assign(new Error(text), { stack: `at /x/src/${text}.ts:1` }),
      new AggregateError([new Error(text)], text),
      secret,
    ]
    for (const error of errors) {
      const [line] = lines((logger) => logger.error('request-failed', errorFields(error)))
      for (const part of text.split(/[^A-Za-z0-9]+/).filter((word) => word.length > 3)) {
        expect(line).not.toContain(part)
      }
    }
  })

  test('an error tells its class, its code and the line of our own code', () => {
    const error = Object.assign(new RangeError('input'), {
      code: 'ECONNREFUSED',
      stack: 'x\n at f (file:///a/src/http/problems.ts:12:3)',
    })
    expect(errorFields(error)).toEqual({
      errorName: 'RangeError',
      errorCode: 'ECONNREFUSED',
      errorPlace: 'src/http/problems.ts:12',
    })
    expect(errorFields(new Rejected('expired', 'x'))).toEqual({ errorName: 'Rejected', code: 'expired' })
  })
})
