/**
 * Answers for how many entries a second the ledger takes, and how long each waits, with fsync on, on both databases; beside
 * it, turn by turn in the same run, what bounds it and what others do.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import postgres from 'postgres'
import { type Database, type DatabaseSource, openDatabase } from '../../src/database/open.ts'
import type { Sequencer } from '../../src/ledger/sequencer.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { openTestSequencer } from '../support/sequenced.ts'
import { countFsyncs, type Fsyncs } from './ledger-fsyncs.ts'
import {
  boundSubject,
  type Closing,
  hypercoreSubject,
  naiveSubject,
  sequencerSubject,
  type Turn,
} from './ledger-subjects.ts'
import { figure } from './measure.ts'
import { printTable, ratio } from './table.ts'

const loads = [1, 16, 64, 256] as const
const leastRounds = 3
const names = ['sequencer', 'bound', 'receipts', 'naive', 'hypercore'] as const
type Name = (typeof names)[number]

/** Of one load: medians over the rounds, and of ratios within a round, whose turns are next to each other. */
export interface LoadResult {
  readonly inFlight: number
  readonly perSecond: Readonly<Record<Name, number>>
  readonly p50: number
  readonly p99: number
  readonly ofBound: number
  readonly overNaive: number
}

export interface LedgerResult {
  readonly rounds: number
  readonly loads: Readonly<Record<DatabaseSource['kind'], readonly LoadResult[]>>
  readonly fsyncs: Readonly<Record<DatabaseSource['kind'], Fsyncs | undefined>>
}

type Place = (name: string) => Promise<DatabaseSource>

