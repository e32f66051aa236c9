/** Answers for the times at which dated rules change: between two of them every decision stays what it is. */
import type { Seconds } from '../../protocol/names.ts'
import type { Agreement } from '../../protocol/policy/agreement.ts'
import type { RegistryDocument } from '../../protocol/registry.ts'

interface Dated {
  readonly from?: Seconds
  readonly until?: Seconds
}

/** `at`, and every later time before the document expires at which one of its rules begins, ends or changes. */
export function momentsOf(document: RegistryDocument, at: Seconds): readonly Seconds[] {
  const times = [...sharedDates(document), ...document.agreements.flatMap(datesOfAgreement)]
  const later = [...new Set(times)].filter((time) => at < time && time < document.expires)
  return [at, ...later.sort((a, b) => a - b)]
}

/** The agreements under which something may change at the moment: those of that date, or all where a group or a marking has it. */
export function agreementsChanging(document: RegistryDocument, moment: Seconds): readonly Agreement[] {
  if (sharedDates(document).includes(moment)) return document.agreements
  return document.agreements.filter((agreement) => datesOfAgreement(agreement).includes(moment))
}

function sharedDates({ groups, schemes }: RegistryDocument): readonly Seconds[] {
  return [
    ...groups.flatMap(({ members }) => members.flatMap(datesOf)),
    ...schemes.flatMap(({ markings }) => markings.flatMap(datesOf)),
  ]
}

function datesOfAgreement(agreement: Agreement): readonly Seconds[] {
  return [...datesOf(agreement), ...agreement.timeline.map((change) => change.at)]
}

function datesOf({ from, until }: Dated): readonly Seconds[] {
  return [from, until].filter((date) => date !== undefined)
}
