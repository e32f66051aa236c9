/** Answers for one gateway with both listeners open, a credential for each role, and every line that its logger wrote. */
import { afterAll, beforeAll } from 'vitest'
import type { Gateway } from '../../src/exchange/gateway.ts'
import type { GatewayProcess } from '../../src/gateway-process.ts'
import { issueCredentials, type Role, roles } from '../../src/http/credentials.ts'
import { signRequest } from '../../src/http/message-signatures.ts'
import { createLogger } from '../../src/logger.ts'
import type { TestDatabases } from './databases.ts'
import { makeWorld, originOf, type World } from './world.ts'

export interface Listeners {
  readonly world: World
  readonly process: GatewayProcess
  readonly gateway: Gateway
  /** Origins. */
  readonly agency: string
  readonly exchange: string
  readonly lines: readonly string[]
  readonly bearer: (role: Role) => { readonly authorization: string }
  /** Headers of a request to the exchange listener by this party's gateway. */
  readonly signed: (party: string, method: string, path: string, body?: Uint8Array) => Record<string, string>
}

/** EST's gateway, in a world with NLD and NATO, for all tests of a block. */
export function withListeners(databases: TestDatabases): () => Listeners {
  let open: Listeners | undefined
  beforeAll(async () => {
    open = await openListeners(databases)
  })
  afterAll(() => open?.world.end())
  return () => {
    if (open === undefined) throw new Error('the listeners are not open yet')
    return open
  }
}

async function openListeners(databases: TestDatabases): Promise<Listeners> {
  const lines: string[] = []
  const logger = createLogger('debug', { write: (line: string) => lines.push(line) })
  const parties = ['EST', 'NLD', 'NATO'].map((id) => ({ id, accreditation: 4 as const }))
  const world = await makeWorld({ parties, database: () => databases.fresh(), logger })
  const process = await world.start('EST')
  const { gateway, agency, exchange } = process
  const requests = roles.map((role) => ({ name: role, roles: [role] }))
  const issued = await issueCredentials(gateway.database, requests, world.clock.now)
  const exchangeOrigin = originOf(exchange.port)
  return {
    ...{ world, process, gateway, lines, agency: originOf(agency.port), exchange: exchangeOrigin },
    bearer: (role) => ({ authorization: `Bearer ${issued[roles.indexOf(role)]?.token ?? ''}` }),
    signed: (party, method, path, body = new Uint8Array(0)) => {
      const parts = { method, targetUri: exchangeOrigin + path, body }
      return { ...signRequest(parts, world.party(party).transport, world.clock.now) }
    },
  }
}
