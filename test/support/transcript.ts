/**
 * Answers for transcripts: HTTP written down as text, to be read like a manual and played against real gateways.
 *
 *     EST agency:                          whom the next requests go to; "…, until it answers so:" asks again for a while
 *     > GET /v1/inbox?after={cursor}       a request: `{name}` is filled in
 *     > signature: by NLD                  signed as that party's gateway
 *     < 200                                the answer: status, the fields that matter, the whole body
 *     < content-type: application/json     `{name}` matches anything at first, and from then on the same
 *     <
 *     < { "items": [], "next": "{cursor}" }
 *
 * A body of `{{name}}` is bytes: filled in in a request, kept from an answer. All other lines are prose.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import { fromUtf8, utf8 } from '../../protocol/bytes.ts'
import { fetchAsDocumented } from './documented.ts'

export interface Turn {
  /** Line of the transcript at which the request begins. */
  readonly line: number
  readonly target: string
  readonly patient: boolean
  readonly request: Message
  readonly answer: Message
}

interface Message {
  /** `GET /v1/inbox`, or `200`. */
  readonly start: string
  readonly fields: readonly (readonly [string, string])[]
  readonly body: string
}

export function parseTranscript(text: string): readonly Turn[] {
  const turns: Turn[] = []
  const lines = text.split('\n')
  let [target, patient] = ['', false]
  for (let at = 0; at < lines.length; at++) {
    const named = /^([A-Z]+ (?:agency|exchange))(, until it answers so)?:$/.exec(lines[at] ?? '')
    if (named !== null) [target, patient] = [named[1] ?? '', named[2] !== undefined]
    if (!isMarked('>', lines[at])) continue
    const request = marked('>', lines, at)
    const answer = marked('<', lines, at + request.length)
    turns.push({ line: at + 1, target, patient, request: messageOf(request), answer: messageOf(answer) })
    at += request.length + answer.length - 1
  }
  return turns
}

function isMarked(mark: string, line: string | undefined): boolean {
  return line === mark || line?.startsWith(`${mark} `) === true
}

function marked(mark: string, lines: readonly string[], from: number): readonly string[] {
  const end = lines.findIndex((line, i) => i >= from && !isMarked(mark, line))
  return lines.slice(from, end === -1 ? lines.length : end).map((line) => line.slice(2))
}

function messageOf(lines: readonly string[]): Message {
  const [start = '', ...rest] = lines
  const blank = rest.indexOf('')
  const fieldLines = blank === -1 ? rest : rest.slice(0, blank)
  const fields = fieldLines.map((line) => {
    const [name = '', ...value] = line.split(': ')
    return [name.toLowerCase(), value.join(': ')] as const
  })
  return { start, fields, body: blank === -1 ? '' : rest.slice(blank + 1).join('\n') }
}

/** What the transcript knows by name: texts, and bytes. */
interface Names {
  readonly texts: Map<string, string>
  readonly bytes: Map<string, Uint8Array>
}

export interface Prepared {
  readonly url: string
  readonly method: string
  readonly headers: Record<string, string>
  readonly body: Uint8Array | undefined
}

export interface Stage {
  readonly names: Names
  /** `EST agency` → its origin. */
  origin(target: string): string
  /** The fields that a signature by this party's gateway takes. */
  sign(party: string, prepared: Prepared): Record<string, string>
}

export async function play(turn: Turn, stage: Stage): Promise<void> {
  const deadline = performance.now() + (turn.patient ? 10_000 : 0)
  for (;;) {
    const before = new Map(stage.names.texts)
    try {
      await playOnce(turn, stage)
      return
    } catch (error) {
      if (performance.now() > deadline) throw error
      stage.names.texts.clear()
      for (const [name, value] of before) stage.names.texts.set(name, value)
      await pause(50)
    }
  }
}

