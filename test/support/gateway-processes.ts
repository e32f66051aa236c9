/** Answers for gateways as processes of their own in tests: started, given orders, killed, and started again by themselves. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { PartyId } from '../../protocol/names.ts'
import { rootsDigest } from '../../protocol/roots.ts'
import { Client } from '../../src/client/client.ts'
import type { Parts } from '../../src/composition.ts'
import type { DatabaseSource } from '../../src/database/open.ts'
import type { Places } from '../../src/gateway-process.ts'
import { recordSecrets } from './recorded.ts'
import { makeWorld, originOf, type TestParty, type World, type WorldOptions } from './world.ts'

export interface ProcessParts extends Pick<Parts, 'party' | 'limits' | 'database'> {
  readonly seeds: {
    readonly signing: readonly [Uint8Array, Uint8Array]
    readonly ledger: readonly [Uint8Array, Uint8Array]
    readonly transport: Uint8Array
    readonly opening: Uint8Array
  }
  readonly registry: Uint8Array
  readonly pinnedRoots: string
  readonly places: Places
}

/** The `occurrence`-th time that the boundary of this name is reached. */
export interface Boundary {
  readonly name: string
  readonly occurrence: number
}

export type OrderTo =
  | { readonly kind: 'watch'; readonly until: Boundary | undefined }
  | { readonly kind: 'passed' | 'issue' | 'waiting' }

export interface Order<T> {
  readonly id: number
  readonly what: T
}

export interface Report {
  readonly id: number
  readonly passed?: readonly string[]
  readonly token?: string
  readonly waiting?: number
}

/** One party's gateway. Whenever its process ends, another is started on the same database and ports. */
export interface GatewayProcesses {
  readonly party: PartyId
  readonly client: Client
  /** Counts boundaries anew, and kills at this one. */
  readonly watch: (until?: Boundary) => Promise<void>
  readonly passed: () => Promise<readonly string[]>
  /** Rows of the outbox that are not settled. */
  readonly waiting: () => Promise<number>
  readonly kill: () => void
  /** How many processes were killed so far. */
  readonly killed: () => number
  readonly end: () => Promise<void>
}

/** Where it listens; the registry may name another place, from which somebody hands on. */
export interface Ports {
  readonly agencyPort: number
  readonly exchangePort: number
  /** By which the client reaches it. */
  readonly clientPort: number
}

export interface ProcessWorld {
  readonly world: World
  readonly gateways: readonly GatewayProcesses[]
  readonly end: () => Promise<void>
}

export interface ProcessWorldOptions extends Pick<WorldOptions, 'parties' | 'database'> {
  readonly limits: Parts['limits']
  /** Where a party's gateway listens, when that is not where the registry says. */
  readonly ports?: (party: TestParty) => Promise<Ports>
}

/** A world in which each party's gateway is a process of its own. */
export async function makeProcessWorld({
  parties,
  database,
  limits,
  ports = (party) => Promise.resolve(portsOf(party)),
}: ProcessWorldOptions): Promise<ProcessWorld> {
  const sources: DatabaseSource[] = []
  const remembered = async (): Promise<DatabaseSource> => {
    const source = await database()
    sources.push(source)
    return source
  }
  const world = await makeWorld({ parties, database: remembered })
  const gateways = await Promise.all(
    sources.map(async (source, i) => {
      const party = world.party(parties[i]?.id ?? '')
      return startProcesses(world, party.id, source, limits, await ports(party))
    }),
  )
  const end = async (): Promise<void> => {
    await Promise.all(gateways.map((gateway) => gateway.end()))
  }
  return { world, gateways, end }
}

const program = path.resolve(import.meta.dirname, 'crashing-gateway.ts')
const compileCache = path.resolve(import.meta.dirname, '../../.test-state/compiled')

