/**
 * Answers for the registry in force in this process and for its index, made once for each version, with the suspensions
 * that stand beside it, and for the versions just before it.
 */
import { type Directory, directoryOf } from '../../protocol/directory.ts'
import type { Seconds } from '../../protocol/names.ts'
import type { Suspension } from '../../protocol/policy/rules.ts'
import { withSuspensions } from '../../protocol/policy/standing-suspensions.ts'
import { requireFresh, type VerifiedRegistry } from '../../protocol/registry.ts'
import { createSignal, type Signal } from '../exchange/signal.ts'
import { nationalEvaluator } from '../policy/national/national.ts'

export interface HeldRegistry {
  current(): VerifiedRegistry
  /** One of the last few versions: `undefined` for any other. */
  version(version: number): VerifiedRegistry | undefined
  /** Throws `registry-expired`: a registry that its publishers let lapse stops the gateway until the next version. */
  directory(now: Seconds): Directory
  /** From the next look-up on. One that is not later than what is held changes nothing. */
  hold(next: VerifiedRegistry): void
  /** There is a later version. */
  readonly held: Signal
  /** What is suspended between two versions, in place of what was. From the next look-up on. */
  suspend(standing: readonly Suspension[]): void
}

/** Another version of the same number is compared with these. */
export const versionsKept = 4

/** The last of these is in force. */
export function holdRegistry(
  first: VerifiedRegistry,
  before: readonly VerifiedRegistry[] = [],
): HeldRegistry {
  let current = first
  let kept = [...before, first].slice(-versionsKept)
  let indexed: Directory | undefined
  let suspended: readonly Suspension[] = []
  let inForce: Directory | undefined
  const held = createSignal()
  return {
    current: () => current,
    version: (version) => kept.find(({ document }) => document.version === version),
    directory: (now) => {
      requireFresh(current.document, now)
      indexed ??= directoryOf(current, now, nationalEvaluator)
      inForce ??= { ...indexed, rules: withSuspensions(indexed.rules, suspended) }
      return inForce
    },
    hold: (next) => {
      // Two that adopt at once: the slower one does not take the version back.
      if (next.document.version <= current.document.version) return
      current = next
      kept = [...kept, next].slice(-versionsKept)
      indexed = undefined
      inForce = undefined
      held.notify()
    },
    held,
    suspend: (standing) => {
      suspended = standing
      inForce = undefined
    },
  }
}
