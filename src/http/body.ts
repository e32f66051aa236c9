/**
 * Answers for reading the body of a request: once, straight from the socket's stream, within a bound for each body and one
 * for all bodies that are held at a time, declared length or chunks alike. What a client has left behind by going away, or
 * by being slow, is given back when its connection closes.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Rejected } from '../../protocol/errors.ts'

export interface BodyBounds {
  readonly maxBytes: number
  /** For all requests of one listener together. */
  readonly maxBytesHeld: number
}

/** So many of the largest envelopes at a time. */
const envelopesHeld = 64

export function boundsFor({ maxEnvelopeBytes }: { readonly maxEnvelopeBytes: number }): BodyBounds {
  return { maxBytes: maxEnvelopeBytes, maxBytesHeld: envelopesHeld * maxEnvelopeBytes }
}

export interface Exchange {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
}

/** Throws `too-large`; `unavailable` when other bodies take all the room; `bad-request` when the body breaks off. */
export type ReadBody = (exchange: Exchange) => Promise<Uint8Array>

export function bodyReader({ maxBytes, maxBytesHeld }: BodyBounds): ReadBody {
  let held = 0
  return async ({ incoming, outgoing }) => {
    if (declaredLength(incoming) > maxBytes) throw tooLarge(maxBytes)
    let own = 0
    outgoing.once('close', () => {
      held -= own
      own = 0
    })
    return collect(incoming, (length) => {
      own += length
      held += length
      if (own > maxBytes) throw tooLarge(maxBytes)
      if (held > maxBytesHeld) throw new Rejected('unavailable', 'too many bodies at a time')
    })
  }
}

function declaredLength(incoming: IncomingMessage): number {
  return Number(incoming.headers['content-length'] ?? 0)
}

function tooLarge(maxBytes: number): Rejected {
  return new Rejected('too-large', `at most ${maxBytes} bytes`)
}

/** `admit` throws to stop the reading; what comes after is drained by the server, which then closes the connection. */
function collect(incoming: IncomingMessage, admit: (length: number) => void): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const settle = (act: () => void): void => {
      incoming.off('data', onData).off('end', onEnd).off('error', onBreak).off('close', onBreak)
      act()
    }
    const onEnd = (): void => settle(() => resolve(joined(chunks)))
    const onBreak = (): void => settle(() => reject(new Rejected('bad-request', 'the body broke off')))
    const onData = (chunk: Buffer): void => {
      try {
        admit(chunk.length)
        chunks.push(chunk)
      } catch (error) {
        incoming.pause()
        settle(() => reject(error instanceof Error ? error : new Error('not an error', { cause: error })))
      }
    }
    incoming.on('data', onData).on('end', onEnd).on('error', onBreak).on('close', onBreak)
    if (incoming.destroyed) onBreak()
  })
}

/** A plain array over the bytes: `slice` of a Buffer does not copy. */
function joined(chunks: readonly Buffer[]): Uint8Array {
  const [first] = chunks
  const { buffer, byteOffset, length } =
    chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks)
  return new Uint8Array(buffer, byteOffset, length)
}
