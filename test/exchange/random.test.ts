/**
 * Hundreds of exchanges among three gateways, each a process of its own behind lines that break, while processes are killed:
 * who sends to whom, which is killed after which exchange, and how often a line breaks follow from the seed. What must hold
 * at the end is the same as after one exchange that nothing disturbed.
 */
import { afterAll, test } from 'vitest'
import { chance } from '../support/chance.ts'
import { type CuttingProxy, cuttingProxy } from '../support/cutting-proxy.ts'
import { sized } from '../support/crash-size.ts'
import { eachDatabase } from '../support/databases.ts'
import { freePort } from '../support/free-port.ts'
import { type GatewayProcesses, makeProcessWorld, type Ports } from '../support/gateway-processes.ts'
import { settled, type Transfer, transfer } from '../support/transfer.ts'
import { expectWhole } from '../support/whole-ledgers.ts'
import { limits, type TestParty } from '../support/world.ts'

const seed = Number(process.env['POUCH_TEST_SEED'] ?? 20_261_123)
const exchanges = sized(20, 160)
const atOnce = 16
const kills = sized(3, 12)
const cutProbability = 0.01

const ids = ['EST', 'NLD', 'NATO'] as const
const parties = ids.map((id) => ({ id, accreditation: 4 as const }))
const hasty = { ...limits, relayTimeoutSeconds: 1 }

eachDatabase('three gateways in trouble', ({ kind, fresh }) => {
  const ends: (() => Promise<void>)[] = []
  afterAll(async () => {
    for (const end of ends.toReversed()) await end()
  })

  test(`come through it whole (seed ${seed})`, { timeout: 600_000 }, async () => {
    const proxies: CuttingProxy[] = []
    const ports = (party: TestParty) => behindProxies(party, proxies)
    const { world, gateways, end } = await makeProcessWorld({
      parties,
      database: fresh,
      limits: hasty,
      ports,
    })
    ends.push(end)
    ends.push(async () => {
      for (const proxy of proxies) await proxy.close()
    })
    const transfers = await exchangeAll(gateways)
    await settled(gateways)
    const { entries, receipts, roots } = await expectWhole(world, gateways, transfers)
    console.info(
      `${kind}, seed ${seed}: ${transfers.length} exchanges, ${sum(gateways.map(({ killed }) => killed()))} kills, ` +
        `${sum(proxies.map(({ cuts }) => cuts()))} cuts, ${entries} entries hashed again, ` +
        `${receipts} receipts and ${roots} signed roots found in them`,
    )
  })
})

/** The registry and the clients know the proxies' ports; the gateway listens elsewhere. */
async function behindProxies(
  { id, agencyPort: clientPort, exchangePort: peerPort }: TestParty,
  proxies: CuttingProxy[],
): Promise<Ports> {
  const [agencyPort, exchangePort] = [await freePort(), await freePort()]
  const luck = (line: string) => chance(seed, `${id} ${line}`)
  proxies.push(
    await cuttingProxy(clientPort, agencyPort, luck('agency'), cutProbability),
    await cuttingProxy(peerPort, exchangePort, luck('exchange'), cutProbability),
  )
  return { agencyPort, exchangePort, clientPort }
}

async function exchangeAll(gateways: readonly GatewayProcesses[]): Promise<readonly Transfer[]> {
  const luck = chance(seed, 'exchanges')
  const plan = Array.from({ length: exchanges }, () => {
    const from = luck.whole(gateways.length)
    const to = (from + 1 + luck.whole(gateways.length - 1)) % gateways.length
    return { from, to }
  })
  const victims = killsByExchange()
  const done: Transfer[] = []
  const rest = plan.entries()
  const work = async (): Promise<void> => {
    for (const [i, { from, to }] of rest) {
      const [sender, reader] = [gateways[from], gateways[to]]
      if (sender === undefined || reader === undefined) throw new RangeError('no such gateway')
      for (const { victim, afterMilliseconds } of victims.get(i) ?? []) {
        setTimeout(() => gateways[victim]?.kill(), afterMilliseconds)
      }
      done.push(await transfer(sender, reader, `exchange-${i}`, i % 4 === 0))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return done
}

interface Kill {
  readonly victim: number
  readonly afterMilliseconds: number
}

/** Which gateway is killed so long after which exchange began. */
function killsByExchange(): ReadonlyMap<number, readonly Kill[]> {
  const luck = chance(seed, 'kills')
  const planned = Array.from({ length: kills }, () => ({
    exchange: luck.whole(exchanges - atOnce),
    victim: luck.whole(ids.length),
    afterMilliseconds: luck.whole(500),
  }))
  return Map.groupBy(planned, ({ exchange }) => exchange)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0)
}
