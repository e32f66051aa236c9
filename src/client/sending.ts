/** Answers for what the client sends: one request, before the credential and the time that it may take. */
import { coseType, jsonType } from '../http/answer.ts'

export interface Sending {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly signal?: AbortSignal
  readonly extraMilliseconds?: number
}

export function jsonPost(path: string, value: unknown): Sending {
  return { method: 'POST', path, headers: { 'content-type': jsonType }, body: JSON.stringify(value) }
}

export function cosePost(path: string, body: Uint8Array): Sending {
  return { method: 'POST', path, headers: { 'content-type': coseType }, body }
}
