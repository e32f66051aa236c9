/** Answers for two processes that exchange, a sender and a receiver: started on ports of their own, asked, and ended. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { freePort } from '../support/free-port.ts'
import { limits, originOf, type TestParty } from '../support/world.ts'
import type { Held, Listens, PairedParts, Place, Question } from './exchange-child.ts'
import { type Arrivals, followInbox } from './exchange-inbox.ts'
import { registryOf, type SignedRegistry } from './scene.ts'

export interface Side extends Listens {
  readonly child: ChildProcess
}

export interface Pair {
  readonly name: string
  readonly sender: Side
  readonly receiver: Side
  /** Of gateways: what becomes visible in the receiver's inbox. The bare sender answers when all is done. */
  readonly arrivals: Arrivals | undefined
  readonly end: () => Promise<void>
}

/** As the settings have it, without the limits on how often one may ask. */
const measuredLimits = { ...limits, partyRequestsPerSecond: 0, addressRequestsPerSecond: 0 }

/** Of the same two parties each time: an envelope that was sealed once can be sent to each pair. */
export async function startPair(
  name: string,
  parties: readonly [TestParty, TestParty],
  places?: readonly [Place, Place],
): Promise<Pair> {
  const [from, to] = await Promise.all([placed(parties[0]), placed(parties[1])])
  const signed = registryOf([from, to], Math.floor(Date.now() / 1000))
  const forwardTo = `${originOf(to.exchangePort)}/v1/envelopes`
  const [sender, receiver] = await Promise.all([
    startSide({ ...partsOf(from, signed, places?.[0]), forwardTo }),
    startSide(partsOf(to, signed, places?.[1])),
  ])
  const arrivals = places && followInbox(receiver)
  const end = async (): Promise<void> => {
    arrivals?.stop()
    await Promise.all([endSide(sender), endSide(receiver)])
  }
  return { name, sender, receiver, arrivals, end }
}

export async function heldBy({ child }: Side): Promise<number> {
  child.send({ ask: 'memory' } satisfies Question)
  return (await next<Held>(child)).rssBytes
}

async function placed(party: TestParty): Promise<TestParty> {
  return { ...party, exchangePort: await freePort() }
}

function partsOf(
  party: TestParty,
  { registry, pinnedRoots }: SignedRegistry,
  place: Place | undefined,
): PairedParts {
  const seed = (key: { exportSecretForBackup(): Uint8Array }): Uint8Array => key.exportSecretForBackup()
  const [host, { exchangePort }] = ['127.0.0.1', party]
  const exchangeUrl = originOf(exchangePort)
  return {
    ...{ party: party.id, registry, pinnedRoots, limits: measuredLimits, ...(place && { place }) },
    places: { agencyHost: host, agencyPort: 0, exchangeHost: host, exchangePort, exchangeUrl },
    seeds: {
      signing: [seed(party.signing[0]), seed(party.signing[1])],
      ledger: [seed(party.ledger[0]), seed(party.ledger[1])],
      transport: seed(party.transport),
      opening: seed(party.opening),
    },
  }
}

async function startSide(parts: PairedParts): Promise<Side> {
  const program = path.join(import.meta.dirname, 'exchange-child.ts')
  const child = fork(program, { serialization: 'advanced' })
  child.send(parts)
  return { child, ...(await next<Listens>(child)) }
}

async function next<A>(child: ChildProcess): Promise<A> {
  const answered = new AbortController()
  const { signal } = answered
  const failed = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`the measured process ended with ${String(code)}`)
  })
  try {
    const [given] = (await Promise.race([once(child, 'message', { signal }), failed])) as [A]
    return given
  } finally {
    // Nobody listens on for what does not come.
    failed.catch(() => undefined)
    answered.abort()
  }
}

async function endSide({ child }: Side): Promise<void> {
  if (child.exitCode !== null) return
  const ended = once(child, 'exit')
  child.send({ ask: 'end' } satisfies Question)
  await ended
}
