/**
 * Answers for calls of PKCS #11 in the forms of this language: templates and lengths in and out, and what C returns judged.
 * Throws `token-failed` with the name of the function and the CKR number for whatever its caller does not expect.
 */
import { Rejected } from '../protocol/errors.ts'
import type { Library, Longs } from './pkcs11-library.ts'
import { ckm, ckr } from './pkcs11-numbers.ts'

/** A CKA number and its value; a number stands for a CK_ULONG. */
export type Attribute = readonly [type: number, value: Uint8Array | boolean | number]

/** Handles of slots, sessions and objects. */
export type Handle = number

export interface GcmParameters {
  readonly iv: Uint8Array
  readonly aad: Uint8Array
}

/** A call that the token did not carry out. */
export class CallFailed extends Rejected {
  readonly rv: number

  constructor(name: string, rv: number) {
    super('token-failed', `${name}: CKR 0x${rv.toString(16)}`)
    this.rv = rv
  }
}

const [osLocking, serialAndWritable, normalUser] = [2, 6, 1]
/** CK_TOKEN_INFO: label 32, manufacturer 32, model 16, serial number 16, then the flags; all of it is shorter than this. */
const tokenInfoBytes = 512
const [labelBytes, flagsAt] = [32, 96]
const mostObjects = 16
const longest = 4096

/** All of a process's gateways share what `C_Initialize` makes; it is never finalized, since another may still sign. */
export function initialize({ functions }: Library): void {
  const mutexes = { CreateMutex: null, DestroyMutex: null, LockMutex: null, UnlockMutex: null }
  const rv = functions.C_Initialize({ ...mutexes, flags: osLocking, pReserved: null })
  if (rv !== ckr.alreadyInitialized) succeeded('C_Initialize', rv)
}

export function slotsWithTokens({ functions, longs }: Library): readonly Handle[] {
  const count = longs(0)
  succeeded('C_GetSlotList', functions.C_GetSlotList(1, null, count.bytes))
  const slots = longs(...Array.from({ length: count.at(0) }, () => 0))
  if (count.at(0) === 0) return []
  succeeded('C_GetSlotList', functions.C_GetSlotList(1, slots.bytes, count.bytes))
  return Array.from({ length: count.at(0) }, (_, i) => slots.at(i))
}

export function tokenIn({ functions, longs }: Library, slot: Handle) {
  const written = new Uint8Array(tokenInfoBytes)
  succeeded('C_GetTokenInfo', functions.C_GetTokenInfo(slot, written))
  const label = new TextDecoder().decode(written.subarray(0, labelBytes)).trimEnd()
  const flags = longs(0)
  flags.bytes.set(written.subarray(flagsAt, flagsAt + flags.bytes.length))
  return { label, flags: flags.at(0) }
}

export function openSession({ functions, longs }: Library, slot: Handle): Handle {
  const session = longs(0)
  succeeded('C_OpenSession', functions.C_OpenSession(slot, serialAndWritable, null, null, session.bytes))
  return session.at(0)
}

export function closeSession({ functions }: Library, session: Handle): void {
  functions.C_CloseSession(session)
}

/** What it returns is for its caller, who knows what a wrong PIN costs. */
export function login({ functions }: Library, session: Handle, pin: Uint8Array): number {
  return functions.C_Login(session, normalUser, pin, pin.length)
}

export function findObjects(library: Library, session: Handle, by: readonly Attribute[]): readonly Handle[] {
  const { functions, longs } = library
  const [found, count] = [longs(...Array.from({ length: mostObjects }, () => 0)), longs(0)]
  succeeded('C_FindObjectsInit', functions.C_FindObjectsInit(session, templateOf(library, by), by.length))
  try {
    succeeded('C_FindObjects', functions.C_FindObjects(session, found.bytes, mostObjects, count.bytes))
  } finally {
    functions.C_FindObjectsFinal(session)
  }
  return Array.from({ length: count.at(0) }, (_, i) => found.at(i))
}

export function readAttribute(
  { functions }: Library,
  session: Handle,
  object: Handle,
  type: number,
): Uint8Array {
  const value = new Uint8Array(longest)
  const asked = [{ type, pValue: value, ulValueLen: value.length }]
  succeeded('C_GetAttributeValue', functions.C_GetAttributeValue(session, object, asked, 1))
  return value.slice(0, Number(asked[0]?.ulValueLen))
}

export function generateKey(
  library: Library,
  session: Handle,
  mechanism: number,
  as: readonly Attribute[],
): void {
  const { functions, longs } = library
  const [by, template] = [mechanismOf(library, mechanism), templateOf(library, as)]
  succeeded('C_GenerateKey', functions.C_GenerateKey(session, by, template, as.length, longs(0).bytes))
}

