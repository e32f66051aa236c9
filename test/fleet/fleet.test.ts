/**
 * Ten parties, each with a gateway in a process of its own behind lines that break, half of them on databases of one
 * PostgreSQL, half on embedded ones. All send to all, while processes are killed and one gateway is out of reach for longer
 * than some envelopes live. Who sends what to whom, who is killed and where lines break follow from the seed. In the end
 * each envelope was delivered once, or expired or was refused with an entry that says so, and all forty-five pairs of
 * ledgers agree. The short run is for every day; POUCH_FLEET=full sends thousands.
 */
import { afterAll, expect, test } from 'vitest'
import { directoryOf } from '../../protocol/directory.ts'
import { acceptFirst } from '../../protocol/registry.ts'
import { rootsDigest } from '../../protocol/roots.ts'
import { chance } from '../support/chance.ts'
import { type CuttingProxy, cuttingProxy } from '../support/cutting-proxy.ts'
import { testDatabases } from '../support/databases.ts'
import { freePort } from '../support/free-port.ts'
import { makeProcessWorld, type Ports } from '../support/gateway-processes.ts'
import { settled } from '../support/transfer.ts'
import { limits, type TestParty } from '../support/world.ts'
import { auditFleet } from './audit.ts'
import { expectOutcomes } from './outcomes.ts'
import { startReading } from './reading.ts'
import { sendAll, sendToTheUnreachable } from './sending.ts'

const full = process.env['POUCH_FLEET'] === 'full'
const seed = Number(process.env['POUCH_TEST_SEED'] ?? 20_261_124)
const plan = { seed, envelopes: full ? 3000 : 50, kills: full ? 60 : 2, atOnce: 20 }
const cutProbability = full ? 0.003 : 0.004

const ids = ['EST', 'NLD', 'NATO', 'LVA', 'LTU', 'FIN', 'SWE', 'NOR', 'DNK', 'POL'] as const
const parties = ids.map((id) => ({ id, accreditation: 4 as const }))
const hasty = { ...limits, relayTimeoutSeconds: 2 }

const databases = [testDatabases('embedded'), testDatabases('postgresql')] as const
const ends: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const end of ends.toReversed()) await end()
})

test(`ten gateways in trouble come through it whole (seed ${seed})`, { timeout: 7_200_000 }, async () => {
  const begun = performance.now()
  const proxies: CuttingProxy[] = []
  ends.push(async () => {
    for (const proxy of proxies) await proxy.close()
  })
  let made = 0
  const { world, gateways, end } = await makeProcessWorld({
    parties,
    database: () => (made++ % 2 === 0 ? databases[0] : databases[1]).fresh(),
    limits: hasty,
    ports: (party) => behindProxies(party, proxies),
  })
  ends.push(end)
  const started = performance.now()
  const reading = startReading(gateways)
  const sent = await sendAll(gateways, plan)
  const unreachable = { gateway: gateways.at(-1), line: proxies.at(-1) }
  sent.push(...(await sendToTheUnreachable(gateways, unreachable)))
  await settled(gateways)
  const delivered = await reading.end()
  await settled(gateways)
  const exchanged = performance.now()

  const roots = rootsDigest(world.document.roots)
  const audited = await auditFleet(gateways, roots)
  const directory = directoryOf(acceptFirst(world.registry, roots), Math.floor(Date.now() / 1000))
  const found = expectOutcomes(sent, delivered, audited.ledgers, directory)
  expect(found.expired).toBeGreaterThan(0)
  const kills = sum(gateways.map(({ killed }) => killed()))
  expect(kills).toBeGreaterThanOrEqual(plan.kills / 2)
  const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(0)
  console.info(
    `fleet, seed ${seed}: ${sent.length} envelopes among ${gateways.length} gateways, ${found.delivered} delivered once, ` +
      `${found.expired} expired, ${found.denied} denied, each with its entry; ${kills} kills, ` +
      `${sum(proxies.map(({ cuts }) => cuts()))} cuts; ${audited.entries} entries verified, ${audited.pairs} pairs of ` +
      `ledgers compared, ${audited.differences} differences; ${seconds(begun, started)} s to start, ` +
      `${seconds(started, exchanged)} s to exchange, ${seconds(exchanged, performance.now())} s to audit`,
  )
  expect(audited.differences).toBe(0)
})

/** The registry and the clients know the proxies' ports; the gateway listens elsewhere. */
async function behindProxies(
  { id, agencyPort: clientPort, exchangePort: peerPort }: TestParty,
  proxies: CuttingProxy[],
): Promise<Ports> {
  const [agencyPort, exchangePort] = [await freePort(), await freePort()]
  const luck = (line: string) => chance(seed, `${id} ${line}`)
  const place = 2 * ids.findIndex((each) => each === id)
  proxies[place] = await cuttingProxy(clientPort, agencyPort, luck('agency'), cutProbability)
  proxies[place + 1] = await cuttingProxy(peerPort, exchangePort, luck('exchange'), cutProbability)
  return { agencyPort, exchangePort, clientPort }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0)
}
