/**
 * Answers for the C declarations of PKCS #11 v2.40 that a keystore needs, and for loading a vendor's module. koffi, which
 * calls C, is loaded with the first module: who uses no token never loads it.
 */
import { createRequire } from 'node:module'
import type * as Koffi from 'koffi'
import { Rejected } from '../protocol/errors.ts'

/** Where each function stands in CK_FUNCTION_LIST, after its version. */
const places = {
  C_Initialize: 0,
  C_Finalize: 1,
  C_GetSlotList: 4,
  C_GetTokenInfo: 6,
  C_OpenSession: 12,
  C_CloseSession: 13,
  C_Login: 18,
  C_DestroyObject: 22,
  C_GetAttributeValue: 24,
  C_FindObjectsInit: 26,
  C_FindObjects: 27,
  C_FindObjectsFinal: 28,
  C_EncryptInit: 29,
  C_Encrypt: 30,
  C_DecryptInit: 33,
  C_Decrypt: 34,
  C_SignInit: 42,
  C_Sign: 43,
  C_GenerateKey: 58,
  C_GenerateKeyPair: 59,
} as const

type Name = keyof typeof places

type Declared = string | Koffi.TypeObject | ReturnType<typeof Koffi.inout>

/** A C function: it gives its CK_RV, and `async` runs it in a thread of the pool. */
interface Called {
  (...args: readonly unknown[]): number
  async(...args: readonly [...unknown[], (error: Error | null, rv: number) => void]): void
}

export interface Library {
  readonly functions: Readonly<Record<Name, Called>>
  /** One CK_ULONG or more, for C to read and to write. */
  readonly longs: (...values: readonly number[]) => Longs
  /** The size of CK_GCM_PARAMS. */
  readonly gcmBytes: number
  /** Held, because the module is unloaded under its functions when nobody holds this. */
  readonly module: Koffi.LibraryHandle
}

export interface Longs {
  readonly bytes: Uint8Array
  readonly at: (index: number) => number
}

/** Throws `no-token-module` when the file cannot be loaded, or is no PKCS #11 module. */
export function loadLibrary(module: string): Library {
  const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi
  const loaded = moduleAt(koffi, module)
  const list = functionList(koffi, loaded)
  // CK_FUNCTION_LIST begins with a CK_VERSION of two bytes. On Windows nothing is aligned (PKCS #11 base §2.1).
  const [packed, pointerBytes] = [process.platform === 'win32', koffi.sizeof('void *')]
  const first = packed ? 2 : pointerBytes
  const signatures = signaturesOf(koffi, packed)
  const functionAt = (name: Name): Called => {
    const pointer: unknown = koffi.decode(list, first + places[name] * pointerBytes, 'void *')
    return koffi.decode(pointer, koffi.proto('ulong', signatures.arguments[name])) as Called
  }
  const names = Object.keys(places) as Name[]
  return {
    functions: Object.fromEntries(names.map((name) => [name, functionAt(name)])) as Record<Name, Called>,
    longs: (...values) => longsOf(koffi, values),
    gcmBytes: signatures.gcmBytes,
    module: loaded,
  }
}

function moduleAt(koffi: typeof Koffi, module: string): Koffi.LibraryHandle {
  try {
    return koffi.load(module)
  } catch (cause) {
    throw new Rejected('no-token-module', module, { cause })
  }
}

function functionList(koffi: typeof Koffi, module: Koffi.LibraryHandle): unknown {
  const list: unknown[] = [null]
  const rv = getFunctionList(koffi, module)(list)
  if (rv !== 0) throw new Rejected('no-token-module', `C_GetFunctionList: CKR 0x${rv.toString(16)}`)
  return list[0]
}

function getFunctionList(koffi: typeof Koffi, module: Koffi.LibraryHandle): Called {
  try {
    return module.func('C_GetFunctionList', 'ulong', [koffi.out(koffi.pointer('void *'))]) as Called
  } catch (cause) {
    throw new Rejected('no-token-module', 'it has no C_GetFunctionList', { cause })
  }
}

function signaturesOf(koffi: typeof Koffi, packed: boolean) {
  const record = (members: Record<string, Koffi.TypeObject | string>): Koffi.TypeObject =>
    packed ? koffi.pack(members) : koffi.struct(members)
  const attributes = koffi.pointer(record({ type: 'ulong', pValue: 'void *', ulValueLen: 'ulong' }))
  const gcm = record({
    ...{ pIv: 'void *', ulIvLen: 'ulong', ulIvBits: 'ulong' },
    ...{ pAAD: 'void *', ulAADLen: 'ulong', ulTagBits: 'ulong' },
  })
  const mechanism = koffi.pointer(
    record({ mechanism: 'ulong', pParameter: koffi.pointer(gcm), ulParameterLen: 'ulong' }),
  )
  const start = koffi.pointer(
    record({
      ...{ CreateMutex: 'void *', DestroyMutex: 'void *', LockMutex: 'void *', UnlockMutex: 'void *' },
      ...{ flags: 'ulong', pReserved: 'void *' },
    }),
  )
  const [session, object, data, length] = ['ulong', 'ulong', 'void *', 'ulong'] as const
  const [longs, begin] = ['void *', [session, mechanism, object]] as const
  const transform = [session, data, length, data, longs]
  return {
    gcmBytes: koffi.sizeof(gcm),
    arguments: {
      C_Initialize: [start],
      C_Finalize: ['void *'],
      C_GetSlotList: ['uint8', longs, longs],
      C_GetTokenInfo: ['ulong', data],
      C_OpenSession: ['ulong', 'ulong', 'void *', 'void *', longs],
      C_CloseSession: [session],
      C_Login: [session, 'ulong', data, length],
      C_DestroyObject: [session, object],
      C_GetAttributeValue: [session, object, koffi.inout(attributes), length],
      C_FindObjectsInit: [session, attributes, length],
      C_FindObjects: [session, longs, length, longs],
      C_FindObjectsFinal: [session],
      C_EncryptInit: [...begin],
      C_Encrypt: transform,
      C_DecryptInit: [...begin],
      C_Decrypt: transform,
      C_SignInit: [...begin],
      C_Sign: transform,
      C_GenerateKey: [session, mechanism, attributes, length, longs],
      C_GenerateKeyPair: [session, mechanism, attributes, length, attributes, length, longs, longs],
    } satisfies Record<Name, Declared[]>,
  }
}

function longsOf(koffi: typeof Koffi, values: readonly number[]): Longs {
  const size = koffi.sizeof('ulong')
  const bytes = new Uint8Array(size * values.length)
  for (const [i, value] of values.entries()) koffi.encode(bytes, i * size, 'ulong', value)
  return { bytes, at: (index) => Number(koffi.decode(bytes, index * size, 'ulong')) }
}
