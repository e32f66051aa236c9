/**
 * Answers for who asks on the exchange listener: HTTP Message Signatures (RFC 9421) with Ed25519 over the method, the
 * target URI and the digest of the content (RFC 9530), one fixed list in one fixed order.
 *
 *     content-digest: sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:
 *     signature-input: pouch=("@method" "@target-uri" "content-digest");created=1795435200;nonce="…";keyid="…"
 *     signature: pouch=:…:
 *
 * A request that relays something carries the hash of the leaf that the sender's gateway gave a receipt for, as a fourth
 * component after these, `pouch-receipt-leaf: sha-256=:…:`. Where the field is there it is signed, or all is refused.
 *
 * The signature's `nonce` is 16 random bytes in base64url; `keyid` is the key's thumbprint in hexadecimal. A verifier takes
 * these fields in exactly this form or not at all, so nothing is left to a structured-field parser.
 */
import { suite } from '#suite'
import { equalInConstantTime, fromBase64, toBase64, utf8 } from '../../protocol/bytes.ts'
import { clockSkewSeconds } from '../../protocol/clock-skew.ts'
import { Rejected } from '../../protocol/errors.ts'
import type { KeyId, SigningKey } from '../../protocol/key.ts'
import type { Verifier } from '../../protocol/suite.ts'
import type { NonceStore } from './nonces.ts'

export interface RequestParts {
  readonly method: string
  /** The whole URI. A verifier builds it from its own public address, never from the Host field: see `targetUri`. */
  readonly targetUri: string
  readonly body: Uint8Array
}

export interface SentRequest extends RequestParts {
  /** The hash of the leaf that the receipt for what is relayed proves, as `digestField` writes it. */
  readonly receiptLeaf?: string
}

export interface ReceivedRequest extends Pick<RequestParts, 'method' | 'targetUri'> {
  /** Asked for once it is known who signed. */
  readonly body: Uint8Array | (() => Promise<Uint8Array>)
  readonly headers: Pick<Headers, 'get'>
}

export interface SignatureHeaders {
  readonly 'content-digest': string
  readonly 'pouch-receipt-leaf'?: string
  readonly 'signature-input': string
  readonly signature: string
}

/** How long a nonce store must keep a nonce: a request from a clock that is fast is good for twice the skew. */
export const nonceSeconds = 2 * clockSkewSeconds
/** What a 401 answer asks for (RFC 9421 §5.1). */
export const acceptSignature = 'pouch=("@method" "@target-uri" "content-digest");created'

const components = '("@method" "@target-uri" "content-digest")'
const relayComponents = '("@method" "@target-uri" "content-digest" "pouch-receipt-leaf")'
const digestForm = /^sha-256=:[A-Za-z0-9+/]{43}=:$/
const inputForm =
  /^pouch=(\("@method" "@target-uri" "content-digest"( "pouch-receipt-leaf")?\);created=(0|[1-9][0-9]{0,11});nonce="([A-Za-z0-9_-]{22})";keyid="([0-9a-f]{64})")$/
const signatureForm = /^pouch=:([A-Za-z0-9+/]{86}==):$/

export function signRequest(request: SentRequest, key: SigningKey, now: number): SignatureHeaders {
  const draft = drafted(request, key, now)
  return withSignature(draft, key.sign(draft.message))
}

/** The same beside the calling thread: the key may be in a token behind a network. */
export async function signRequestOffThread(
  request: SentRequest,
  key: SigningKey,
  now: number,
): Promise<SignatureHeaders> {
  const draft = drafted(request, key, now)
  return withSignature(draft, await key.signOffThread(draft.message))
}

interface Draft {
  readonly headers: Omit<SignatureHeaders, 'signature'>
  readonly message: Uint8Array
}

function drafted(request: SentRequest, key: SigningKey, now: number): Draft {
  if (key.algorithm !== 'ed25519') throw new TypeError('requests are signed with Ed25519')
  if (!isSentAsWritten(request.targetUri))
    throw new TypeError('the target URI is not in the form that is sent')
  const digest = contentDigest(request.body)
  const nonce = toBase64(suite.randomBytes(16)).replaceAll('+', '-').replaceAll('/', '_').slice(0, 22)
  const { receiptLeaf } = request
  const covered = receiptLeaf === undefined ? components : relayComponents
  const parameters = `${covered};created=${now};nonce="${nonce}";keyid="${key.id}"`
  const headers = {
    'content-digest': digest,
    ...(receiptLeaf === undefined ? {} : { 'pouch-receipt-leaf': receiptLeaf }),
    'signature-input': `pouch=${parameters}`,
  }
  return { headers, message: signedBytes(request, digest, receiptLeaf, parameters) }
}

function withSignature({ headers }: Draft, signature: Uint8Array): SignatureHeaders {
  return { ...headers, signature: `pouch=:${toBase64(signature)}:` }
}

