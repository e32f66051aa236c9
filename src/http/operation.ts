/**
 * Answers for what an operation of the API is: its route, who may ask, what it takes and gives and refuses, and what it does.
 * The same schemas read the request and describe it in /openapi.json, so the two cannot differ.
 */
import type { z } from 'zod'
import { fromUtf8 } from '../../protocol/bytes.ts'
import { type Code, Rejected } from '../../protocol/errors.ts'
import type { Origin } from '../exchange/gateway.ts'
import { coseType, jsonType } from './answer.ts'
import type { Role } from './credentials.ts'
import { readAs } from './read-as.ts'

/** `anyone`; another party's `gateway`, by its signature; or a credential of the agency with one of these roles. */
export type Access = 'anyone' | 'gateway' | readonly Role[]

/** Documented as JSON by its form, or as bytes or text of this media type. */
export type Content = Readonly<Record<string, z.ZodType | 'bytes' | 'text'>>

export interface Answer {
  readonly description: string
  readonly content?: Content
}

/** What a request may carry as its body, and how it is read. */
export interface Taking<B> {
  readonly content: Content
  /** Other protocols name no media type for their bodies: a request without one is taken too. */
  readonly untyped?: true
  /** It may be longer than an envelope, and takes the room of registries. */
  readonly room?: 'registry'
  read(mediaType: string, bytes: Uint8Array): B
}

export interface Route {
  readonly id: string
  readonly method: 'get' | 'post' | 'put'
  /** As OpenAPI writes it, `{id}` and all. */
  readonly path: string
  readonly summary: string
  readonly description?: string
  readonly access: Access
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly headers?: z.ZodObject
  readonly takes?: Taking<unknown>
  readonly answers: Readonly<Record<number, Answer>>
  /** Codes of its own, beside those that its access and its body bring. */
  readonly refuses: readonly Code[]
}

/** A request before anything of it is believed. */
export interface Call {
  readonly origin: Origin
  readonly requestId: string
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly mediaType: string
  /** Aborted when the client goes away; made on demand. */
  signal(): AbortSignal
  header(name: string): string | undefined
  /** Throws when the caller would not be let in any more; for an answer that goes on. */
  admitAgain(): Promise<void>
  body(): Promise<Uint8Array>
}

export interface Asked<P, Q, H, B> extends Pick<Call, 'origin' | 'requestId' | 'signal' | 'admitAgain'> {
  /** Whether the caller names this media type among those that it takes. */
  accepts(mediaType: string): boolean
  readonly params: P
  readonly query: Q
  readonly headers: H
  readonly body: B
}

interface Definition<P, Q, H, B> extends Route {
  readonly params?: z.ZodObject & z.ZodType<P>
  readonly query?: z.ZodObject & z.ZodType<Q>
  readonly headers?: z.ZodObject & z.ZodType<H>
  readonly takes?: Taking<B>
}

export interface Operation {
  readonly route: Route
  answer(call: Call): Promise<Response>
}

type None = Readonly<Record<string, never>>

export function operation<P = None, Q = None, H = None, B = undefined>(
  route: Definition<P, Q, H, B>,
  handle: (asked: Asked<P, Q, H, B>) => Promise<Response>,
): Operation {
  const names = Object.keys(route.headers?.shape ?? {})
  return {
    route,
    answer: async (call) => {
      const given = names.map((name) => [name, call.header(name)]).filter(([, value]) => value !== undefined)
      return handle({
        origin: call.origin,
        requestId: call.requestId,
        signal: () => call.signal(),
        admitAgain: () => call.admitAgain(),
        accepts: (mediaType) => typesIn(call.header('accept')).includes(mediaType),
        params: part(route.params, call.params, 'path'),
        query: part(route.query, call.query, 'query'),
        headers: part(route.headers, Object.fromEntries(given), 'header'),
        body: await bodyOf(route.takes, call),
      })
    },
  }
}

function typesIn(accept = ''): readonly string[] {
  return accept.split(',').map((range) => range.split(';', 1)[0]?.trim().toLowerCase() ?? '')
}

/** Where no form is given, none of the type's members can be asked for. */
function part<T>(form: z.ZodType<T> | undefined, given: unknown, place: string): T {
  return form === undefined ? ({} as T) : readAs<z.ZodType<T>>(form, given, place)
}

async function bodyOf<B>(takes: Taking<B> | undefined, call: Call): Promise<B> {
  if (takes === undefined) return undefined as B
  const mediaTypes = Object.keys(takes.content)
  const untyped = takes.untyped === true && call.mediaType === ''
  if (!untyped && !mediaTypes.includes(call.mediaType)) {
    throw new Rejected('wrong-content-type', `${mediaTypes.join(' or ')} expected`)
  }
  return takes.read(call.mediaType, await call.body())
}

export function jsonBody<T extends z.ZodType>(form: T): Taking<z.output<T>> {
  return { content: { [jsonType]: form }, read: (_, bytes) => readAs(form, parseJson(bytes), '$') }
}

export const coseBody: Taking<Uint8Array> = {
  content: { [coseType]: 'bytes' },
  read: (_, bytes) => bytes,
}

export const registryBody: Taking<Uint8Array> = { ...coseBody, room: 'registry' }

/** Text as bytes: whoever parses it says what is wrong with it. */
export const textBody: Taking<Uint8Array> = {
  content: { 'text/plain': 'text' },
  untyped: true,
  read: (_, bytes) => bytes,
}

export function eitherBody<A, B>(one: Taking<A>, other: Taking<B>): Taking<A | B> {
  return {
    content: { ...one.content, ...other.content },
    read: (mediaType, bytes) => (mediaType in one.content ? one : other).read(mediaType, bytes),
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(bytes))
  } catch {
    // The parser's message quotes the input.
    throw new Rejected('bad-request', '$: JSON in UTF-8 expected')
  }
}
