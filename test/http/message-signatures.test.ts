/** Answers for signed requests: the RFCs' own values, a round trip, and each way in which a request is refused. */
import { suite } from '#suite'
import { describe, expect, test } from 'vitest'
import { HeldSigningKey } from '../../keys/signing-key.ts'
import { fromBase64, toBase64, toHex, utf8 } from '../../protocol/bytes.ts'
import { Rejected } from '../../protocol/errors.ts'
import type { KeyId } from '../../protocol/key.ts'
import {
  contentDigest,
  nonceSeconds,
  type ReceivedRequest,
  signatureBase,
  signRequest,
  targetUri,
  verifyRequest,
  receiptLeafOf,
  type SentRequest,
} from '../../src/http/message-signatures.ts'
import { memoryNonces, type NonceStore } from '../../src/http/nonces.ts'

const now = 1_795_435_200
const key = new HeldSigningKey('ed25519', new Uint8Array(32).fill(7))
const other = new HeldSigningKey('ed25519', new Uint8Array(32).fill(8))
const lookup = (id: KeyId) => [key, other].find((one) => one.id === id)?.publicKey
const request: SentRequest = {
  method: 'POST',
  targetUri: 'https://pouch.example.nl/v1/envelopes?from=EST',
  body: utf8('the envelope’s bytes'),
}

function signed(parts: SentRequest = request, at = now, by = key): ReceivedRequest {
  return { ...parts, headers: new Headers({ ...signRequest(parts, by, at) }) }
}

/** The same request with one field replaced, or removed. */
function withField(
  name: string,
  change: (value: string) => string | undefined,
  of = request,
): ReceivedRequest {
  const { headers, ...parts } = signed(of)
  const changed = new Headers(headers as Headers)
  const value = change(changed.get(name) ?? '')
  if (value === undefined) changed.delete(name)
  else changed.set(name, value)
  return { ...parts, headers: changed }
}

function verify(
  received: ReceivedRequest,
  at = now,
  nonces: NonceStore = memoryNonces(nonceSeconds),
): Promise<KeyId> {
  return verifyRequest(received, lookup, at, nonces)
}

describe('published values', () => {
  // RFC 9421 appendix B.1.4 (key test-key-ed25519, here as raw bytes) and B.2.6.
  test('RFC 9421 B.2.6: the Ed25519 signature over part of the test request', () => {
    const secret = fromBase64('n4Ni+HpISpVObnQMW0wOhCKROaIKqKtW/2ZYb2p9KcU=') ?? new Uint8Array()
    const published = fromBase64('JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=') ?? new Uint8Array()
    const parameters =
      '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"'
    const base = signatureBase(
      [
        ['date', 'Tue, 20 Apr 2021 02:07:55 GMT'],
        ['@method', 'POST'],
        ['@path', '/foo'],
        ['@authority', 'example.com'],
        ['content-type', 'application/json'],
        ['content-length', '18'],
      ],
      parameters,
    )
    const signature =
      'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=='
    const signer = suite.ed25519Signer(secret)
    expect(signer.publicKey).toEqual(published)
    expect(toBase64(signer.sign(base))).toBe(signature)
    expect(suite.ed25519Verifier(published).verify(base, fromBase64(signature) ?? new Uint8Array())).toBe(
      true,
    )
  })

  test.each([
    [
      'RFC 9530 appendix B.1, with the line feed at its end',
      '{"hello": "world"}\n',
      'RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=',
    ],
    [
      'RFC 9421 appendix B.2, without one',
      '{"hello": "world"}',
      'X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=',
    ],
  ])('%s', (_, body, digest) => {
    expect(contentDigest(utf8(body))).toBe(`sha-256=:${digest}:`)
  })
})

describe('a signed request', () => {
  test('verifies as its key', async () => {
    await expect(verify(signed())).resolves.toBe(key.id)
    await expect(verify(signed(request, now, other))).resolves.toBe(other.id)
  })

  test('without content is signed over the digest of nothing', async () => {
    await expect(
      verify(signed({ method: 'GET', targetUri: 'https://a.example/v1/registry', body: new Uint8Array() })),
    ).resolves.toBe(key.id)
  })

  test.each([-300, 300])('verifies at a clock %i s away', async (difference) => {
    await expect(verify(signed(), now + difference)).resolves.toBe(key.id)
  })

  test('is different each time, by its nonce', () => {
    expect(signRequest(request, key, now).signature).not.toBe(signRequest(request, key, now).signature)
  })

  test('is made with an Ed25519 key only', () => {
    expect(() => signRequest(request, HeldSigningKey.generate('ml-dsa-44'), now)).toThrow(TypeError)
  })

  test.each([
    'https://a.example',
    'https://a.example:443/x',
    'https://a.example/x/../y',
    'https://a.example/x#y',
    '/x',
  ])('is not made for an address that would be sent otherwise: %s', (uri) => {
    expect(() => signRequest({ ...request, targetUri: uri }, key, now)).toThrow(TypeError)
  })

  test('has a target that a verifier builds from its own address', () => {
    expect(targetUri('https://pouch.example.nl:8441', '/v1/envelopes?x=1')).toBe(
      'https://pouch.example.nl:8441/v1/envelopes?x=1',
    )
    expect(targetUri('https://pouch.example.nl/', '//evil.example/')).toBe(
      'https://pouch.example.nl//evil.example/',
    )
  })
})

