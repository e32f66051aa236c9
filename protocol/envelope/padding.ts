/** Answers for the sizes of plaintexts: 1, 4, 16, 64 or 256 KiB, then steps of 256 KiB, so that a length tells little. */

const KiB = 1024
const classes = [KiB, 4 * KiB, 16 * KiB, 64 * KiB, 256 * KiB] as const
const step = 256 * KiB

/** The smallest class of at least `length` bytes. */
function sizeClass(length: number): number {
  return classes.find((size) => size >= length) ?? Math.ceil(length / step) * step
}

export function isSizeClass(length: number): boolean {
  return length > 0 && sizeClass(length) === length
}

/**
 * How many zero bytes bring a plaintext to a size class, when `length` counts it with an empty padding (whose head is
 * one byte). A few totals cannot be met, since a longer padding has a longer head; then the next class is taken.
 */
export function paddingFor(length: number): number {
  for (let size = sizeClass(length); ; size = sizeClass(size + 1)) {
    const room = size - length
    for (const head of [1, 2, 3, 5]) {
      const padding = room - (head - 1)
      if (padding >= 0 && headLength(padding) === head) return padding
    }
  }
}

/** Bytes of a CBOR head for a string of this length, RFC 8949 §3. */
function headLength(length: number): number {
  if (length < 24) return 1
  if (length < 0x100) return 2
  return length < 0x10000 ? 3 : 5
}
