/** Answers for what the fleet's agencies send, by a seed: to whom, above which ceiling, how often it is asked for again. */
import type { PartyId } from '../../protocol/names.ts'
import { parseLabel } from '../../protocol/label.ts'
import { ProblemError } from '../../src/client/problem-error.ts'
import { chance } from '../support/chance.ts'
import type { CuttingProxy } from '../support/cutting-proxy.ts'
import type { GatewayProcesses } from '../support/gateway-processes.ts'
import { requestTo } from '../support/request.ts'

export interface Sent {
  readonly from: GatewayProcesses
  readonly to: PartyId
  readonly id: string
  /** Of its entry in the sender's ledger. */
  readonly index: number
  readonly receipt: Uint8Array
  readonly fate: 'permitted' | 'denied' | 'late'
}

export interface Plan {
  readonly seed: number
  readonly envelopes: number
  readonly kills: number
  readonly atOnce: number
}

interface Errand {
  readonly from: GatewayProcesses
  readonly to: PartyId
  readonly key: string
  readonly fate: Sent['fate']
}

/** Kills go off while it runs. Every answer is asked for twice, and must be the first one again. */
export async function sendAll(gateways: readonly GatewayProcesses[], plan: Plan): Promise<Sent[]> {
  const victims = killsByErrand(gateways, plan)
  const sent: Sent[] = []
  const rest = errandsOf(gateways, plan).entries()
  const work = async (): Promise<void> => {
    for (const [i, errand] of rest) {
      for (const { victim, afterMilliseconds } of victims.get(i) ?? []) {
        setTimeout(() => victim.kill(), afterMilliseconds)
      }
      sent.push(await sendTwice(errand))
    }
  }
  await Promise.all(Array.from({ length: plan.atOnce }, work))
  return sent
}

function errandsOf(gateways: readonly GatewayProcesses[], { seed, envelopes }: Plan): readonly Errand[] {
  const luck = chance(seed, 'errands')
  return Array.from({ length: envelopes }, (_, i) => {
    const from = luck.whole(gateways.length)
    const to = (from + 1 + luck.whole(gateways.length - 1)) % gateways.length
    const fate = luck.whole(10) === 0 ? 'denied' : 'permitted'
    return { from: at(gateways, from), to: at(gateways, to).party, key: `errand-${i}`, fate }
  })
}

function killsByErrand(gateways: readonly GatewayProcesses[], { seed, envelopes, kills, atOnce }: Plan) {
  const luck = chance(seed, 'kills')
  const planned = Array.from({ length: kills }, () => ({
    errand: luck.whole(envelopes - atOnce),
    victim: at(gateways, luck.whole(gateways.length)),
    afterMilliseconds: luck.whole(500),
  }))
  return Map.groupBy(planned, ({ errand }) => errand)
}

const expiresInSeconds = 2

/** While its line is severed some are sent to one gateway, and their time passes. */
export async function sendToTheUnreachable(
  gateways: readonly GatewayProcesses[],
  {
    gateway,
    line,
  }: { readonly gateway: GatewayProcesses | undefined; readonly line: CuttingProxy | undefined },
): Promise<readonly Sent[]> {
  if (gateway === undefined || line === undefined) throw new RangeError('no gateway is out of reach')
  const others = gateways.filter((each) => each !== gateway)
  line.sever()
  const sent = await Promise.all(
    others.map((from) => sendTwice({ from, to: gateway.party, key: 'late', fate: 'late' })),
  )
  await new Promise((resolve) => setTimeout(resolve, 1000 * (expiresInSeconds + 1)))
  line.mend()
  return sent
}

async function sendTwice(errand: Errand): Promise<Sent> {
  const request = requestOf(errand)
  const first = await send(errand, request)
  const again = await send(errand, request)
  if (first.id !== again.id || first.index !== again.index)
    throw new Error(`${errand.key}: answered ${first.id} and then ${again.id}`)
  return first
}

async function send({ from, to, key, fate }: Errand, request: ReturnType<typeof requestOf>): Promise<Sent> {
  try {
    const { id, index, receipt } = await from.client.package(request, key)
    if (fate === 'denied') throw new Error(`${key} was permitted above the ceiling`)
    return { from, to, id, index, receipt, fate }
  } catch (error) {
    if (!(error instanceof ProblemError) || error.entry === undefined || fate !== 'denied') throw error
    return { from, to, ...error.entry, fate }
  }
}

function requestOf({ to, fate }: Errand) {
  const now = Math.floor(Date.now() / 1000)
  const above = parseLabel(`COSMIC TOP SECRET//REL TO ${to}`, now - 60)
  return requestTo([to], now, {
    ...(fate === 'denied' && { label: above }),
    ...(fate === 'late' && { expiresInSeconds }),
  })
}

function at<T>(things: readonly T[], index: number): T {
  const found = things[index]
  if (found === undefined) throw new RangeError(`nothing at ${index}`)
  return found
}