async function playOnce({ request, answer, target, line }: Turn, stage: Stage): Promise<void> {
  const { url, method, headers, body } = prepare(request, target, stage)
  const response = await fetchAsDocumented(url, {
    method,
    headers,
    ...(body && { body: new Uint8Array(body) }),
  })
  const content = new Uint8Array(await response.arrayBuffer())
  const got = { status: String(response.status), body: shown(content, response) }
  expect(got.status, `line ${line}: ${method} ${url}\n${got.body}`).toBe(answer.start)
  for (const [name, value] of answer.fields) {
    requireMatch(value, response.headers.get(name) ?? '', stage.names, `line ${line}: ${name}`)
  }
  const kept = /^\{\{(.+)\}\}$/.exec(answer.body.trim())?.[1]
  if (kept !== undefined) keep(kept, content, stage.names, line)
  else requireBody(answer.body, got.body, stage.names, `line ${line}`)
}

function prepare({ start, fields, body }: Message, target: string, stage: Stage): Prepared {
  const { names } = stage
  const [method = '', path = ''] = filled(start, names).split(' ')
  const named = /^\{\{(.+)\}\}$/.exec(body.trim())?.[1]
  const bytes = named === undefined ? utf8(filled(body, names)) : names.bytes.get(named)
  const signer = fields.find(([name]) => name === 'signature')?.[1].replace('by ', '')
  const plain = fields
    .filter(([name]) => name !== 'signature')
    .map(([name, value]) => [name, filled(value, names)])
  const headers = Object.fromEntries(plain) as Record<string, string>
  const prepared = {
    url: stage.origin(target) + path,
    method,
    headers,
    body: body === '' ? undefined : bytes,
  }
  return signer === undefined
    ? prepared
    : { ...prepared, headers: { ...headers, ...stage.sign(signer, prepared) } }
}

function filled(text: string, { texts }: Names): string {
  return text.replace(/\{([a-z][\w-]*)\}/gi, (whole, name: string) => texts.get(name) ?? whole)
}

function shown(content: Uint8Array, response: Response): string {
  const type = response.headers.get('content-type') ?? ''
  return type.includes('json') || type.startsWith('text/') ? fromUtf8(content) : `${content.length} bytes`
}

function keep(name: string, content: Uint8Array, { bytes }: Names, line: number): void {
  const known = bytes.get(name)
  if (known !== undefined) expect(content, `line ${line}: other bytes than ${name}`).toEqual(known)
  else bytes.set(name, content)
}

function requireBody(wanted: string, got: string, names: Names, place: string): void {
  const isJson = /^\s*(?:\[|\{[\s"])/.test(wanted)
  if (!isJson) requireMatch(wanted.trimEnd(), got.trimEnd(), names, place)
  else requireJson(JSON.parse(wanted), JSON.parse(got), names, place)
}

function requireJson(wanted: unknown, got: unknown, names: Names, place: string): void {
  if (typeof wanted === 'string') {
    requireMatch(wanted, typeof got === 'string' ? got : JSON.stringify(got), names, place)
  } else if (typeof wanted === 'object' && wanted !== null) {
    const members = (value: unknown): string[] => Object.keys(value ?? {}).sort()
    expect(members(got), `${place}: members of ${JSON.stringify(got)}`).toEqual(members(wanted))
    for (const [name, value] of Object.entries(wanted)) {
      requireJson(value, (got as Record<string, unknown>)[name], names, `${place}.${name}`)
    }
  } else expect(got, place).toEqual(wanted)
}

/** A name met for the first time takes what is there; met again it stands for the same. */
function requireMatch(wanted: string, got: string, names: Names, place: string): void {
  const parts = wanted.split(/(\{[a-z][\w-]*\})/i)
  const pattern = parts.map((part, i) => (i % 2 === 0 ? escaped(part) : wildcard(part, names))).join('')
  const found = new RegExp(`^${pattern}$`, 's').exec(got)
  expect(found, `${place}: ${wanted}\n  but ${got}`).not.toBeNull()
  const unknown = parts.filter((part, i) => i % 2 === 1 && !names.texts.has(part.slice(1, -1)))
  unknown.forEach((part, i) => names.texts.set(part.slice(1, -1), found?.[i + 1] ?? ''))
}

function wildcard(part: string, { texts }: Names): string {
  const known = texts.get(part.slice(1, -1))
  return known === undefined ? '(.+?)' : escaped(known)
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
