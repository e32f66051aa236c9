/**
 * Answers for how a ledger stands with its witnesses: which checkpoint enough of them cosigned, how long ago enough of
 * them were heard of, and so which levels are open.
 */
import type { Directory } from '../../../protocol/directory.ts'
import { quorumFor, witnessesFor, witnessingOf } from '../../../protocol/directory.ts'
import { Rejected } from '../../../protocol/errors.ts'
import type { PartyId, Seconds } from '../../../protocol/names.ts'
import type { Level } from '../../../protocol/policy/level.ts'
import type { Database } from '../../database/open.ts'
import { type Cosigned, readCosigned } from './cosignatures-table.ts'

/** What witnessing needs of a gateway. */
export interface Witnessed {
  readonly party: PartyId
  readonly database: Database
  readonly directory: () => Directory
  readonly now: () => Seconds
}

const levels: readonly Level[] = [0, 1, 2, 3, 4]

/** What the witnesses that count now have cosigned, newest size first. */
export async function cosignedNow({
  party,
  database,
  directory,
  now,
}: Witnessed): Promise<readonly Cosigned[]> {
  const counted = witnessesFor(directory(), party, now())
  return (await readCosigned(database)).filter(({ witness }) => counted.has(witness))
}

/** The sizes that so many witnesses cosigned, newest first. */
export function sizesWith(cosigned: readonly Cosigned[], quorum: number): readonly number[] {
  const counts = new Map<number, number>()
  for (const { size } of cosigned) counts.set(size, (counts.get(size) ?? 0) + 1)
  return [...counts].flatMap(([size, count]) => (count >= quorum ? [size] : [])).sort((a, b) => b - a)
}

/** When each witness signed last. */
function lastHeard(cosigned: readonly Cosigned[]): ReadonlyMap<PartyId, Seconds> {
  const last = new Map<PartyId, Seconds>()
  for (const { witness, at } of cosigned) last.set(witness, Math.max(at, last.get(witness) ?? 0))
  return last
}

/** The most that any level needs; 0 where nobody needs a witness. */
export function greatestQuorum(directory: Directory): number {
  return Math.max(0, ...(witnessingOf(directory)?.quorums ?? []))
}

/**
 * How many witnesses an envelope of this level waits for. Throws `no-witness-policy`, and `no-quorum` with the silent
 * witnesses when fewer than that many signed within the limit: what is accepted then could wait for ever.
 */
export async function requireQuorum(witnessed: Witnessed, level: Level): Promise<number> {
  const directory = witnessed.directory()
  const quorum = quorumFor(directory, level, witnessed.party)
  if (quorum === 0) return 0
  const silent = silentWitnesses(witnessed, await cosignedNow(witnessed))
  const others = witnessesFor(directory, witnessed.party, witnessed.now()).size
  if (others - silent.length >= quorum) return quorum
  const limit = witnessingOf(directory)?.limit ?? 0
  throw new Rejected(
    'no-quorum',
    `level ${level} needs ${quorum}; silent for ${limit} s or more: ${silent.join(', ')}`,
  )
}

function silentWitnesses(
  { party, directory, now }: Witnessed,
  cosigned: readonly Cosigned[],
): readonly PartyId[] {
  const heard = lastHeard(cosigned)
  const since = now() - (witnessingOf(directory())?.limit ?? 0)
  return [...witnessesFor(directory(), party, now()).keys()].filter((id) => (heard.get(id) ?? 0) <= since)
}

export interface Standing {
  readonly witnesses: readonly {
    readonly party: PartyId
    /** What it cosigned last; absent before it ever did. */
    readonly size?: number
    readonly at?: Seconds
    readonly silent: boolean
  }[]
  readonly levels: readonly {
    readonly level: Level
    /** Absent where the registry states none that can be met: the level is closed. */
    readonly quorum?: number
    readonly open: boolean
  }[]
}

export async function standingOf(witnessed: Witnessed): Promise<Standing> {
  const { party, directory, now } = witnessed
  const cosigned = await cosignedNow(witnessed)
  const silent = silentWitnesses(witnessed, cosigned)
  const heard = lastHeard(cosigned)
  const witnesses = [...witnessesFor(directory(), party, now()).keys()].map((id) => {
    const size = cosigned.find(({ witness }) => witness === id)?.size
    const at = heard.get(id)
    return {
      ...{ party: id, silent: silent.includes(id) },
      ...(size === undefined || at === undefined ? {} : { size, at }),
    }
  })
  const heardOf = witnesses.length - silent.length
  return { witnesses, levels: levels.map((level) => levelStanding(directory(), party, level, heardOf)) }
}

function levelStanding(directory: Directory, party: PartyId, level: Level, heardOf: number) {
  try {
    const quorum = quorumFor(directory, level, party)
    return { level, quorum, open: heardOf >= quorum }
  } catch (error) {
    if (!(error instanceof Rejected)) throw error
    return { level, open: false }
  }
}
