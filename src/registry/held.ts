/**
 * Answers for the registry in force in this process and for its index, made once for each version, with the suspensions
 * that stand beside it.
 */
import { type Directory, directoryOf } from '../../protocol/directory.ts'
import type { Seconds } from '../../protocol/names.ts'
import type { Suspension } from '../../protocol/policy/rules.ts'
import { withSuspensions } from '../../protocol/policy/standing-suspensions.ts'
import { requireFresh, type VerifiedRegistry } from '../../protocol/registry.ts'
import { nationalEvaluator } from '../policy/national.ts'

export interface HeldRegistry {
  current(): VerifiedRegistry
  /** Throws `registry-expired`: a registry that its publishers let lapse stops the gateway until the next version. */
  directory(now: Seconds): Directory
  /** From the next look-up on. */
  hold(next: VerifiedRegistry): void
  /** What is suspended between two versions, in place of what was. From the next look-up on. */
  suspend(standing: readonly Suspension[]): void
}

export function holdRegistry(first: VerifiedRegistry): HeldRegistry {
  let current = first
  let indexed: Directory | undefined
  let suspended: readonly Suspension[] = []
  let inForce: Directory | undefined
  return {
    current: () => current,
    directory: (now) => {
      requireFresh(current.document, now)
      indexed ??= directoryOf(current, now, nationalEvaluator)
      inForce ??= { ...indexed, rules: withSuspensions(indexed.rules, suspended) }
      return inForce
    },
    hold: (next) => {
      current = next
      indexed = undefined
      inForce = undefined
    },
    suspend: (standing) => {
      suspended = standing
      inForce = undefined
    },
  }
}
