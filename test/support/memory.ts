/** Answers for how much memory one call takes, measured from outside. */
import { memoryUsage } from 'node:process'

/** Runs it, and gives the bytes that the heap and its buffers grew by; a collection in between makes it less, never more. */
export function growth(run: () => void): number {
  const before = memoryUsage()
  run()
  const after = memoryUsage()
  return after.heapUsed + after.external - before.heapUsed - before.external
}

export const mebibytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`
