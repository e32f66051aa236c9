/** Answers for `pouch ledger succeed`: what is left when the database was lost, or went back, and cannot be restored. */
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { utf8 } from '../../protocol/bytes.ts'
import { keysOfLedger, ownerOfLedger, partyOf } from '../../protocol/directory.ts'
import { Rejected } from '../../protocol/errors.ts'
import {
  parseCheckpoint,
  type VerifiedCheckpoint,
  verifyCheckpoint,
} from '../../protocol/ledger/checkpoint.ts'
import type { Party } from '../../protocol/registry.ts'
import { environment, type Place, readParty, readPlace } from '../config.ts'
import { isOrigin } from '../registry/plan.ts'
import { type Answer, acting, again, answer, type GlobalOptions, toJson, UsageError } from './answer.ts'
import { readBytes, writeNew } from './files.ts'
import { timeOf, trustedDirectory } from './trust.ts'

interface SucceedOptions extends GlobalOptions {
  readonly origin: string
  readonly checkpoint?: string
}

export function succeedCommand(): Command {
  return new Command('succeed')
    .summary('begin a ledger that names the last known checkpoint of the lost one')
    .description(
      'Set the data folder up for a successor ledger: the first entry in a new, empty database will name the last known ' +
        'checkpoint of the ledger that was lost. Restore the database instead wherever a newest copy exists.',
    )
    .requiredOption('--origin <name>', 'the origin of the new ledger', originIn)
    .option('--checkpoint <file>', 'the last known checkpoint (default: the anchor of the data folder)')
    .addHelpText(
      'after',
      '\nExample:\n  pouch ledger succeed --origin pouch.example.ee/ledger/est-2 --data est',
    )
    .action(acting<SucceedOptions>(succeed))
}

function originIn(text: string): string {
  if (isOrigin(text)) return text
  throw new InvalidArgumentError('An origin is a name without a scheme, a space or a plus.')
}

function succeed(options: SucceedOptions): Answer {
  const place = readPlace(environment(), options.data)
  const { note, checkpoint, own } = lastKnown(options, place)
  if ([own.ledger, ...(own.earlierLedgers ?? [])].includes(options.origin)) {
    throw new UsageError(`${own.id} has a ledger ${options.origin} already; name another`)
  }
  keep(place, note)
  const { origin, size, root, at } = checkpoint
  const plan = { ledger: options.origin, earlierLedgers: [...(own.earlierLedgers ?? []), own.ledger] }
  const text = [
    `${options.origin} will succeed ${origin} at ${size} entries, in ${place.predecessorFile}`,
    'next:',
    `  the signers of the registry put this into the plan, in the party ${own.id}, and publish the next version:`,
    ...toJson(plan)
      .split('\n')
      .map((line) => `    ${line}`),
    `  pouch registry trust <that version>${again(options)}`,
    `  move ${place.databaseFolder} away, or set databaseUrl to a new, empty database`,
    `  pouch serve${again(options)}`,
  ]
  return answer(text.join('\n'), { predecessor: { origin, size, root, at }, plan })
}

interface LastKnown {
  readonly note: string
  readonly checkpoint: VerifiedCheckpoint
  readonly own: Party
}

/** Throws `ledger-rollback` when the anchor knows more of the same ledger than the checkpoint that is given. */
function lastKnown({ data, checkpoint: file }: SucceedOptions, place: Place): LastKnown {
  const now = timeOf(undefined)
  const directory = trustedDirectory(data === undefined ? {} : { data }, now)
  const party = readParty(environment(), data)
  const anchored = existsSync(place.anchorFile) ? readFileSync(place.anchorFile, 'utf8') : undefined
  const note = file === undefined ? anchored : new TextDecoder().decode(readBytes(file))
  if (note === undefined) {
    throw new UsageError(`there is no ${place.anchorFile}: name the last known checkpoint with --checkpoint`)
  }
  const { origin } = parseCheckpoint(utf8(note))
  if (ownerOfLedger(directory, origin) !== party)
    throw new Rejected('unknown-party', `${origin} is not of ${party}`)
  const checkpoint = verifyCheckpoint(utf8(note), keysOfLedger(directory, origin, now))
  const known = anchored === undefined ? checkpoint : parseCheckpoint(utf8(anchored))
  if (known.origin === origin && known.size > checkpoint.size) {
    throw new Rejected(
      'ledger-rollback',
      `the anchor file knows ${known.size} entries, the checkpoint ${checkpoint.size}`,
    )
  }
  return { note, checkpoint, own: partyOf(directory, party) }
}

/** The anchor stays: the next start compares the two. */
function keep({ predecessorFile }: Place, note: string): void {
  const temporary = `${predecessorFile}.new`
  rmSync(temporary, { force: true })
  writeNew(temporary, note)
  renameSync(temporary, predecessorFile)
}
