/** Answers for the scrubber as it runs: at its pace, from where an earlier run left it, until it ends or finds something wrong. */
import { setTimeout as rest } from 'node:timers/promises'
import { suite } from '#suite'
import { utf8 } from '../../protocol/bytes.ts'
import { Rejected } from '../../protocol/errors.ts'
import type { PartyId } from '../../protocol/names.ts'
import { errorFields, type Logger } from '../logger.ts'
import type { Damage } from './damage.ts'
import { beginPass, type Scrubbed, scrubNext } from './scrub.ts'
import { keepPlace, type Place, readPlace } from './scrub-table.ts'
import type { Sequencer } from './sequencer.ts'

export interface ScrubberOptions extends Scrubbed {
  readonly party: PartyId
  readonly sequencer: Sequencer
  readonly damage: Damage
  readonly logger: Logger
  /** 0 turns it off. */
  readonly entriesPerSecond: number
}

/** Passes over a small ledger do not follow one another at once. */
const passSeconds = 3600
const lookAgainMilliseconds = 5000
const keepMilliseconds = 10_000
/** What a signed checkpoint costs to verify, in entries. */
const checkpointWeight = 8

/** Gives the end of it. */
export function startScrubber(options: ScrubberOptions): () => Promise<void> {
  const stop = new AbortController()
  const running = options.entriesPerSecond > 0 ? run(options, stop.signal) : Promise.resolve()
  return async () => {
    stop.abort()
    await running
  }
}

async function run(options: ScrubberOptions, stop: AbortSignal): Promise<void> {
  let place: Place | undefined
  while (!stop.aborted) {
    try {
      place ??= (await readPlace(options.database, options.signer)) ?? (await beginPass(options))
      place = place && (await pass(options, place, stop))
    } catch (error) {
      if (error instanceof Rejected && error.code === 'ledger-damaged') {
        name(options, error)
        return
      }
      // The database is away. What was hashed since the place was kept is hashed again.
      options.logger.error('task-failed', { task: 'scrub', ...errorFields(error) })
      place = undefined
    }
    await restFor(lookAgainMilliseconds, stop)
  }
}

/** To the end of the pass; from there to the beginning of the next, when it is time for it. */
async function pass(options: ScrubberOptions, from: Place, stop: AbortSignal): Promise<Place | undefined> {
  const { database, signer, now } = options
  if (from.size === from.until && now() < from.begun + passSeconds) return from
  const begun = from.size === from.until ? await beginPass(options) : from
  if (begun === undefined) return undefined
  const place = await toTheEnd(options, begun, stop)
  // A crash between the entry and the place: the end of the pass is hashed again, and the entry is there already.
  if (place.size === place.until) await enterPass(options, place)
  await keepPlace(database, signer, place)
  return place
}

async function toTheEnd(options: ScrubberOptions, from: Place, stop: AbortSignal): Promise<Place> {
  const { database, signer, entriesPerSecond } = options
  const step = Math.min(256, Math.max(1, Math.floor(entriesPerSecond / 4)))
  let [place, kept] = [from, performance.now()]
  while (place.size < place.until && !stop.aborted) {
    const next = await scrubNext(options, place, step)
    const weight = next.size - place.size + checkpointWeight * (next.checkpoints - place.checkpoints)
    place = next
    if (performance.now() - kept > keepMilliseconds) {
      await keepPlace(database, signer, place)
      kept = performance.now()
    }
    await restFor((1000 * weight) / entriesPerSecond, stop)
  }
  return place
}

/** Once for each pass, whichever replica ends it. */
async function enterPass(options: ScrubberOptions, { begun, until, checkpoints }: Place): Promise<void> {
  const { party, sequencer, logger, now } = options
  const key = `scrub:${begun}`
  const detail = `${until} entries and ${checkpoints} checkpoints hashed again`
  const record = { event: 'scrub', actor: party, at: now(), detail } as const
  const { repeated } = await sequencer.push({
    key,
    fingerprint: suite.sha256(utf8(key)),
    record,
    effects: [],
  })
  if (!repeated) logger.info('ledger-scrubbed', { party, ledgerSize: until })
}

function name({ damage, logger }: ScrubberOptions, { code, detail }: Rejected): void {
  const [ledgerPlace = ''] = detail.split(': ')
  damage.found(detail)
  logger.error('ledger-damaged', { code, ledgerPlace })
}

async function restFor(milliseconds: number, stop: AbortSignal): Promise<void> {
  await rest(milliseconds, undefined, { signal: stop }).catch(() => undefined)
}
