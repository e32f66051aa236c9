/** Answers for a decision at rest, so that the same envelope submitted again gets the first answer, whole. */
import { boolean, decodeAs, encodeAs, field, list, nullable, record } from '../../protocol/codec.ts'
import type { Decision } from '../../protocol/policy/decide.ts'
import { ground } from '../../protocol/policy/ground.ts'
import { level } from '../../protocol/policy/level.ts'

const decision = record({
  allow: field(1, boolean),
  level: field(2, nullable(level)),
  grounds: field(3, list(ground, 0, 100_000)),
})

export function encodeDecision(value: Decision): Uint8Array {
  return encodeAs(decision, value)
}

export function decodeDecision(bytes: Uint8Array): Decision {
  return decodeAs(decision, bytes)
}
