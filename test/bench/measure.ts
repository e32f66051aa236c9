/**
 * Answers for comparing subjects fairly: round by round, each subject once a round, so that whatever else the machine does
 * falls on all of them; the median of the rounds, and ratios of medians.
 */
import { performance } from 'node:perf_hooks'

export interface Subject {
  readonly name: string
  /** One operation; synchronous or not. */
  readonly run: () => unknown
}

export interface Figure {
  readonly name: string
  readonly rounds: number
  /** Microseconds of one operation, where nothing else is said. */
  readonly median: number
  readonly quarters: readonly [lower: number, upper: number]
  /** Of the round that the rest of the machine left alone most. */
  readonly fastest: number
}

export interface Plan {
  /** Operations begun together; the time of each round is divided by it. */
  readonly inFlight: number
  /** Rounds go on for so long, a fifth of it to warm up, and at least `leastRounds` count. */
  readonly seconds: number
}

const leastRounds = 9

export async function compare(subjects: readonly Subject[], plan: Plan): Promise<readonly Figure[]> {
  const times = new Map(subjects.map(({ name }) => [name, [] as number[]]))
  const milliseconds = plan.seconds * 1000
  const start = performance.now()
  const elapsed = (): number => performance.now() - start
  const round = async (counts: boolean): Promise<void> => {
    for (const subject of subjects) {
      const took = await timed(subject, plan.inFlight)
      if (counts) times.get(subject.name)?.push(took)
    }
  }
  do await round(false)
  while (elapsed() < milliseconds / 5)
  for (let rounds = 0; rounds < leastRounds || elapsed() < milliseconds; rounds++) await round(true)
  return subjects.map(({ name }) => figure(name, times.get(name) ?? []))
}

/** A turn is longer than one operation, so that each pays for its own garbage and cold caches, not for its neighbour's. */
const turnMilliseconds = 25

/** Microseconds for one operation. A synchronous subject is not made to wait for a turn of the event loop. */
async function timed(subject: Subject, inFlight: number): Promise<number> {
  const start = performance.now()
  let done = 0
  do {
    const begun = Array.from({ length: inFlight }, () => subject.run())
    if (begun.some((result) => result instanceof Promise)) await Promise.all(begun)
    done += inFlight
  } while (performance.now() - start < turnMilliseconds)
  return ((performance.now() - start) * 1000) / done
}

export function figure(name: string, values: readonly number[]): Figure {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.floor(share * sorted.length)] ?? Number.NaN
  return {
    name,
    rounds: sorted.length,
    median: at(0.5),
    quarters: [at(0.25), at(0.75)],
    fastest: at(0),
  }
}
