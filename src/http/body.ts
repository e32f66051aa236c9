/**
 * Answers for reading the body of a request: once, straight from the socket's stream, within a bound for each body and one
 * for all bodies that are held at a time, declared length or chunks alike. What a client has left behind by going away, or
 * by being slow, is given back when its connection closes.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Rejected } from '../../protocol/errors.ts'
import { maxRegistryBytes } from '../../protocol/registry.ts'

export interface BodyBounds {
  readonly maxBytes: number
  /** For all requests of one listener together. */
  readonly maxBytesHeld: number
}

/** So many of the largest envelopes at a time. */
const envelopesHeld = 64

function boundsFor({ maxEnvelopeBytes }: { readonly maxEnvelopeBytes: number }): BodyBounds {
  return { maxBytes: maxEnvelopeBytes, maxBytesHeld: envelopesHeld * maxEnvelopeBytes }
}

/** As they come: each kind of body has a room of its own, so that neither takes the other's. */
export interface Bodies {
  readonly usual: ReadBody
  readonly registry: ReadBody
}

/** Sixty parties with their schemes and ten thousand agreements are 3 to 4 MB; what the protocol reads is bound enough. */
const registryBounds: BodyBounds = { maxBytes: maxRegistryBytes, maxBytesHeld: 2 * maxRegistryBytes }

export function bodiesFor(limits: { readonly maxEnvelopeBytes: number }): Bodies {
  return { usual: bodyReader(boundsFor(limits)), registry: bodyReader(registryBounds) }
}

export interface Exchange {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
}

/** Throws `too-large`; `unavailable` when other bodies take all the room; `bad-request` when the body breaks off. */
export type ReadBody = (exchange: Exchange) => Promise<Uint8Array>

/** Takes so many bytes in, or says why not. */
type Take = (length: number) => Rejected | undefined

export function bodyReader({ maxBytes, maxBytesHeld }: BodyBounds): ReadBody {
  let held = 0
  return async ({ incoming, outgoing }) => {
    let own = 0
    const release = (): void => {
      held -= own
      own = 0
    }
    const take: Take = (length) => {
      own += length
      held += length
      if (own <= maxBytes && held <= maxBytesHeld) return undefined
      const refusal =
        own > maxBytes ? tooLarge(maxBytes) : new Rejected('unavailable', 'too many bodies at a time')
      release()
      return refusal
    }
    outgoing.once('close', release)
    const declared =
      Number(incoming.headers['content-length'] ?? 0) > maxBytes ? tooLarge(maxBytes) : undefined
    // Whoever waits to be asked for the body is told at once, and does not send it.
    if (declared !== undefined && incoming.headers.expect !== undefined) throw declared
    return collect(incoming, take, 4 * maxBytes, declared)
  }
}

function tooLarge(maxBytes: number): Rejected {
  return new Rejected('too-large', `at most ${maxBytes} bytes`)
}

/**
 * What comes after a refusal is read and dropped, to a bound: a client that is answered while it still sends may find its
 * connection closed before it has read the answer.
 */
function collect(
  incoming: IncomingMessage,
  take: Take,
  mostDropped: number,
  declared: Rejected | undefined,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    let gathered = gathering(incoming)
    let refusal = declared
    let dropped = 0
    const settle = (act: () => void): void => {
      incoming.off('data', onData).off('end', onEnd).off('error', onBreak).off('close', onBreak)
      act()
    }
    const onData = (chunk: Buffer): void => {
      refusal ??= take(chunk.length)
      if (refusal === undefined) gathered.add(chunk)
      else {
        gathered = nothing
        dropped += chunk.length
        if (dropped > mostDropped) onEnd()
      }
    }
    const onEnd = (): void =>
      settle(() => (refusal === undefined ? resolve(gathered.whole()) : reject(refusal)))
    const onBreak = (): void => settle(() => reject(new Rejected('bad-request', 'the body broke off')))
    incoming.on('data', onData).on('end', onEnd).on('error', onBreak).on('close', onBreak)
    if (incoming.destroyed) onBreak()
  })
}

interface Gathering {
  readonly add: (chunk: Buffer) => void
  /** A plain array over the bytes: `slice` of a Buffer does not copy. */
  readonly whole: () => Uint8Array
}

const nothing: Gathering = { add: () => undefined, whole: () => new Uint8Array(0) }

/** A body of declared length goes to its place as it comes, and is held once; node:http holds a client to the length. */
function gathering({ headers }: IncomingMessage): Gathering {
  const length = headers['content-length']
  return length === undefined ? inChunks() : inPlace(Number(length))
}

function inPlace(length: number): Gathering {
  // Memory that nobody has written to is not taken yet, so that a declaration alone costs nothing.
  let body: Uint8Array | undefined
  let at = 0
  return {
    add: (chunk) => {
      body ??= new Uint8Array(length)
      body.set(chunk, at)
      at += chunk.length
    },
    whole: () => body ?? new Uint8Array(0),
  }
}

function inChunks(): Gathering {
  const chunks: Buffer[] = []
  return {
    add: (chunk) => void chunks.push(chunk),
    whole: () => {
      const { buffer, byteOffset, length } = Buffer.concat(chunks)
      return new Uint8Array(buffer, byteOffset, length)
    },
  }
}
