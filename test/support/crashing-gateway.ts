/**
 * Answers for a whole gateway in a process of its own, put together as the program puts it together, that kills itself
 * with SIGKILL at the boundary that it is told. Nothing in `src` knows of it.
 */
import { flushCompileCache } from 'node:module'
import { HeldOpeningKey } from '../../keys/opening-key.ts'
import { HeldSigningKey } from '../../keys/signing-key.ts'
import { compose, type Parts } from '../../src/composition.ts'
import type { Gateway } from '../../src/exchange/gateway.ts'
import { listen } from '../../src/gateway-process.ts'
import { issueCredentials, roles } from '../../src/http/credentials.ts'
import { anchorOf } from './anchors.ts'
import { watchBoundaries } from './boundaries.ts'
import type { Order, OrderTo, ProcessParts, Report } from './gateway-processes.ts'
import { recordingLogger } from './recorded.ts'

/** Names in the order in which they were reached since the counting began. */
const passed: string[] = []
let armed: { readonly name: string; readonly occurrence: number } | undefined

watchBoundaries((name) => {
  passed.push(name)
  if (armed?.name === name && passed.filter((each) => each === name).length === armed.occurrence) {
    process.kill(process.pid, 'SIGKILL')
  }
})

process.on('disconnect', () => process.exit(0))
process.once('message', (order: Order<ProcessParts>) => void begin(order))

async function begin({ id, what }: Order<ProcessParts>): Promise<void> {
  const composed = await compose(partsOf(what))
  await listen(composed, what.places)
  process.on('message', (next: Order<OrderTo>) => void obey(composed.gateway, next))
  // What is killed writes nothing at its end.
  flushCompileCache()
  passed.length = 0
  report({ id })
}

async function obey(gateway: Gateway, { id, what }: Order<OrderTo>): Promise<void> {
  report({ id, ...(await answered(gateway, what)) })
}

async function answered(gateway: Gateway, what: OrderTo): Promise<Omit<Report, 'id'>> {
  const { database } = gateway
  switch (what.kind) {
    case 'watch':
      passed.length = 0
      armed = what.until
      return {}
    case 'passed':
      return { passed }
    case 'issue': {
      const [issued] = await issueCredentials(database, [{ name: 'test', roles }], gateway.now())
      return { token: issued?.token ?? '' }
    }
    case 'waiting': {
      const rows = await database.selectFrom('outbox').select('id').where('state', '=', 'waiting').execute()
      return { waiting: rows.length }
    }
  }
}

function report(answer: Report): void {
  process.send?.(answer)
}

function partsOf({ party, seeds, registry, pinnedRoots, database, limits }: ProcessParts): Parts {
  const [ed25519, mlDsa44] = seeds.ledger
  const ledger = [new HeldSigningKey('ed25519', ed25519), new HeldSigningKey('ml-dsa-44', mlDsa44)] as const
  const signing = [
    new HeldSigningKey('ed25519', seeds.signing[0]),
    new HeldSigningKey('ml-dsa-65', seeds.signing[1]),
  ] as const
  return {
    party,
    keys: {
      transport: new HeldSigningKey('ed25519', seeds.transport),
      party: { signing, opening: [new HeldOpeningKey(seeds.opening)] },
    },
    ledger: { pair: ledger, publicKeys: [ledger[0].publicKey, ledger[1].publicKey] },
    ledgerFiles: { anchorFile: anchorOf(database) },
    database,
    registry: { pinnedRoots, files: [registry] },
    limits,
    vigilance: { entriesPerSecond: 0 },
    logger: recordingLogger(),
    now: () => Math.floor(Date.now() / 1000),
  }
}
