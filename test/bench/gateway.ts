/**
 * Answers for how many envelopes a second one gateway process accepts through HTTP, on both databases, and where its time
 * goes; beside it bare node:http with the same verification.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { DatabaseSource } from '../../src/database/open.ts'
import { startPostgres } from '../support/postgres-server.ts'
import type { Answer, Question, Ready, Subject } from './gateway-child.ts'
import { rateOf } from './load.ts'
import { figure } from './measure.ts'
import type { Profile } from './profile.ts'
import { printTable } from './table.ts'

const rounds = 3
/** How many requests one round sends, by how many are in flight. */
const loads = [
  { inFlight: 1, requests: 60 },
  { inFlight: 8, requests: 160 },
  { inFlight: 32, requests: 320 },
] as const
const packageLoad = { inFlight: 8, requests: 80 } as const
const envelopesNeeded = (rounds + 1) * loads.reduce((sum, { requests }) => sum + requests, 0)

interface Measured {
  readonly name: string
  readonly ready: Ready
  readonly child: ChildProcess
  /** Requests a second of each round, by what was sent. */
  readonly rates: Map<string, number[]>
  sent: number
}

export interface GatewayResult {
  readonly rates: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly profiles: Readonly<Record<string, Profile>>
}

export async function measureGateway(): Promise<GatewayResult> {
  const server = await startPostgres()
  const folder = mkdtempSync(path.join(tmpdir(), 'pouch-bench-'))
  const subjects: Measured[] = []
  try {
    const embedded: DatabaseSource = { kind: 'embedded', directory: path.join(folder, 'embedded') }
    const postgresql: DatabaseSource = { kind: 'postgresql', url: server.url }
    subjects.push(await begin('bare node:http + verify', { kind: 'bare', database: embedded, folder }))
    subjects.push(await begin('gateway, embedded', { kind: 'gateway', database: embedded, folder }))
    subjects.push(await begin('gateway, PostgreSQL', { kind: 'gateway', database: postgresql, folder }))
    return await measure(subjects)
  } finally {
    await Promise.all(subjects.map(({ child }) => end(child)))
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measure(subjects: readonly Measured[]): Promise<GatewayResult> {
  console.log(`Gateway: distinct envelopes of ${subjects[0]?.ready.envelopes[0]?.length ?? 0} bytes, sealed before, to
  POST /v1/envelopes of the agency listener; each is verified, decided on, entered in the ledger with its envelope in one
  durable transaction (fsync on), and answered 201 with its receipt. One process a subject, the sender in another;
  ${rounds} rounds, interleaved, after one to warm up. Packages are JSON, sealed and signed by the gateway.`)
  for (let round = 0; round <= rounds; round++) {
    for (const load of loads) for (const subject of subjects) await sendEnvelopes(subject, load, round > 0)
    for (const subject of subjects.slice(1)) await sendPackages(subject, round > 0)
  }
  const profiles: Record<string, Profile> = {}
  for (const subject of subjects) profiles[subject.name] = await profiled(subject)
  const rates = Object.fromEntries(subjects.map(({ name, rates }) => [name, medians(rates)]))
  printRates(rates)
  for (const [name, profile] of Object.entries(profiles)) printProfile(name, profile)
  return { rates, profiles }
}

async function sendEnvelopes(
  subject: Measured,
  { inFlight, requests }: (typeof loads)[number],
  counts: boolean,
): Promise<void> {
  const { envelopes, port, headers } = subject.ready
  const bodies = envelopes.slice(subject.sent, (subject.sent += requests))
  const target = { port, path: '/v1/envelopes', headers: { ...headers, 'content-type': 'application/cose' } }
  const rate = await rateOf(target, bodies, inFlight)
  if (counts) keep(subject, `${inFlight} in flight`, rate)
}

async function sendPackages(subject: Measured, counts: boolean): Promise<void> {
  const { packageBody, port, headers } = subject.ready
  const bodies = Array.from({ length: packageLoad.requests }, () => packageBody)
  const target = { port, path: '/v1/packages', headers: { ...headers, 'content-type': 'application/json' } }
  const rate = await rateOf(target, bodies, packageLoad.inFlight)
  if (counts) keep(subject, `packages, ${packageLoad.inFlight} in flight`, rate)
}

/** A further load of 32 in flight, watched. */
async function profiled(subject: Measured): Promise<Profile> {
  await ask<'profiling'>(subject.child, { ask: 'profile' })
  await sendEnvelopes(subject, { ...loads[2], requests: loads[2].requests }, false)
  return ask<Profile>(subject.child, { ask: 'summary' })
}

function keep({ rates }: Measured, what: string, rate: number): void {
  rates.set(what, [...(rates.get(what) ?? []), rate])
}

function medians(rates: Measured['rates']): Readonly<Record<string, number>> {
  return Object.fromEntries([...rates].map(([what, each]) => [what, figure(what, each).median]))
}

async function begin(name: string, given: Omit<Subject, 'envelopes'>): Promise<Measured> {
  const child = fork(path.join(import.meta.dirname, 'gateway-child.ts'), {
    serialization: 'advanced',
    stdio: ['pipe', 'inherit', 'inherit', 'ipc'],
  })
  const subject: Subject = { ...given, envelopes: envelopesNeeded + loads[2].requests }
  child.stdin?.end(JSON.stringify(subject))
  return { name, child, ready: await next<Ready>(child), rates: new Map(), sent: 0 }
}

async function ask<A extends Answer>(child: ChildProcess, question: Question): Promise<A> {
  child.send(question)
  return next<A>(child)
}

async function next<A extends Answer>(child: ChildProcess): Promise<A> {
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`the measured process ended with ${String(code)}`)
  })
  const [given] = (await Promise.race([once(child, 'message'), failed])) as [A]
  return given
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const ended = once(child, 'exit')
  child.send({ ask: 'end' } satisfies Question)
  await ended
}

function printRates(rates: GatewayResult['rates']): void {
  const kinds = [...new Set(Object.values(rates).flatMap((each) => Object.keys(each)))]
  console.log('\nAccepted a second, medians')
  printTable(
    ['', ...kinds],
    Object.entries(rates).map(([name, each]) => [
      name,
      ...kinds.map((kind) => each[kind]?.toFixed(0) ?? '–'),
    ]),
  )
}

function printProfile(name: string, { busySeconds, idleSeconds, shares }: Profile): void {
  const waited = `busy ${busySeconds.toFixed(2)} s, waiting ${idleSeconds.toFixed(2)} s`
  console.log(`\nWhere the time goes: ${name}, main thread, ${loads[2].inFlight} in flight; ${waited}`)
  printTable(
    ['', 'share'],
    Object.entries(shares).map(([place, share]) => [place, `${(100 * share).toFixed(1)} %`]),
  )
}
