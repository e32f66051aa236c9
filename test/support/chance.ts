/** Answers for chance that a seed repeats: each purpose has a stream of its own, so that one does not shift the other. */

export interface Chance {
  /** From 0 to `below` - 1. */
  readonly whole: (below: number) => number
  readonly oneOf: <T>(things: readonly [T, ...T[]]) => T
  readonly happens: (probability: number) => boolean
}

export function chance(seed: number, purpose: string): Chance {
  const next = mulberry32(seed ^ fnv1a(purpose))
  const whole = (below: number) => Math.floor(next() * below)
  return {
    whole,
    oneOf: (things) => things[whole(things.length)] ?? things[0],
    happens: (probability) => next() < probability,
  }
}

/** The generator of that name: 32 bits of state, good enough to be unfair to a gateway. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
