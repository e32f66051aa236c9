/** Answers for `pouch audit watch`: a live ledger followed from checkpoint to checkpoint, one line for each look. */
import { writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { Command } from 'commander'
import { toHex } from '../../protocol/bytes.ts'
import { Rejected } from '../../protocol/errors.ts'
import { type PublicLedger, publicLedgerAt } from '../client/public-ledger.ts'
import { type Answer, acting, answer, SystemRefused, toDate, toJson, UsageError } from './answer.ts'
import { type TrustOptions, timeOf, trustedDirectory, trustOption } from './trust.ts'
import { keepState, readState } from './watch-state.ts'
import { compareWith, type Look, lookAt } from './watching.ts'

interface WatchOptions extends TrustOptions {
  readonly state: string
  readonly against?: string
  readonly once?: boolean
  readonly every: string
  readonly at?: string
}

export function watchCommand(): Command {
  return trustOption(new Command('watch'))
    .summary('follow a live ledger')
    .description(
      'Follow a ledger where anybody may read it: verify each new checkpoint, hash every new entry, and see that it ' +
        'continues what was seen before. Says one line for each look; exit code 1 says what is wrong. Needs no credential.',
    )
    .argument('<url>', 'the exchange listener of the gateway, or a mirror of the ledger')
    .requiredOption('--state <file>', 'where the last verified checkpoint is kept')
    .option('--against <url>', 'a second place that gives out the same ledger, to find a split view')
    .option('--once', 'look once, for cron')
    .option('--every <seconds>', 'how long to wait between looks', '60')
    .option('--at <time>', 'verify as of this time (default: now)')
    .addHelpText(
      'after',
      '\nExample:\n  pouch audit watch https://pouch.example.ee --state est.watch --once --data nld',
    )
    .action(async function (this: Command) {
      const say = (line: string): void => this.configureOutput().writeOut?.(`${line}\n`)
      await acting<WatchOptions>((options, [url = '']) => watch(url, options, say)).call(this)
    })
}

async function watch(url: string, options: WatchOptions, say: (line: string) => void): Promise<Answer> {
  for (const each of [url, options.against ?? url])
    if (!/^https?:$/.test(URL.parse(each)?.protocol ?? '')) throw new UsageError(`${each} is no http address`)
  const seconds = /^[1-9]\d{0,5}$/.test(options.every) ? Number(options.every) : 0
  if (seconds === 0) throw new UsageError('--every takes a whole number of seconds')
  for (;;) {
    if (options.once === true) return look(url, options)
    const { text, json } = await lookOrWait(url, options)
    say(options.json === true ? toJson(json).replaceAll(/\n */g, ' ') : text)
    await pause(1000 * seconds)
  }
}

/** Who follows a ledger does not stop because it is away. */
async function lookOrWait(url: string, options: WatchOptions): Promise<Answer> {
  try {
    return await look(url, options)
  } catch (error) {
    if (error instanceof SystemRefused) return answer(error.message, { good: false, failed: error.message })
    throw error
  }
}

/** What is verified is kept before it is told of; what is not leaves the state as it was. */
async function look(url: string, options: WatchOptions): Promise<Answer> {
  const now = timeOf(options.at)
  const ledger = hearing(publicLedgerAt(url))
  const other = options.against === undefined ? undefined : hearing(publicLedgerAt(options.against))
  try {
    const seen = await lookAt(ledger, readState(options.state), trustedDirectory(options, now), now)
    const elsewhere = other && (await compareWith(other, ledger, seen))
    keepState(options.state, seen.state)
    return shown(seen, elsewhere)
  } catch (error) {
    if (error instanceof Rejected) keepConflict(options.state, error, [ledger.heard(), other?.heard()])
    if (!(error instanceof TypeError || isTimeout(error))) throw error
    throw new SystemRefused(`nobody answers at ${ledger.url}`, 'look again later, or name a mirror', {
      cause: error,
    })
  }
}

interface Hearing extends PublicLedger {
  /** The last checkpoint that was given out. */
  readonly heard: () => Uint8Array | undefined
}

function hearing(ledger: PublicLedger): Hearing {
  let last: Uint8Array | undefined
  return {
    url: ledger.url,
    heard: () => last,
    file: async (path) => {
      const bytes = await ledger.file(path)
      if (path === 'checkpoint') last = bytes
      return bytes
    },
  }
}

/** The ledger's own signatures on two histories convict it: what it gave out is kept beside the state. */
function keepConflict(state: string, { code }: Rejected, notes: readonly (Uint8Array | undefined)[]): void {
  if (code !== 'ledger-forked' && code !== 'ledger-rollback') return
  for (const [i, note] of notes.entries())
    if (note !== undefined) writeFileSync(`${state}.conflict-${i + 1}`, note)
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError'
}

function shown({ checkpoint, grown, witnesses }: Look, elsewhere: number | undefined): Answer {
  const { origin, size, root, at } = checkpoint
  const parts = [
    `${origin}: ${size} entries, ${grown} of them new, signed ${toDate(at)}`,
    `cosigned by ${witnesses.length === 0 ? 'nobody' : witnesses.join(', ')}`,
    ...(elsewhere === undefined ? [] : [`the same elsewhere, at ${elsewhere}`]),
  ]
  return answer(parts.join('; '), {
    good: true,
    origin,
    size,
    root: toHex(root),
    grown,
    at,
    witnesses,
    elsewhere,
  })
}
