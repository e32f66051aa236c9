/**
 * Answers for what every HTTP request of a test leaves to be looked at afterwards: the token that it carried, the plaintext
 * that it sent, and the body of the answer when that was a refusal. Set up before each test file.
 */
import { recordProblem, recordSecrets } from './recorded.ts'

const send = globalThis.fetch

globalThis.fetch = async (input, init) => {
  const headers = new Headers(init?.headers)
  const token = /pouch_\S+/.exec(headers.get('authorization') ?? '')?.[0]
  if (token !== undefined) recordSecrets('token', [token])
  if (headers.get('content-type') === 'application/json') recordPlaintext(init?.body)
  const response = await send(input, init)
  if (response.status >= 400) recordProblem(await response.clone().text())
  return response
}

/** Identifiers of the holder, whichever request they are in. */
function recordPlaintext(body: unknown): void {
  const text =
    body instanceof Uint8Array ? Buffer.from(body).toString() : typeof body === 'string' ? body : ''
  for (const { identifiers, subject } of attestationsIn(text)) {
    recordSecrets('identifier', Object.values(identifiers ?? {}))
    if (subject !== undefined) recordSecrets('pseudonym', [subject])
  }
}

interface Sent {
  readonly subject?: string
  readonly identifiers?: Readonly<Record<string, string>>
}

function attestationsIn(text: string): readonly Sent[] {
  try {
    const { attestations } = JSON.parse(text) as { readonly attestations?: unknown }
    return Array.isArray(attestations) ? (attestations as readonly Sent[]) : []
  } catch {
    // Tests send what is no JSON on purpose.
    return []
  }
}
