/** Answers for how far two clocks may differ: what is dated a little in the future is not refused for it. */
import type { Seconds } from './names.ts'

export const clockSkewSeconds: Seconds = 300
