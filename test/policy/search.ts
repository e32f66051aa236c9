/** Answers for walking through every state of the finite world, leaving out what is refused whatever the rest of it is. */
import type { ConditionCode } from '../../protocol/policy/conditions.ts'
import type { Answers } from './exhaustion.ts'
import { type Dimension, dimensions, type Position } from './finite-world.ts'

/**
 * Visits every position at which no condition fails, or only the one that is named and that does, until `visit` returns true.
 * The parts are chosen one after the other: what a condition says of those it reads, it says for every choice of the others.
 * The position is valid during the visit.
 */
export function visitPermitted(
  answers: ReadonlyMap<ConditionCode, Answers>,
  visit: (position: Position) => boolean,
  failing?: ConditionCode,
): boolean {
  const parts = Object.keys(dimensions) as readonly Dimension[]
  const lastOf = (each: Answers) => Math.max(...each.parts.map((part) => parts.indexOf(part)))
  const decided = parts.map((_, i) => [...answers].filter(([, each]) => lastOf(each) === i))
  const position = Object.fromEntries(parts.map((part) => [part, 0])) as Record<Dimension, number>

  const choose = (i: number): boolean => {
    const part = parts[i]
    if (part === undefined) return visit(position)
    for (let value = 0; value < dimensions[part].length; value++) {
      position[part] = value
      const isLeftOut = decided[i]?.some(([code, { fails }]) => fails(position) !== (code === failing))
      if (isLeftOut !== true && choose(i + 1)) return true
    }
    return false
  }
  return choose(0)
}
