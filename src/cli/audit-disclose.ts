/** Answers for `pouch audit disclose`: single fields of entries in one file, for an auditor who may see those alone. */
import { Command } from 'commander'
import {
  type DisclosedEntry,
  formatDisclosure,
  maxDisclosedEntries,
} from '../../protocol/ledger/disclosed-entries.ts'
import { discloseFields } from '../../protocol/ledger/disclosure.ts'
import { verifyRecordBytes } from '../../protocol/ledger/commitment.ts'
import { saltRecord } from '../../protocol/ledger/entry.ts'
import type { AuditedEntry } from '../../protocol/ledger/audit.ts'
import { exportFiles } from '../../protocol/ledger/export-format.ts'
import { leafHash } from '../../protocol/ledger/merkle.ts'
import { proveInclusion, verifyInclusion } from '../../protocol/ledger/merkle-proof.ts'
import { parseCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { type FieldName, fieldNames, type LedgerRecord, parseRecord } from '../../protocol/ledger/record.ts'
import { tileWidth } from '../../protocol/ledger/tiles.ts'
import { acting, again, answer, type GlobalOptions, UsageError } from './answer.ts'
import { indexIn } from './audit-prove.ts'
import { requireExport } from './audit-trust.ts'
import { bundlesOf, entriesOf, nodesIn, read } from './export-files.ts'
import { writeNew } from './files.ts'

interface DiscloseOptions extends GlobalOptions {
  readonly entry?: string
  readonly transfer?: string
  readonly party?: string
  readonly field: string
  readonly out: string
}

export function discloseCommand(): Command {
  return new Command('disclose')
    .summary('show single fields of entries')
    .description(
      'Write the chosen fields of the chosen entries to a file that `pouch verify` verifies offline. It tells nothing of ' +
        'the other fields.',
    )
    .argument('<folder>', 'the folder of an export, verified before')
    .option('--entry <indexes>', 'these entries, by index: 3,8')
    .option('--transfer <id>', 'the entries of one transfer')
    .option('--party <id>', 'the entries of transfers from or to a party')
    .requiredOption('--field <names>', `which fields: ${fieldNames.join(',')}`)
    .requiredOption('--out <file>', 'where they go')
    .addHelpText(
      'after',
      '\nExample:\n  pouch audit disclose est-ledger --party NLD --field at,event,digest --out nld.cbor',
    )
    .action(acting<DiscloseOptions>((options, [folder = '']) => disclose(folder, options)))
}

function disclose(folder: string, options: DiscloseOptions) {
  requireExport(folder)
  const names = fieldsIn(options.field)
  const note = read(folder, exportFiles.checkpoint)
  const checkpoint = parseCheckpoint(note)
  const chosen = choose(folder, options, checkpoint.size)
  if (chosen.length === 0) throw new UsageError('the export shows no such entry')
  if (chosen.length > maxDisclosedEntries)
    throw new UsageError(`one file shows ${maxDisclosedEntries} entries; ${chosen.length} are chosen`)
  const node = nodesIn(folder, checkpoint.size)(checkpoint.size)
  const entries = chosen.map(([index, entry]): DisclosedEntry => {
    const inclusion = proveInclusion(index, checkpoint.size, node)
    verifyInclusion(leafHash(entry.leaf), inclusion, checkpoint.root)
    return { index, leaf: entry.leaf, path: inclusion.path, fields: fieldsOf(index, entry, names) }
  })
  writeNew(options.out, formatDisclosure(note, entries))
  const indexes = entries.map(({ index }) => index)
  const text = `${names.join(', ')} of ${entries.length} entries written to ${options.out}`
  return answer(`${text}\n  next: pouch verify ${options.out}${again(options)}`, {
    ...{ entries: indexes, fields: names, out: options.out },
  })
}

type Chosen = readonly (readonly [number, AuditedEntry])[]

function choose(folder: string, options: DiscloseOptions, size: number): Chosen {
  const { entry, transfer, party } = options
  const ways = [entry, transfer, party].filter((way) => way !== undefined)
  if (ways.length !== 1) throw new UsageError('choose by one of --entry, --transfer and --party')
  if (entry !== undefined) return named(folder, entry, size)
  return matching(folder, size, ({ transfer: id, from, to }) =>
    party === undefined ? id === transfer : from === party || to?.includes(party) === true,
  )
}

function named(folder: string, list: string, size: number): Chosen {
  const indexes = new Set(list.split(',').map((text) => indexIn(text.trim(), size)))
  return [...indexes]
    .toSorted((a, b) => a - b)
    .map((index) => {
      const entry = entriesOf(folder, Math.floor(index / tileWidth), size)[index % tileWidth]
      if (entry?.shown === undefined) throw new UsageError(`the record of entry ${index} was shredded`)
      return [index, entry]
    })
}

function matching(folder: string, size: number, wanted: (record: LedgerRecord) => boolean): Chosen {
  const found: (readonly [number, AuditedEntry])[] = []
  for (let bundle = 0; bundle < bundlesOf(size); bundle++) {
    for (const [i, entry] of entriesOf(folder, bundle, size).entries()) {
      if (entry.shown !== undefined && wanted(parseRecord(entry.shown.record)))
        found.push([bundle * tileWidth + i, entry])
    }
  }
  return found
}

/** What the leaf does not commit to is not shown. */
function fieldsOf(
  index: number,
  { leaf, shown }: AuditedEntry,
  names: readonly FieldName[],
): readonly Uint8Array[] {
  if (shown === undefined) throw new UsageError(`the record of entry ${index} was shredded`)
  const record = verifyRecordBytes(leaf, shown.record, shown.key)
  return discloseFields(saltRecord(record, shown.key), names)
}

function fieldsIn(list: string): readonly FieldName[] {
  const names = new Set(list.split(',').map((name) => name.trim()))
  const known = fieldNames.filter((name) => names.has(name))
  if (known.length === names.size) return known
  throw new UsageError(`--field takes names from ${fieldNames.join(', ')}`)
}