/**
 * The id of the key that signed the request, or `Rejected('unauthenticated')`. `lookup` gives only keys that are good at
 * `now`. The body is taken in only after the signature was verified: nobody without a key has anything held here. The nonce
 * is claimed last, so that nobody but the signer can use it up.
 */
export async function verifyRequest(
  request: ReceivedRequest,
  lookup: (id: KeyId) => Verifier | undefined,
  now: number,
  nonces: NonceStore,
): Promise<KeyId> {
  const { digest, receiptLeaf, parameters, created, nonce, keyId, signature } = readHeaders(request.headers)
  const skew = created - now
  if (Math.abs(skew) > clockSkewSeconds) return refuse(`created is ${skew} s from the clock here`)
  const key = lookup(keyId)
  if (key === undefined) return refuse(`no active gateway key ${keyId}`)
  if (!key.verify(signedBytes(request, digest, receiptLeaf, parameters), signature))
    return refuse(`signature by key ${keyId}`)
  const body = typeof request.body === 'function' ? await request.body() : request.body
  if (!sameText(digest, contentDigest(body))) return refuse('content-digest does not fit the content')
  if (!(await nonces.claim(keyId, nonce, created + clockSkewSeconds, now))) return refuse('nonce used before')
  return keyId
}

function refuse(detail: string): never {
  throw new Rejected('unauthenticated', detail)
}

/** The hash of the leaf that the sender's receipt proves, for what a verified request relays; `undefined` without one. */
export function receiptLeafOf({ headers }: Pick<ReceivedRequest, 'headers'>): Uint8Array | undefined {
  const field = headers.get('pouch-receipt-leaf')
  return field === null ? undefined : fromBase64(field.slice('sha-256=:'.length, -1))
}

interface Received {
  readonly digest: string
  readonly receiptLeaf: string | undefined
  readonly parameters: string
  readonly created: number
  readonly nonce: string
  readonly keyId: KeyId
  readonly signature: Uint8Array
}

// A field sent twice arrives as one value joined by a comma, which none of these forms admits.
function readHeaders(headers: Pick<Headers, 'get'>): Received {
  const digest = headers.get('content-digest') ?? refuse('no content-digest')
  const input = headers.get('signature-input') ?? refuse('no signature-input')
  const signatureField = headers.get('signature') ?? refuse('no signature')
  if (!digestForm.test(digest)) return refuse('content-digest is not one sha-256')
  const receiptLeaf = headers.get('pouch-receipt-leaf') ?? undefined
  if (receiptLeaf !== undefined && !digestForm.test(receiptLeaf))
    return refuse('pouch-receipt-leaf is not one sha-256')
  const [, parameters, relaying, created, nonce, keyId] =
    inputForm.exec(input) ?? refuse('signature-input is not of the profile')
  if ((relaying === undefined) !== (receiptLeaf === undefined))
    return refuse('pouch-receipt-leaf is not signed, or not there')
  const signature = fromBase64(
    signatureForm.exec(signatureField)?.[1] ?? refuse('signature is not of the profile'),
  )
  if (parameters === undefined || nonce === undefined || keyId === undefined || signature === undefined) {
    return refuse('signature is not of the profile')
  }
  return { digest, receiptLeaf, parameters, created: Number(created), nonce, keyId, signature }
}

function signedBytes(
  request: Pick<RequestParts, 'method' | 'targetUri'>,
  digest: string,
  receiptLeaf: string | undefined,
  parameters: string,
): Uint8Array {
  const lines = [
    ['@method', request.method],
    ['@target-uri', request.targetUri],
    ['content-digest', digest],
  ] as const
  const relayed = receiptLeaf === undefined ? [] : [['pouch-receipt-leaf', receiptLeaf] as const]
  return signatureBase([...lines, ...relayed], parameters)
}

/** RFC 9421 §2.5. A value with a line break could forge a line of its own. */
export function signatureBase(lines: readonly (readonly [string, string])[], parameters: string): Uint8Array {
  const all = [...lines, ['@signature-params', parameters]]
  if (all.flat().some((part) => /[\r\n]/.test(part))) return refuse('line break in a signed component')
  return utf8(all.map(([name, value]) => `"${name}": ${value}`).join('\n'))
}

/** RFC 9530 with sha-256 alone. */
export function contentDigest(body: Uint8Array): string {
  return digestField(suite.sha256(body))
}

export function digestField(sha256: Uint8Array): string {
  return `sha-256=:${toBase64(sha256)}:`
}

/** The URI under which a request reached this gateway: its public origin, and path and query as they arrived. */
export function targetUri(publicOrigin: string, pathAndQuery: string): string {
  return new URL(publicOrigin).origin + pathAndQuery
}

/** HTTP clients rewrite an address before they send it (dots, default ports, fragments); what is signed is what arrives. */
function isSentAsWritten(uri: string): boolean {
  const url = URL.parse(uri)
  return url !== null && url.hash === '' && url.href === uri
}

function sameText(a: string, b: string): boolean {
  return equalInConstantTime(utf8(a), utf8(b))
}
