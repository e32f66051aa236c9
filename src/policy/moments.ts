/** Answers for the times at which dated rules change: between two of them every decision stays what it is. */
import type { Seconds } from '../../protocol/names.ts'
import type { RegistryDocument } from '../../protocol/registry.ts'

interface Dated {
  readonly from?: Seconds
  readonly until?: Seconds
}

/** `at`, and every later time before the document expires at which one of its rules begins, ends or changes. */
export function momentsOf(
  { agreements, groups, schemes, expires }: RegistryDocument,
  at: Seconds,
): readonly Seconds[] {
  const times = [
    ...agreements.flatMap((agreement) => [
      ...datesOf(agreement),
      ...agreement.timeline.map((change) => change.at),
    ]),
    ...groups.flatMap(({ members }) => members.flatMap(datesOf)),
    ...schemes.flatMap(({ markings }) => markings.flatMap(datesOf)),
  ]
  const later = [...new Set(times)].filter((time) => at < time && time < expires)
  return [at, ...later.sort((a, b) => a - b)]
}

function datesOf({ from, until }: Dated): readonly Seconds[] {
  return [from, until].filter((date) => date !== undefined)
}
