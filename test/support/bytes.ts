/** Answers for byte strings in tests: from hexadecimal that must be right, and damaged on purpose. */
import { fromHex } from '../../protocol/bytes.ts'

export function hex(text: string): Uint8Array {
  const bytes = fromHex(text)
  if (bytes === undefined) throw new Error('not hexadecimal')
  return bytes
}

/** The same bytes with one bit changed. */
export function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const at = Math.floor(bit / 8) % bytes.length
  return bytes.with(at, (bytes[at] ?? 0) ^ (1 << (bit % 8)))
}
