/**
 * Answers for the status lists of the party's own attestations: each attestation gets an index that tells nothing about its
 * neighbours, and each list says at any time what has been stated about them.
 */
import { suite } from '#suite'
import { partyOf } from '../../../protocol/directory.ts'
import { Rejected } from '../../../protocol/errors.ts'
import type { Seconds } from '../../../protocol/names.ts'
import { packed, statuses, type StatusReference } from '../../../protocol/status-list.ts'
import { signStatusList } from '../../../protocol/status-token.ts'
import { endsReliance, isFinal, type WithdrawalKind } from '../../../protocol/withdrawal.ts'
import type { Database } from '../../database/open.ts'
import { ownKeys } from '../deliver.ts'
import type { Gateway } from '../gateway.ts'
import {
  countIndexes,
  countStatements,
  lastStatements,
  reserveIndexes,
  type StatusIndex,
} from './status-indexes-table.ts'

/** A list is never more than half given, so that its length and its indexes tell little. */
const listLength = 2 ** 17
const mostGiven = listLength / 2
/** Reserved at once, in an order as random as they are; what is left when the process ends is given to none. */
const reservedAtOnce = 256

const ttlSeconds: Seconds = 3600
const lifeSeconds: Seconds = 24 * 3600
const keptSeconds: Seconds = 60

export interface StatusIndexes {
  /** An index that nobody else gets. */
  readonly take: () => Promise<StatusIndex>
}

export function createStatusIndexes(database: Database): StatusIndexes {
  const reserved: StatusIndex[] = []
  let reserving: Promise<void> | undefined
  const reserve = async (): Promise<void> => {
    const list = 1 + Math.floor((await countIndexes(database)) / mostGiven)
    const wanted = new Set(Array.from({ length: reservedAtOnce }, randomIndex))
    const fresh = await reserveIndexes(
      database,
      [...wanted].map((index) => ({ list, index })),
    )
    reserved.push(...fresh)
  }
  const take = async (): Promise<StatusIndex> => {
    for (;;) {
      const next = reserved.pop()
      if (next !== undefined) return next
      reserving ??= reserve().finally(() => {
        reserving = undefined
      })
      await reserving
    }
  }
  return { take }
}

function randomIndex(): number {
  const [a = 0, b = 0, c = 0] = suite.randomBytes(3)
  return ((a << 16) | (b << 8) | c) % listLength
}

/** As an attestation refers to it. */
export function referenceTo(gateway: Gateway, { list, index }: StatusIndex): StatusReference {
  return { uri: uriOf(gateway, list), index }
}

function uriOf(gateway: Gateway, list: number): string {
  return new URL(`/v1/status/${list}`, partyOf(gateway.directory(), gateway.party).gateway).href
}

export interface StatusLists {
  /** Signed. Throws `not-found` for a list that was never begun, and `forbidden` on a blind gateway. */
  readonly read: (list: number) => Promise<Uint8Array>
}

interface KeptToken {
  readonly token: Uint8Array
  /** How many statements there were. */
  readonly version: number
  readonly at: Seconds
}

/** Anybody may ask, so a token is signed anew only when something was stated since, or after a minute. */
export function createStatusLists(gateway: Gateway): StatusLists {
  const kept = new Map<number, KeptToken>()
  const read = async (list: number): Promise<Uint8Array> => {
    const version = await countStatements(gateway.database, gateway.party)
    const at = gateway.now()
    const held = kept.get(list)
    if (held?.version === version && held.at <= at && at < held.at + keptSeconds) return held.token
    const token = await signedList(gateway, list)
    kept.set(list, { token, version, at })
    return token
  }
  return { read }
}

async function signedList(gateway: Gateway, list: number): Promise<Uint8Array> {
  const { signing } = ownKeys(gateway)
  const lists = 1 + Math.floor((await countIndexes(gateway.database)) / mostGiven)
  if (list < 1 || list > lists) throw new Rejected('not-found', `status list ${list}`)
  const stated = await lastStatements(gateway.database, gateway.party, list)
  const given = new Map(stated.map(({ index, kind }) => [index, statusOf(kind)]))
  const issued = gateway.now()
  return signStatusList(
    {
      ...{ uri: uriOf(gateway, list), issued, expires: issued + lifeSeconds, ttlSeconds },
      list: packed(2, listLength, given),
    },
    signing,
  )
}

function statusOf(kind: WithdrawalKind): number {
  if (!endsReliance(kind)) return statuses.valid
  return isFinal(kind) ? statuses.invalid : statuses.suspended
}
