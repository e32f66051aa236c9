/**
 * Answers for a PKCS #11 token that holds secrets which never leave it: Ed25519 keys, and the key that wraps what the
 * keystore's files hold. Everything in it is found by a random CKA_ID, which stands in the files.
 */
import { suite } from '#suite'
import { toHex, utf8 } from '../protocol/bytes.ts'
import { Rejected } from '../protocol/errors.ts'
import { type VerificationKey, verificationKey } from '../protocol/key.ts'
import type { Pin } from './pin.ts'
import * as calls from './pkcs11-calls.ts'
import { cka, ckm, cko, ed25519Curve } from './pkcs11-numbers.ts'
import { type Session, type TokenPlace, TokenSessions } from './token-sessions.ts'

/** The CKA_ID of an object in the token: 16 random bytes. */
export type ObjectId = Uint8Array

/** 32 bytes that the token sealed with its wrapping key. */
export interface SealedByToken {
  readonly wrappingKey: ObjectId
  readonly iv: Uint8Array
  readonly sealed: Uint8Array
}

const wrappingLabel = 'pouch wrapping key'
const sealingPurpose = utf8('pouch/1 keystore')

export class Token {
  readonly place: TokenPlace
  readonly #sessions: TokenSessions

  /** Throws `no-token-module`, `no-token`, `wrong-pin`, `locked-pin`, `token-failed`. */
  constructor(place: TokenPlace, pin: Pin) {
    this.place = place
    this.#sessions = new TokenSessions(place, pin)
  }

  /** Makes an Ed25519 pair whose secret half can be neither read nor taken out. The label is for people. */
  generate(label: string): { readonly object: ObjectId; readonly publicKey: VerificationKey } {
    const object = suite.randomBytes(16)
    const point = this.#sessions.now(({ library, handle }) => {
      const made = calls.generatePair(library, handle, publicHalf(object, label), secretHalf(object, label))
      return calls.readAttribute(library, handle, made, cka.ecPoint)
    })
    return { object, publicKey: verificationKey('ed25519', rawPoint(point)) }
  }

  sign(object: ObjectId, message: Uint8Array): Uint8Array {
    return this.#sessions.now((session) =>
      calls.sign(session.library, session.handle, this.#find(session, cko.privateKey, object), message),
    )
  }

  /** Beside the calling thread, some at once: a token may be behind a network. */
  async signOffThread(object: ObjectId, message: Uint8Array): Promise<Uint8Array> {
    return this.#sessions.beside(async (session) => {
      const key = this.#find(session, cko.privateKey, object)
      return calls.signOffThread(session.library, session.handle, key, message)
    })
  }

  /** Seals with the token's newest wrapping key, which is made if there is none. */
  seal(secret: Uint8Array): SealedByToken {
    return this.#sessions.now((session) => {
      const { library, handle } = session
      const wrappingKey = this.#wrappingKey(session)
      const iv = suite.randomBytes(12)
      const key = this.#find(session, cko.secretKey, wrappingKey)
      const sealed = calls.seal(library, handle, key, { iv, aad: sealingPurpose }, secret)
      return { wrappingKey, iv, sealed }
    })
  }

  /** Throws `no-such-key`, and `token-failed` for what this token did not seal. The caller zeroes what it gives. */
  open({ wrappingKey, iv, sealed }: SealedByToken): Uint8Array {
    return this.#sessions.now((session) => {
      const key = this.#find(session, cko.secretKey, wrappingKey)
      return calls.open(session.library, session.handle, key, { iv, aad: sealingPurpose }, sealed)
    })
  }

  /** Both halves. A half that is not there is passed over. */
  destroyForever(object: ObjectId): void {
    this.#sessions.now(({ library, handle, objects }) => {
      objects.clear()
      for (const found of calls.findObjects(library, handle, [[cka.id, object]]))
        calls.destroyObject(library, handle, found)
    })
  }

  close(): void {
    this.#sessions.close()
  }

  toString(): string {
    return `token ${this.place.label}`
  }

  #wrappingKey({ library, handle }: Session): ObjectId {
    const wanted = [...isA(cko.secretKey), [cka.label, utf8(wrappingLabel)]] as const
    const [found] = calls.findObjects(library, handle, wanted)
    if (found !== undefined) return calls.readAttribute(library, handle, found, cka.id)
    const id = suite.randomBytes(16)
    calls.generateKey(library, handle, ckm.aesKey, wrapping(id))
    return id
  }

  #find({ library, handle, objects }: Session, kind: number, id: ObjectId): calls.Handle {
    const name = `${kind} ${toHex(id)}`
    const [found] = objects.has(name)
      ? [objects.get(name)]
      : calls.findObjects(library, handle, [...isA(kind), [cka.id, id]])
    if (found === undefined)
      throw new Rejected('no-such-key', `token ${this.place.label} holds no object ${toHex(id)}`)
    objects.set(name, found)
    return found
  }
}

function isA(kind: number): readonly calls.Attribute[] {
  return [
    [cka.class, kind],
    [cka.token, true],
  ]
}

function publicHalf(id: ObjectId, label: string): readonly calls.Attribute[] {
  const named = [
    [cka.id, id],
    [cka.label, utf8(label)],
  ] as const
  return [[cka.ecParams, ed25519Curve], [cka.token, true], [cka.verify, true], ...named]
}

function secretHalf(id: ObjectId, label: string): readonly calls.Attribute[] {
  return [...secret(id, label), [cka.sign, true]]
}

function wrapping(id: ObjectId): readonly calls.Attribute[] {
  return [...secret(id, wrappingLabel), [cka.valueLength, 32], [cka.encrypt, true], [cka.decrypt, true]]
}

function secret(id: ObjectId, label: string): readonly calls.Attribute[] {
  return [
    [cka.token, true],
    [cka.private, true],
    [cka.sensitive, true],
    [cka.extractable, false],
    [cka.id, id],
    [cka.label, utf8(label)],
  ]
}

/** CKA_EC_POINT is an OCTET STRING of the point; some tokens give the 32 bytes alone. */
function rawPoint(value: Uint8Array): Uint8Array {
  return value.length === 34 && value[0] === 0x04 && value[1] === 32 ? value.subarray(2) : value
}
