/**
 * Answers for how single values are written in JSON: times in RFC 3339 UTC, bytes in base64, digests in hexadecimal, names
 * as on the wire. Each form is read and written by the same schema, which also describes it in /openapi.json.
 */
import { z } from 'zod'
import { fromBase64, fromHex, toBase64, toHex } from '../../../protocol/bytes.ts'
import type { Codec } from '../../../protocol/codec.ts'
import { Rejected } from '../../../protocol/errors.ts'
import { line, partyId, tokenName, words } from '../../../protocol/names.ts'

/** Whole seconds, UTC: `2028-05-01T00:00:00Z`. In code, `Seconds`. */
export const time = z
  .codec(z.iso.datetime({ precision: 0 }), z.int().min(0), {
    decode: (text) => Date.parse(text) / 1000,
    encode: (seconds) => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z'),
  })
  .meta({ description: 'RFC 3339, UTC, whole seconds', examples: ['2028-05-01T00:00:00Z'] })

const byteString = z.custom<Uint8Array>((value) => value instanceof Uint8Array)

/** Padded base64 (RFC 4648 §4). */
export const base64 = encodedBytes(/^[A-Za-z0-9+/]*={0,2}$/, 'padded base64', fromBase64, toBase64)
/** SHA-256 in 64 lower-case hexadecimal digits. */
export const digest = encodedBytes(/^[0-9a-f]{64}$/, '64 lower-case hexadecimal digits', fromHex, toHex)

function encodedBytes(
  pattern: RegExp,
  description: string,
  from: (text: string) => Uint8Array | undefined,
  to: (bytes: Uint8Array) => string,
) {
  const decode = (text: string, context: z.core.ParsePayload<string>): Uint8Array => {
    const bytes = from(text)
    if (bytes !== undefined) return bytes
    context.issues.push({ code: 'custom', input: text, message: `${description} expected` })
    return z.NEVER
  }
  // Described by the pattern, and held to it by `from`.
  const text = z.string().meta({ pattern: pattern.source })
  return z.codec(text, byteString, { decode, encode: to }).meta({ description })
}

export const envelopeId = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .meta({ description: 'id of an envelope: 32 lower-case hexadecimal digits', examples: ['9f'.repeat(16)] })

/** In a path; with its issuer before a colon where two parties have used one id. */
export const envelopeReference = z
  .string()
  .regex(/^(?:[A-Z][A-Z0-9-]{1,31}:)?[0-9a-f]{32}$/)
  .meta({ description: 'id of an envelope, or ISSUER:id', examples: ['9f'.repeat(16)] })

export const party = named(partyId, 'id of a party: ISO 3166-1 alpha-3, or an organisation’s code', 'EST')
export const token = named(tokenName, 'ASCII letters, digits, dot, hyphen and underscore', 'visit')
export const word = named(words, 'a name in canonical form (NFC, single spaces, no comma)', 'SECRET')
export const title = named(line, 'a line in canonical form', 'Art. 4')

/** A text that the wire's own rule for it also takes. */
function named(rule: Codec<string>, description: string, example: string) {
  const fits = (value: string): boolean => fitsRule(rule, value)
  return z
    .string()
    .refine(fits, { message: `${description} expected` })
    .meta({ description, examples: [example] })
}

function fitsRule(rule: Codec<string>, value: string): boolean {
  try {
    return rule.read(value, '$') === value
  } catch (error) {
    if (error instanceof Rejected) return false
    throw error
  }
}

export function listOf<T extends z.ZodType>(item: T, max = 256) {
  return z.array(item).max(max).readonly()
}
