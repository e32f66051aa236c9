/** Answers for the files that commands read and write: bounded, whole, and never over another without being told. */
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs'
import { Rejected } from '../../protocol/errors.ts'
import { UsageError } from './answer.ts'

const maxBytes = 64 * 1024 * 1024

/** A file, or standard input for `-`. */
export function readBytes(file: string): Uint8Array {
  if (file === '-') return standardInput()
  return naming(file, 'read', () => {
    const descriptor = openSync(file, 'r')
    try {
      const { size } = fstatSync(descriptor)
      if (size > maxBytes) throw new Rejected('too-large', `${file}: ${size} bytes`)
      return new Uint8Array(readFileSync(descriptor))
    } finally {
      closeSync(descriptor)
    }
  })
}

function standardInput(): Uint8Array {
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const chunk = readChunk()
    if (chunk.length === 0) return new Uint8Array(Buffer.concat(chunks))
    chunks.push(chunk)
    size += chunk.length
    if (size > maxBytes) throw new Rejected('too-large', `standard input: more than ${maxBytes} bytes`)
  }
}

const chunkBytes = 65536

/** Whoever writes into the pipe may not be ready: then wait a little, and ask again. */
function readChunk(): Uint8Array {
  const chunk = new Uint8Array(chunkBytes)
  for (;;) {
    try {
      return chunk.subarray(0, readSync(0, chunk))
    } catch (error) {
      const code = codeOf(error)
      if (code === 'EOF') return new Uint8Array(0)
      if (code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
    }
  }
}

export function readJsonFile(file: string): unknown {
  return parseJson(readBytes(file), file)
}

export function readTextFile(file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readBytes(file))
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(`${file} is not text in UTF-8`)
    throw error
  }
}

export function parseJson(bytes: Uint8Array, file: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    // The parser's own message quotes the text, which may be personal.
    if (error instanceof SyntaxError || error instanceof TypeError)
      throw new UsageError(`${file} is not JSON`)
    throw error
  }
}

/** Refuses to write over a file. */
export function writeNew(file: string, bytes: Uint8Array | string): void {
  naming(file, 'write', () => writeFileSync(file, bytes, { flag: 'wx' }))
}

/** Makes the folder if it is not there. */
export function makeFolder(folder: string): void {
  naming(folder, 'make', () => mkdirSync(folder, { recursive: true, mode: 0o700 }))
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EEXIST: 'it is there already; name another',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
  EACCES: 'you may not',
  EPERM: 'you may not',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
}

function naming<T>(file: string, verb: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    const reason = reasons[codeOf(error) ?? '']
    if (reason === undefined) throw error
    throw new UsageError(`cannot ${verb} ${file}: ${reason}`)
  }
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
