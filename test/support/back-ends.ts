/** Answers for running the same test over both back ends of the suite. */
import { vi } from 'vitest'
import { suite as native } from '../../protocol/suite.native.ts'
import { suite as noble } from '../../protocol/suite.noble.ts'
import type { Suite } from '../../protocol/suite.ts'

export { native, noble }

export const backEnds: readonly Suite[] = [native, noble]

/**
 * Loads protocol files anew with `#suite` bound to this back end, as an import condition does for a whole process.
 * `load` must import them dynamically. Classes of earlier loads are others: compare a `Rejected` by its code.
 */
export async function over<T>(suite: Suite, load: () => Promise<T>): Promise<T> {
  vi.resetModules()
  vi.doMock('#suite', () => ({ suite }))
  try {
    const bound = await import('#suite')
    if (bound.suite !== suite) throw new Error('#suite is not the back end asked for')
    return await load()
  } finally {
    vi.doUnmock('#suite')
  }
}