const flipped = (body: Uint8Array) => body.map((byte, i) => (i === 3 ? byte ^ 1 : byte))
const otherInput = signRequest(request, key, now)['signature-input']

const refusals: readonly [string, () => ReceivedRequest][] = [
  ['no signature', () => withField('signature', () => undefined)],
  ['no signature-input', () => withField('signature-input', () => undefined)],
  ['no content-digest', () => withField('content-digest', () => undefined)],
  ['no fields at all', () => ({ ...request, headers: new Headers() })],
  ['another method', () => ({ ...signed(), method: 'PUT' })],
  ['the method in lower case', () => ({ ...signed(), method: 'post' })],
  ['another authority', () => ({ ...signed(), targetUri: request.targetUri.replace('.nl', '.ee') })],
  ['another scheme', () => ({ ...signed(), targetUri: request.targetUri.replace('https', 'http') })],
  ['another path', () => ({ ...signed(), targetUri: request.targetUri.replace('envelopes', 'registry') })],
  ['another query', () => ({ ...signed(), targetUri: request.targetUri.replace('EST', 'NLD') })],
  ['a swapped body', () => ({ ...signed(), body: flipped(request.body) })],
  [
    'a swapped body with its digest made anew',
    () => ({
      ...withField('content-digest', () => contentDigest(flipped(request.body))),
      body: flipped(request.body),
    }),
  ],
  [
    'a digest by another algorithm',
    () => withField('content-digest', (value) => value.replace('sha-256', 'sha-512')),
  ],
  ['two digests', () => withField('content-digest', (value) => `${value}, sha-512=:AAAA:`)],
  ['the digest sent twice', () => withField('content-digest', (value) => `${value}, ${value}`)],
  [
    'a component stripped',
    () => withField('signature-input', (value) => value.replace(' "content-digest"', '')),
  ],
  ['all components stripped', () => withField('signature-input', (value) => value.replace(/\(.*\)/, '()'))],
  [
    'components in another order',
    () =>
      withField('signature-input', (value) =>
        value.replace('"@method" "@target-uri"', '"@target-uri" "@method"'),
      ),
  ],
  [
    'a component more',
    () => withField('signature-input', (value) => value.replace('("@method"', '("date" "@method"')),
  ],
  [
    'a component with a parameter',
    () => withField('signature-input', (value) => value.replace('"@method"', '"@method";req')),
  ],
  ['no created', () => withField('signature-input', (value) => value.replace(/;created=\d+/, ''))],
  [
    'another created',
    () => withField('signature-input', (value) => value.replace(`created=${now}`, `created=${now + 1}`)),
  ],
  [
    'created with a zero in front',
    () => withField('signature-input', (value) => value.replace('created=', 'created=0')),
  ],
  [
    'created as a decimal',
    () => withField('signature-input', (value) => value.replace(`created=${now}`, `created=${now}.0`)),
  ],
  ['no nonce', () => withField('signature-input', (value) => value.replace(/;nonce="[^"]*"/, ''))],
  ['another nonce', () => withField('signature-input', () => otherInput)],
  [
    'an empty nonce',
    () => withField('signature-input', (value) => value.replace(/nonce="[^"]*"/, 'nonce=""')),
  ],
  ['no keyid', () => withField('signature-input', (value) => value.replace(/;keyid="[^"]*"/, ''))],
  ['the id of another key', () => withField('signature-input', (value) => value.replace(key.id, other.id))],
  ['the id of no key', () => withField('signature-input', (value) => value.replace(key.id, 'ab'.repeat(32)))],
  [
    'the id in capitals',
    () => withField('signature-input', (value) => value.replace(key.id, key.id.toUpperCase())),
  ],
  ['an algorithm', () => withField('signature-input', (value) => `${value};alg="ed25519"`)],
  [
    'parameters in another order',
    () => withField('signature-input', (value) => value.replace(/(;created=\d+)(;nonce="[^"]*")/, '$2$1')),
  ],
  [
    'a space in between',
    () => withField('signature-input', (value) => value.replace(';created', '; created')),
  ],
  [
    'another name of the signature',
    () => withField('signature-input', (value) => value.replace('pouch=', 'sig1=')),
  ],
  ['signature-input sent twice', () => withField('signature-input', (value) => `${value}, ${value}`)],
  ['two inputs of one name', () => withField('signature-input', (value) => `${value}, ${otherInput}`)],
  ['the signature sent twice', () => withField('signature', (value) => `${value}, ${value}`)],
  ['a signature of another name beside it', () => withField('signature', (value) => `${value}, sig2=:AAAA:`)],
  ['a signature cut short', () => withField('signature', (value) => value.replace(/.{4}==:$/, '==:'))],
  [
    'a signature in base64 that is not canonical',
    () => withField('signature', (value) => value.replace(/[AQgw]==:$/, 'B==:')),
  ],
  ['a signature of zeros', () => withField('signature', () => `pouch=:${toBase64(new Uint8Array(64))}:`)],
  ['a key that nobody knows', () => signed(request, now, HeldSigningKey.generate('ed25519'))],
  ['made too long ago', () => signed(request, now - 301)],
  ['made too far ahead', () => signed(request, now + 301)],
]

describe('a request is refused as unauthenticated', () => {
  test.each(refusals)('%s', async (_, received) => {
    await expect(verify(received())).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  test('the second time', async () => {
    const nonces = memoryNonces(nonceSeconds)
    const received = signed()
    await expect(verify(received, now, nonces)).resolves.toBe(key.id)
    await expect(verify(received, now, nonces)).rejects.toMatchObject({ detail: 'nonce used before' })
    await expect(verify(received, now + 300, nonces)).rejects.toMatchObject({ detail: 'nonce used before' })
    await expect(verify(signed(), now, nonces)).resolves.toBe(key.id)
  })

  test('with any one bit of the signature flipped', async () => {
    const { headers, ...parts } = signed()
    const bytes = fromBase64(headers.get('signature')?.slice('pouch=:'.length, -1) ?? '') ?? new Uint8Array()
    expect(bytes).toHaveLength(64)
    for (let bit = 0; bit < 512; bit++) {
      const changed = bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
      const forged = new Headers(headers as Headers)
      forged.set('signature', `pouch=:${toBase64(changed)}:`)
      await expect(verify({ ...parts, headers: forged }), `bit ${bit}`).rejects.toMatchObject({
        code: 'unauthenticated',
      })
    }
  })

  test('and does not spend the nonce of the true one', async () => {
    const nonces = memoryNonces(nonceSeconds)
    const received = signed()
    await expect(verify({ ...received, body: flipped(request.body) }, now, nonces)).rejects.toThrow(Rejected)
    await expect(verify(received, now, nonces)).resolves.toBe(key.id)
  })

  test('a line break cannot forge a line of what is signed', () => {
    expect(() => signatureBase([['@method', 'GET\n"@target-uri": https://a']], '()')).toThrow(Rejected)
  })
})

describe('the nonce store in memory', () => {
  const nonce = (i: number) => toHex(utf8(String(i)))

  test('remembers for as long as a request can be good, and then forgets', () => {
    const nonces = memoryNonces(600)
    expect(nonces.claim('a', nonce(1), now + 600, now)).toBe(true)
    for (const later of [0, 1, 300, 599, 600])
      expect(nonces.claim('a', nonce(1), now + later, now + later)).toBe(false)
    expect(nonces.claim('a', nonce(1), now + 1801, now + 1801)).toBe(true)
  })

  test('tells keys apart', () => {
    const nonces = memoryNonces(600)
    expect(nonces.claim('a', nonce(1), now, now)).toBe(true)
    expect(nonces.claim('b', nonce(1), now, now)).toBe(true)
  })

  test('is bounded: full, it refuses as unavailable, and has room again later', () => {
    const nonces = memoryNonces(600, 100)
    for (let i = 0; i < 100; i++) expect(nonces.claim('a', nonce(i), now, now)).toBe(true)
    expect(() => nonces.claim('a', nonce(100), now, now)).toThrow(
      expect.objectContaining({ code: 'unavailable' }) as Error,
    )
    expect(nonces.claim('a', nonce(5), now, now)).toBe(false)
    expect(nonces.claim('a', nonce(100), now + 1200, now + 1200)).toBe(true)
  })
})

describe('the leaf of a receipt', () => {
  const receipt = utf8('the receipt of the sender’s gateway')
  const relayed = { ...request, receiptLeaf: contentDigest(receipt) }
  const unauthenticated: unknown = expect.objectContaining({ code: 'unauthenticated' })

  test('is signed with the request that relays, and read from it', async () => {
    const received = signed(relayed)
    await expect(verify(received)).resolves.toBe(key.id)
    expect(receiptLeafOf(received)).toEqual(suite.sha256(receipt))
    expect(receiptLeafOf(signed())).toBeUndefined()
  })

  test.each([
    ['another', () => contentDigest(utf8('another receipt'))],
    ['none', () => undefined],
    ['not a digest', () => 'sha-256=:AAAA:'],
    ['two', (value: string) => `${value}, ${value}`],
  ])('is not exchanged on the way: %s', async (_, change) => {
    await expect(verify(withField('pouch-receipt-leaf', change, relayed))).rejects.toThrow(unauthenticated)
  })

  test('is not put on a request that was signed without it', async () => {
    const added = withField('pouch-receipt-leaf', () => contentDigest(receipt))
    await expect(verify(added)).rejects.toThrow(unauthenticated)
  })
})