/** Gives the handle of the public half. */
export function generatePair(
  library: Library,
  session: Handle,
  publicAs: readonly Attribute[],
  privateAs: readonly Attribute[],
): Handle {
  const [publicHalf, privateHalf] = [library.longs(0), library.longs(0)]
  const rv = library.functions.C_GenerateKeyPair(
    ...[session, mechanismOf(library, ckm.edwardsKeyPair)],
    ...[templateOf(library, publicAs), publicAs.length, templateOf(library, privateAs), privateAs.length],
    ...[publicHalf.bytes, privateHalf.bytes],
  )
  succeeded('C_GenerateKeyPair', rv)
  return publicHalf.at(0)
}

export function destroyObject({ functions }: Library, session: Handle, object: Handle): void {
  succeeded('C_DestroyObject', functions.C_DestroyObject(session, object))
}

export function sign(library: Library, session: Handle, key: Handle, message: Uint8Array): Uint8Array {
  return inOnePiece(library, 'Sign', session, mechanismOf(library, ckm.eddsa), key, message)
}

/** The same in a thread of the pool. A session carries one call at a time. */
export async function signOffThread(
  library: Library,
  session: Handle,
  key: Handle,
  message: Uint8Array,
): Promise<Uint8Array> {
  const { C_SignInit, C_Sign } = library.functions
  succeeded('C_SignInit', await offThread(C_SignInit, session, mechanismOf(library, ckm.eddsa), key))
  const { bytes, length } = room(library)
  succeeded('C_Sign', await offThread(C_Sign, session, message, message.length, bytes, length.bytes))
  return bytes.slice(0, length.at(0))
}

export function seal(
  library: Library,
  session: Handle,
  key: Handle,
  gcm: GcmParameters,
  plain: Uint8Array,
): Uint8Array {
  return inOnePiece(library, 'Encrypt', session, mechanismOf(library, ckm.aesGcm, gcm), key, plain)
}

/** Throws `CallFailed` also for what was not sealed with this key and these parameters. */
export function open(
  library: Library,
  session: Handle,
  key: Handle,
  gcm: GcmParameters,
  sealed: Uint8Array,
): Uint8Array {
  return inOnePiece(library, 'Decrypt', session, mechanismOf(library, ckm.aesGcm, gcm), key, sealed)
}

/** Leaves no copy of what it gives, which may be plaintext. */
function inOnePiece(
  library: Library,
  verb: 'Sign' | 'Encrypt' | 'Decrypt',
  session: Handle,
  mechanism: object,
  key: Handle,
  input: Uint8Array,
): Uint8Array {
  const { functions } = library
  const [begun, done] = [`C_${verb}Init`, `C_${verb}`] as const
  succeeded(begun, functions[begun](session, mechanism, key))
  const { bytes, length } = room(library)
  succeeded(done, functions[done](session, input, input.length, bytes, length.bytes))
  const output = bytes.slice(0, length.at(0))
  bytes.fill(0)
  return output
}

function succeeded(name: string, rv: number): void {
  if (rv !== 0) throw new CallFailed(name, rv)
}

function room({ longs }: Library): { readonly bytes: Uint8Array; readonly length: Longs } {
  return { bytes: new Uint8Array(longest), length: longs(longest) }
}

function templateOf({ longs }: Library, attributes: readonly Attribute[]): readonly object[] {
  return attributes.map(([type, value]) => {
    const bytes = typeof value === 'number' ? longs(value).bytes : value
    const pValue = typeof bytes === 'boolean' ? Uint8Array.of(bytes ? 1 : 0) : bytes
    return { type, pValue, ulValueLen: pValue.length }
  })
}

function mechanismOf({ gcmBytes }: Library, mechanism: number, gcm?: GcmParameters): object {
  if (gcm === undefined) return { mechanism, pParameter: null, ulParameterLen: 0 }
  const { iv, aad } = gcm
  const pParameter = {
    ...{ pIv: iv, ulIvLen: iv.length, ulIvBits: 8 * iv.length },
    ...{ pAAD: aad, ulAADLen: aad.length, ulTagBits: 128 },
  }
  return { mechanism, pParameter, ulParameterLen: gcmBytes }
}

function offThread(call: Library['functions']['C_Sign'], ...args: readonly unknown[]): Promise<number> {
  return new Promise((resolve, reject) => {
    call.async(...args, (error, rv) => {
      if (error === null) resolve(rv)
      else reject(error)
    })
  })
}
