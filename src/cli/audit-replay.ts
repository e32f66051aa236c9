/** Answers for `pouch audit replay`: every recorded decision made again, and each that comes out otherwise named. */
import { Command } from 'commander'
import { beginReplay, type Difference, type Replayed } from '../../protocol/ledger/replay.ts'
import { ownerOfLedger } from '../../protocol/directory.ts'
import { nationalEvaluator } from '../policy/national/national.ts'
import { type Answer, acting, answer } from './answer.ts'
import { exportDirectory, exportVersions, requireExport } from './audit-trust.ts'
import { type AuditOptions, auditOptions } from './audit-verify.ts'
import { exportSize } from './export-files.ts'
import { readExport } from './export-folder.ts'
import { progressBar } from './progress.ts'
import { timeOf } from './trust.ts'

export function replayCommand(): Command {
  return auditOptions(new Command('replay'))
    .summary('make every decision again')
    .description(
      'Verify an export, and make each decision again from the recorded label, purpose, agreement, message type, parties, time ' +
        'and what was stated, by the registry version that it names and the suspensions before it. What was counted is ' +
        'counted again. Exit code 1 names each difference.',
    )
    .argument('<folder>', 'the folder of an export')
    .addHelpText('after', '\nExample:\n  pouch audit replay est-ledger --roots 5d2f…')
    .action(acting<AuditOptions>((options, [folder = '']) => replay(folder, options)))
}

function replay(folder: string, options: AuditOptions): Answer {
  requireExport(folder)
  const now = timeOf(options.at)
  const directory = exportDirectory([folder], options, now)
  const party = ownerOfLedger(directory, exportSize(folder).origin)
  const replaying = beginReplay(exportVersions(folder, options), party, nationalEvaluator)
  const { size, records } = readExport({
    ...{ folder, directory, now, progress: progressBar('entries') },
    reader: (index, record) => replaying.read(index, record),
  })
  return answerOf(folder, replaying.result(), { size, shredded: size - records })
}

interface Extent {
  readonly size: number
  readonly shredded: number
}

function answerOf(folder: string, replayed: Replayed, { size, shredded }: Extent): Answer {
  const { decisions, refusals, differences } = replayed
  const good = differences.length === 0
  const verdict = good ? 'every decision comes out as recorded' : `${differences.length} DIFFERENCES`
  const lines = [
    `${folder}: ${verdict}`,
    `  ${decisions} decisions of ${size} entries made again; ${refusals} refused before any decision; ${shredded} shredded`,
    ...differences.map(lineOf),
  ]
  return answer(lines.join('\n'), { good, size, decisions, refusals, shredded, differences }, good)
}

function lineOf({ index, transfer, what, recorded, replayed }: Difference): string {
  return `  entry ${index}, transfer ${transfer}: ${what} recorded as ${recorded}, comes out as ${replayed}`
}
