/** Answers for what ends when, in one place: the registry, the keys that it ends, and certificates; and for saying so in time. */
import type { KeyId } from '../../protocol/key.ts'
import type { Seconds } from '../../protocol/names.ts'
import type { KeyStanding } from './standing.ts'

type Expiring = 'registry' | 'key' | 'time-stamp-certificate' | 'tls-certificate'

export interface Expiry {
  readonly what: Expiring
  readonly keyId?: KeyId
  readonly at: Seconds
}

const day: Seconds = 24 * 3600
/** Days before the end at which it becomes more urgent. */
const thresholdDays = [30, 7, 1] as const

/** Of keys those that act: that others end is what is meant to happen. */
export function expiriesOf(
  registryExpires: Seconds,
  standings: readonly KeyStanding[],
  certificates: readonly Expiry[] = [],
): readonly Expiry[] {
  const keys = standings.flatMap(({ id, state, listed }) =>
    state === 'active' && listed?.until !== undefined
      ? [{ what: 'key' as const, keyId: id, at: listed.until }]
      : [],
  )
  const all: readonly Expiry[] = [{ what: 'registry', at: registryExpires }, ...keys, ...certificates]
  return all.toSorted((a, b) => a.at - b.at)
}

/** The threshold that has been passed: 30, 7 or 1 days before, 0 after the end; `undefined` before all. */
export function urgencyOf({ at }: Expiry, now: Seconds): 30 | 7 | 1 | 0 | undefined {
  if (now >= at) return 0
  return thresholdDays.findLast((days) => now >= at - days * day)
}

/** Tells of each thing once a day, and again at once when it becomes more urgent. */
export function createReminder(): (expiries: readonly Expiry[], now: Seconds) => readonly Expiry[] {
  const told = new Map<string, { readonly at: Seconds; readonly urgency: number }>()
  return (expiries, now) =>
    expiries.filter((expiry) => {
      const urgency = urgencyOf(expiry, now)
      if (urgency === undefined) return false
      const name = `${expiry.what} ${expiry.keyId ?? ''} ${expiry.at}`
      const last = told.get(name)
      if (last !== undefined && now < last.at + day && urgency >= last.urgency) return false
      told.set(name, { at: now, urgency })
      return true
    })
}
