/** Answers for where the time of a thread goes: a CPU profile, each sample given to one of a few named places. */
import { Session } from 'node:inspector/promises'
import type { Profiler } from 'node:inspector'

/** Shares of the time that the thread was busy, by place; they add up to 1. */
export interface Profile {
  readonly busySeconds: number
  readonly idleSeconds: number
  readonly shares: Readonly<Record<string, number>>
}

/** From the innermost frame outwards, the first that is of a place decides. */
const places: readonly (readonly [name: string, frame: RegExp])[] = [
  ['signatures', /internal\/crypto\/sig /],
  ['other cryptography', /internal\/crypto|node:crypto/],
  ['CBOR', /protocol\/(cbor|scan|codec|lenient|key-header)\.ts|cbor-x/],
  [
    'SQL',
    /kysely|node_modules\/postgres|src\/database|-table\.ts|src\/ledger\/(append|store|tables|effect)\.ts/,
  ],
  ['HTTP', /node:_http|internal\/(http|streams|stream_base|webstreams)|node:net|undici|hono|zod|src\/http/],
  ['ledger', /(protocol|src)\/ledger/],
  ['policy', /protocol\/policy/],
  ['logger', /pino|src\/logger/],
  ['rest of the protocol', /protocol\//],
  ['rest of the exchange', /src\//],
]

export async function startProfile(): Promise<() => Promise<Profile>> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: 500 })
  await session.post('Profiler.start')
  return async () => {
    const { profile } = await session.post('Profiler.stop')
    session.disconnect()
    return summary(profile)
  }
}

function summary({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Profile {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])))
  const placeOf = (id: number | undefined): string => {
    for (let at = id; at !== undefined; at = parents.get(at)) {
      const { functionName = '', url = '' } = byId.get(at)?.callFrame ?? {}
      if (functionName === '(garbage collector)') return 'garbage collection'
      if (functionName === '(idle)') return 'idle'
      if (functionName === '(program)') return 'native code, system calls'
      const found = places.find(([, frame]) => frame.test(`${url} `))
      if (found !== undefined) return found[0]
    }
    return 'rest of Node'
  }
  const times = new Map<string, number>()
  for (const [i, id] of samples.entries()) {
    const place = placeOf(id)
    times.set(place, (times.get(place) ?? 0) + (timeDeltas[i] ?? 0) / 1e6)
  }
  const idleSeconds = times.get('idle') ?? 0
  times.delete('idle')
  const busySeconds = [...times.values()].reduce((sum, time) => sum + time, 0)
  const shares = [...times].sort(([, a], [, b]) => b - a).map(([place, time]) => [place, time / busySeconds])
  return { busySeconds, idleSeconds, shares: Object.fromEntries(shares) as Record<string, number> }
}
