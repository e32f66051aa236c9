/** Answers for the registry in force in this process, and for its index, made once for each version. */
import { type Directory, directoryOf } from '../../protocol/directory.ts'
import type { Seconds } from '../../protocol/names.ts'
import { requireFresh, type VerifiedRegistry } from '../../protocol/registry.ts'

export interface HeldRegistry {
  current(): VerifiedRegistry
  /** Throws `registry-expired`: a registry that its publishers let lapse stops the gateway until the next version. */
  directory(now: Seconds): Directory
  /** From the next look-up on. */
  hold(next: VerifiedRegistry): void
}

export function holdRegistry(first: VerifiedRegistry): HeldRegistry {
  let current = first
  let indexed: Directory | undefined
  return {
    current: () => current,
    directory: (now) => {
      requireFresh(current.document, now)
      indexed ??= directoryOf(current, now)
      return indexed
    },
    hold: (next) => {
      current = next
      indexed = undefined
    },
  }
}
