/** Answers for how the gateway writes an answer: JSON by its form, or bytes as they are. */
import { z } from 'zod'

export const jsonType = 'application/json'
/** What envelopes, acknowledgements and registries are sent as; which one it is, the protected header says. */
export const coseType = 'application/cose'

/** Answers are for who asked, and for now. */
const fresh = { 'cache-control': 'no-store' }

export function json<T extends z.ZodType>(form: T, value: z.output<T>, status = 200): Response {
  const headers = { 'content-type': jsonType, ...fresh }
  return new Response(JSON.stringify(z.encode(form, value)), { status, headers })
}

export function bytes(content: Uint8Array, mediaType: string, headers = fresh): Response {
  const plain = new Uint8Array(content)
  return new Response(plain, { headers: { 'content-type': mediaType, ...headers } })
}
