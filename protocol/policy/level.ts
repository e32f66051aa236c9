/** Answers for the common scale that markings are placed on: 0 unclassified … 4 top secret. */
import { type Codec, oneOf } from '../codec.ts'

export type Level = 0 | 1 | 2 | 3 | 4

export const levels: readonly Level[] = [0, 1, 2, 3, 4]
export const level: Codec<Level> = oneOf(0, 1, 2, 3, 4)

export const levelNames: Readonly<Record<Level, string>> = {
  0: '0 (unclassified)',
  1: '1 (restricted)',
  2: '2 (confidential)',
  3: '3 (secret)',
  4: '4 (top secret)',
}
