/** Answers for the files that commands read and write: bounded, whole, and never over another without being told. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { Rejected } from '../../protocol/errors.ts'
import { UsageError } from './answer.ts'

const maxBytes = 64 * 1024 * 1024

/** A file, or standard input for `-`. */
export function readBytes(file: string): Uint8Array {
  if (file === '-') return new Uint8Array(readFileSync(0))
  if (!existsSync(file)) throw new UsageError(`there is no file ${file}`)
  const { size } = statSync(file)
  if (size > maxBytes) throw new Rejected('too-large', `${file}: ${size} bytes`)
  return new Uint8Array(readFileSync(file))
}

export function readJsonFile(file: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(readBytes(file)))
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(`${file} is not JSON`)
    throw error
  }
}

/** Refuses to write over a file. */
export function writeNew(file: string, bytes: Uint8Array | string): void {
  try {
    writeFileSync(file, bytes, { flag: 'wx' })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw new UsageError(`${file} is there already; name another file`)
    }
    throw error
  }
}
