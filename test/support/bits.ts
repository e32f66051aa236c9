/** Answers for choosing bits to flip: all of them, all but those of a range, or a seeded sample. */

/** Every bit of the bytes in [from, to). */
export function* bitsOf([from, to]: readonly [number, number]): Generator<number, void, undefined> {
  for (let bit = 8 * from; bit < 8 * to; bit++) yield bit
}

/** Every bit of the bytes outside [from, to), which counts bytes. */
export function* bitsOutside(
  bytes: Uint8Array,
  [from, to]: readonly [number, number],
): Generator<number, void, undefined> {
  for (let bit = 0; bit < 8 * bytes.length; bit++) if (bit < 8 * from || bit >= 8 * to) yield bit
}

/** A seeded bit of each byte outside [from, to). */
export function* bitOfEachByte(
  bytes: Uint8Array,
  [from, to]: readonly [number, number],
  seed: number,
): Generator<number, void, undefined> {
  let at = 0
  for (const bit of sampled([0, 1], bytes.length, seed)) {
    if (at < from || at >= to) yield 8 * at + bit
    at++
  }
}

/** As many bits of the bytes in [from, to), the same for the same seed (mulberry32). */
export function* sampled(
  [from, to]: readonly [number, number],
  count: number,
  seed: number,
): Generator<number, void, undefined> {
  let state = seed
  for (let i = 0; i < count; i++) {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    yield 8 * from + (((mixed ^ (mixed >>> 14)) >>> 0) % (8 * (to - from)))
  }
}