async function startProcesses(
  world: World,
  party: PartyId,
  database: DatabaseSource,
  limits: Parts['limits'],
  ports: Ports,
): Promise<GatewayProcesses> {
  const parts = partsFor(world, party, database, limits, ports)
  let killed = 0
  let ended = false
  let running = await started(parts)
  const restart = (child: ChildProcess): void => {
    child.once('exit', (_, signal) => {
      if (ended) return
      if (signal === 'SIGKILL') killed++
      upcoming = startedAtLast(parts).then((next) => {
        running = next
        restart(next.child)
      })
      upcoming.catch(() => undefined)
    })
  }
  let upcoming: Promise<void> = Promise.resolve()
  restart(running.child)
  const ask = async (what: OrderTo): Promise<Report> => {
    for (;;) {
      await upcoming
      const answer = await running.ask(what)
      if (answer !== undefined) return answer
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  const { token = '' } = await ask({ kind: 'issue' })
  recordSecrets('token', [token])
  return {
    party,
    client: new Client({
      url: originOf(ports.clientPort),
      credential: token,
      patience: { attempts: 400, firstPauseMilliseconds: 20, longestPauseMilliseconds: 100 },
    }),
    watch: async (until) => {
      await ask({ kind: 'watch', until })
    },
    passed: async () => (await ask({ kind: 'passed' })).passed ?? [],
    waiting: async () => (await ask({ kind: 'waiting' })).waiting ?? 0,
    kill: () => void running.child.kill('SIGKILL'),
    killed: () => killed,
    end: async () => {
      ended = true
      await upcoming
      if (running.child.exitCode === null && running.child.signalCode === null) {
        const exited = once(running.child, 'exit')
        running.child.kill('SIGKILL')
        await exited
      }
    },
  }
}

interface Running {
  readonly child: ChildProcess
  /** `undefined` when the process ends before it answers. */
  readonly ask: (what: OrderTo | ProcessParts) => Promise<Report | undefined>
}

/** A port that was free may be somebody's for a moment, while nobody listens on it. */
async function startedAtLast(parts: ProcessParts): Promise<Running> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await started(parts)
    } catch (error) {
      if (attempt === 5) throw error
    }
  }
}

async function started(parts: ProcessParts): Promise<Running> {
  const child = fork(program, {
    serialization: 'advanced',
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // Whoever is started again and again is compiled once.
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
  })
  let lastId = 0
  const asked = new Map<number, (report: Report | undefined) => void>()
  child.on('message', (report: Report) => {
    asked.get(report.id)?.(report)
    asked.delete(report.id)
  })
  child.once('exit', () => {
    for (const answer of asked.values()) answer(undefined)
  })
  const ask: Running['ask'] = (what) =>
    new Promise((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) {
        resolve(undefined)
        return
      }
      asked.set((lastId += 1), resolve)
      child.send({ id: lastId, what }, (error) => {
        if (error !== null) resolve(undefined)
      })
    })
  if ((await ask(parts)) === undefined) throw new Error(`the gateway of ${parts.party} did not start`)
  return { child, ask }
}

function portsOf({ agencyPort, exchangePort }: TestParty): Ports {
  return { agencyPort, exchangePort, clientPort: agencyPort }
}

function partsFor(
  world: World,
  party: PartyId,
  database: DatabaseSource,
  limits: Parts['limits'],
  { agencyPort, exchangePort }: Ports,
): ProcessParts {
  const own = world.party(party)
  const seed = (key: { exportSecretForBackup(): Uint8Array }): Uint8Array => key.exportSecretForBackup()
  const host = '127.0.0.1'
  const exchangeUrl = originOf(own.exchangePort)
  return {
    ...{ party, database, limits, registry: world.registry, pinnedRoots: rootsDigest(world.document.roots) },
    places: { agencyHost: host, agencyPort, exchangeHost: host, exchangePort, exchangeUrl },
    seeds: {
      signing: [seed(own.signing[0]), seed(own.signing[1])],
      ledger: [seed(own.ledger[0]), seed(own.ledger[1])],
      transport: seed(own.transport),
      opening: seed(own.opening),
    },
  }
}