export async function measureLedger(seconds: number): Promise<LedgerResult> {
  const server = await startPostgres()
  const directory = mkdtempSync(path.join(tmpdir(), 'pouch-bench-ledger-'))
  const places: Readonly<Record<DatabaseSource['kind'], Place>> = {
    postgresql: (name) => freshDatabase(server.url, name),
    embedded: (name) => Promise.resolve({ kind: 'embedded', directory: path.join(directory, name) }),
  }
  try {
    explain()
    const measured = {
      postgresql: await measureOn(places.postgresql, path.join(directory, 'core-1'), seconds),
      embedded: await measureOn(places.embedded, path.join(directory, 'core-2'), seconds),
    }
    const fsyncs = {
      postgresql: await countFsyncs(await places.postgresql('fsyncs'), seconds),
      embedded: await countFsyncs(await places.embedded('fsyncs'), seconds),
    }
    for (const kind of ['postgresql', 'embedded'] as const) print(kind, measured[kind], fsyncs[kind])
    return { rounds: leastRounds, loads: measured, fsyncs }
  } finally {
    await server.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

function explain(): void {
  console.log(`Ledger: records of permitted transfers, entered by so many callers of one process, each of which waits for its
  answer and goes on. Every answer is after commit (fsync on), signatures by both keys and the check of the proofs.
  bound: the same rows in the same transactions, read back and inserted ready-made, one after the other: no hashing, no
  signing, nobody to answer. with receipts: each caller takes its receipt as well, as a gateway does. naive: one
  transaction an entry, SELECT … FOR UPDATE on the head, SHA-256 over the entry before, no signature. hypercore: a signed
  Merkle tree (Ed25519 alone); it does not wait for the disk: no fsync before its answer. Turns of ${leastRounds} rounds next to
  each other, after one to warm up; medians.`)
}

interface Subjects {
  readonly databases: readonly Database[]
  readonly sequencers: readonly Sequencer[]
  readonly core: Closing
  readonly run: Readonly<Record<Name, (inFlight: number, milliseconds: number) => Promise<Turn>>>
}

async function measureOn(place: Place, core: string, seconds: number): Promise<readonly LoadResult[]> {
  const subjects = await openSubjects(place, core)
  const milliseconds = Math.max(200, (seconds * 1000) / 12)
  const turns = new Map(loads.map((load) => [load, [] as Readonly<Record<Name, Turn>>[]]))
  for (let round = 0; round <= leastRounds; round++) {
    for (const load of loads) {
      const all = {} as Record<Name, Turn>
      // The bound is run right after the sequencer, whose batches it has.
      for (const name of names) all[name] = await subjects.run[name](load, milliseconds)
      if (round > 0) turns.get(load)?.push(all)
    }
  }
  for (const sequencer of subjects.sequencers) await sequencer.close()
  for (const database of subjects.databases) await database.destroy()
  await subjects.core.close()
  return loads.map((load) => resultOf(load, turns.get(load) ?? []))
}

async function openSubjects(place: Place, folder: string): Promise<Subjects> {
  const open = async (name: string): Promise<Database> => openDatabase(await place(name))
  const [own, bound, received, chain] = [
    await open('sequencer'),
    await open('bound'),
    await open('receipts'),
    await open('naive'),
  ]
  const sequencers = [await openTestSequencer(own), await openTestSequencer(received)] as const
  const core = await hypercoreSubject(folder)
  const { replay } = boundSubject(own, bound)
  return {
    databases: [own, bound, received, chain],
    sequencers,
    core,
    run: {
      sequencer: sequencerSubject(sequencers[0], false).run,
      bound: replay,
      receipts: sequencerSubject(sequencers[1], true).run,
      naive: (await naiveSubject(chain)).run,
      hypercore: core.run,
    },
  }
}

function resultOf(inFlight: number, rounds: readonly Readonly<Record<Name, Turn>>[]): LoadResult {
  const median = (values: readonly number[]): number => figure('', values).median
  const rate = ({ entries, seconds }: Turn): number => entries / seconds
  const rates = names.map((name) => [name, median(rounds.map((round) => rate(round[name])))] as const)
  const waits = rounds.flatMap(({ sequencer }) => sequencer.latencies).toSorted((a, b) => a - b)
  const at = (share: number): number => waits[Math.floor(share * waits.length)] ?? Number.NaN
  return {
    inFlight,
    perSecond: Object.fromEntries(rates) as Record<Name, number>,
    p50: at(0.5),
    p99: at(0.99),
    ofBound: median(rounds.map(({ sequencer, bound }) => rate(sequencer) / rate(bound))),
    overNaive: median(rounds.map(({ sequencer, naive }) => rate(sequencer) / rate(naive))),
  }
}

function print(
  kind: DatabaseSource['kind'],
  results: readonly LoadResult[],
  fsyncs: Fsyncs | undefined,
): void {
  console.log(`\n${kind === 'embedded' ? 'Embedded' : 'PostgreSQL'}, entries a second:`)
  printTable(
    [
      'in flight',
      'sequencer',
      'p50 ms',
      'p99 ms',
      'bound',
      'of bound',
      'receipts',
      'naive',
      'over naive',
      'hypercore',
    ],
    results.map(({ inFlight, perSecond, p50, p99, ofBound, overNaive }) => {
      const { sequencer, bound, receipts, naive, hypercore } = perSecond
      return [
        ...[String(inFlight), sequencer.toFixed(0), p50.toFixed(1), p99.toFixed(1), bound.toFixed(0)],
        ...[
          ratio(ofBound),
          receipts.toFixed(0),
          naive.toFixed(0),
          overNaive.toFixed(1),
          hypercore.toFixed(0),
        ],
      ]
    }),
  )
  if (fsyncs === undefined) console.log('  fsyncs were not counted')
  else {
    const { fsyncs: count, batches } = fsyncs
    console.log(
      `  at 64 in flight ${count} fsyncs of the log for ${batches} batches: ${ratio(count / batches)} each`,
    )
  }
}

async function freshDatabase(server: string, name: string): Promise<DatabaseSource> {
  const client = postgres(server, { max: 1, onnotice: () => undefined })
  await client.unsafe(`create database bench_${name}`)
  await client.end()
  const url = new URL(server)
  url.pathname = `/bench_${name}`
  return { kind: 'postgresql', url: url.href }
}
