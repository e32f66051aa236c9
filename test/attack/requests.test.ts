/** Attacks by requests to the exchange listener: each is refused by its code, and honest exchange goes on. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { HeldSigningKey } from '../../keys/signing-key.ts'
import { documentDigestOf } from '../../protocol/registry.ts'
import { contentDigest } from '../../src/http/message-signatures.ts'
import { adopt } from '../../src/registry/adopt.ts'
import { listen, type GatewayProcess } from '../../src/gateway-process.ts'
import { exchanges, exchanging, sealedTo, send, type Sent, signedRequest } from '../support/attacked.ts'
import { toMany } from '../support/crowded.ts'
import { eachDatabase } from '../support/databases.ts'
import { signedBy } from '../support/registry.ts'
import { makeWorld, originOf, type World } from '../support/world.ts'

const parties = ['EST', 'NLD', 'FRA', 'POL'].map((id) => ({ id, accreditation: 4 as const }))

interface Scene {
  readonly world: World
  readonly est: GatewayProcess
  /** An envelope of EST for NLD that was relayed. */
  readonly envelope: Uint8Array
  /** The request that relayed it, as somebody recorded it on the way. */
  readonly recorded: Sent
  /** The number of its entry. */
  readonly entered: unknown
}

interface Attack {
  readonly name: string
  readonly status: number
  readonly code?: string
  readonly request: (scene: Scene) => Promise<Sent> | Sent
}

const changed = (name: string, change: (value: string) => string | readonly string[] | undefined) => ({
  request: async (scene: Scene): Promise<Sent> => {
    const sent = await fresh(scene)
    const value = change(String(sent.headers[name]))
    const rest = without(sent.headers, name)
    return { ...sent, headers: value === undefined ? rest : { ...rest, [name]: value } }
  },
})

const without = (headers: Sent['headers'], name: string): Sent['headers'] =>
  Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name))

const fresh = async ({ world, est }: Scene, to: readonly string[] = ['NLD']): Promise<Sent> =>
  signedRequest(world, 'EST', 'NLD', { body: await sealedTo(world, est, to) })

const otherBytes = Uint8Array.of(0xd8, 0x62, 0x84)

const unauthenticated = { status: 401, code: 'unauthenticated' }

const attacks: readonly Attack[] = [
  { name: 'a request is replayed', ...unauthenticated, request: ({ recorded }) => recorded },
  {
    name: 'a request is replayed to another path',
    ...unauthenticated,
    request: ({ recorded }) => ({ ...recorded, path: '/v1/notices' }),
  },
  {
    name: 'a request is replayed by another method',
    ...unauthenticated,
    request: ({ recorded }) => ({ ...recorded, method: 'PUT', path: '/v1/registry' }),
  },
  {
    name: 'an envelope is replayed by its own gateway: the first answer again, and nothing new',
    status: 200,
    request: ({ world, envelope }) => signedRequest(world, 'EST', 'NLD', { body: envelope }),
  },
  {
    name: 'an envelope is replayed by another party',
    status: 403,
    code: 'forbidden',
    request: ({ world, envelope }) => signedRequest(world, 'FRA', 'NLD', { body: envelope }),
  },
  {
    name: 'a request was signed for another gateway',
    ...unauthenticated,
    request: async ({ world, est }) =>
      signedRequest(world, 'EST', 'FRA', { body: await sealedTo(world, est, ['NLD']) }),
  },
  {
    name: 'a key that no party has signs',
    ...unauthenticated,
    request: async ({ world, est }) => {
      const transport = HeldSigningKey.generate('ed25519')
      const party = (id: string) => ({ ...world.party(id), transport })
      return signedRequest({ ...world, party }, 'EST', 'NLD', { body: await sealedTo(world, est, ['NLD']) })
    },
  },
  {
    name: 'a key of another use signs',
    ...unauthenticated,
    request: async ({ world, est }) => {
      const party = (id: string) => ({ ...world.party(id), transport: world.party(id).ledger[0] })
      return signedRequest({ ...world, party }, 'EST', 'NLD', { body: await sealedTo(world, est, ['NLD']) })
    },
  },
  ...['signature', 'signature-input', 'content-digest'].flatMap((name): readonly Attack[] => [
    { name: `${name} is stripped`, ...unauthenticated, ...changed(name, () => undefined) },
    { name: `${name} is sent twice`, ...unauthenticated, ...changed(name, (value) => [value, value]) },
    { name: `${name} is empty`, ...unauthenticated, ...changed(name, () => '') },
  ]),
  {
    name: 'the leaf of a receipt is put on a request that was signed without it',
    ...unauthenticated,
    request: async (scene) => {
      const sent = await fresh(scene)
      return { ...sent, headers: { ...sent.headers, 'pouch-receipt-leaf': contentDigest(otherBytes) } }
    },
  },
  {
    name: 'the leaf of a receipt is taken off a request that was signed with it',
    ...unauthenticated,
    request: async (scene) => {
      const { body } = await fresh(scene)
      const sent = signedRequest(scene.world, 'EST', 'NLD', {
        body,
        receiptLeaf: contentDigest(otherBytes),
      })
      return { ...sent, headers: without(sent.headers, 'pouch-receipt-leaf') }
    },
  },
  {
    name: 'the body is swapped after signing',
    ...unauthenticated,
    request: async (scene) => ({
      ...(await fresh(scene)),
      body: await sealedTo(scene.world, scene.est, ['NLD']),
    }),
  },
  {
    name: 'the body and its digest are swapped after signing',
    ...unauthenticated,
    request: async (scene) => {
      const sent = await fresh(scene)
      const body = await sealedTo(scene.world, scene.est, ['NLD'])
      return { ...sent, body, headers: { ...sent.headers, 'content-digest': contentDigest(body) } }
    },
  },
  {
    name: 'an envelope to nobody here comes in',
    status: 403,
    code: 'forbidden',
    request: (scene) => fresh(scene, ['FRA']),
  },
  {
    name: 'the media type is another',
    status: 415,
    code: 'wrong-content-type',
    ...changed('content-type', () => 'text/html'),
  },
  ...[
    { count: 1000, status: 400, code: 'bad-recipients' },
    { count: 1001, status: 400, code: 'malformed-structure' },
  ].map(
    ({ count, ...refused }): Attack => ({
      name: `an envelope names ${count} recipients`,
      ...refused,
      request: ({ world, envelope }) => {
        const body = toMany(envelope, count, world.party('EST').signing)
        return signedRequest(world, 'EST', 'NLD', { body })
      },
    }),
  ),
  {
    name: 'a registry comes in that one root signer of two signed',
    status: 403,
    code: 'registry-threshold',
    request: ({ world, est }) => {
      const { document, documentDigest } = est.gateway.registry.current()
      const next = { ...document, version: document.version + 1, previous: documentDigest }
      const body = signedBy(next, world.roots.slice(1))
      return signedRequest(world, 'FRA', 'NLD', { method: 'PUT', path: '/v1/registry', body })
    },
  },
  {
    name: 'an old registry comes in',
    status: 409,
    code: 'registry-rollback',
    request: ({ world }) =>
      signedRequest(world, 'FRA', 'NLD', { method: 'PUT', path: '/v1/registry', body: world.registry }),
  },
  {
    name: 'a transport key is used that the registry has revoked since',
    ...unauthenticated,
    request: ({ world }) => signedRequest(world, 'POL', 'NLD', { method: 'GET', path: '/v1/notices' }),
  },
]

eachDatabase('a gateway under attack', ({ kind, fresh: database }) => {
  let scene: Scene
  let nld: GatewayProcess
  let stopHonest: () => Promise<number>

  beforeAll(async () => {
    const world = await makeWorld({ parties, database })
    const est = await world.start('EST')
    nld = await world.start('NLD')
    const second = withoutTransportOfPol(world)
    for (const { gateway } of [est, nld]) await adopt(gateway, second)
    const envelope = await sealedTo(world, est, ['NLD'])
    const recorded = signedRequest(world, 'EST', 'NLD', { body: envelope })
    const { status, json } = await send(nld.exchange.port, recorded)
    expect(status).toBe(201)
    scene = { world, est, envelope, recorded, entered: json['index'] }
    stopHonest = exchanging(est, 'NLD')
  })
  afterAll(() => scene.world.end())

  const port = () => scene.world.party('NLD').exchangePort
  describe.runIf(kind === 'embedded')('requests', () => {
    test.each(attacks)('$name: $status $code', async ({ status, code, request }) => {
      const told = await send(port(), await request(scene))
      expect(told.code).toBe(code)
      expect(told.status).toBe(status)
    })

    test('what is repeated is entered once', async () => {
      const { envelope, world, entered } = scene
      const again = await send(port(), signedRequest(world, 'EST', 'NLD', { body: envelope }))
      expect(again.json).toMatchObject({ repeated: true, index: entered })
    })
  })

  test('many requests of one party are refused in its name alone, and forged ones count for nobody', async () => {
    const { world } = scene
    const limits = { ...nld.gateway.limits, partyRequestsPerSecond: 2, waitingQueueLength: 1024 }
    await nld.stop()
    nld = await world.start('NLD', { limits })
    const ask = (from: string) =>
      send(port(), signedRequest(world, from, 'NLD', { method: 'GET', path: '/v1/notices' }))
    const forged = {
      ...signedRequest(world, 'EST', 'NLD'),
      headers: changedSignature(signedRequest(world, 'EST', 'NLD')),
    }
    for (let i = 0; i < 20; i++) expect((await send(port(), forged)).status).toBe(401)
    const told = await Promise.all(Array.from({ length: 20 }, () => ask('FRA')))
    const refused = told.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThan(0)
    expect(refused[0]).toMatchObject({ code: 'too-many-requests' })
    expect(Number(refused[0]?.headers['retry-after'])).toBeGreaterThanOrEqual(1)
    expect((await ask('POL')).status).toBe(401)
    await nld.stop()
    nld = await world.start('NLD')
  })

  test('a request is replayed after a restart', async () => {
    await nld.stop()
    nld = await scene.world.start('NLD')
    expect(await send(port(), scene.recorded)).toMatchObject(unauthenticated)
  })

  test.runIf(kind === 'postgresql')('a request is replayed to another replica', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'pouch-replica-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const composed = await scene.world.compose('NLD', {
      ledgerFiles: { anchorFile: path.join(folder, 'anchor'), trustHead: true },
    })
    const host = '127.0.0.1'
    const places = { agencyHost: host, agencyPort: 0, exchangeHost: host, exchangePort: 0 }
    const replica = await listen(composed, { ...places, exchangeUrl: originOf(port()) })
    expect(await send(replica.exchange.port, scene.recorded)).toMatchObject(unauthenticated)
    const sent = await fresh(scene)
    expect((await send(replica.exchange.port, sent)).status).toBe(201)
    expect(await send(port(), sent)).toMatchObject(unauthenticated)
    await replica.stop()
  })

  test('honest envelopes arrived all the while', async () => {
    expect(await stopHonest()).toBeGreaterThan(0)
    await exchanges(scene.est, 'NLD')
  })
})

function changedSignature({ headers }: Sent): Sent['headers'] {
  return { ...headers, signature: `pouch=:${'A'.repeat(86)}==:` }
}

/** The second version of the registry: the transport key of POL is revoked. */
function withoutTransportOfPol({ document, registry, roots, clock }: World): Uint8Array {
  const parties = document.parties.map((party) => ({
    ...party,
    keys: party.keys.map((key) =>
      party.id === 'POL' && key.use === 'transport' ? { ...key, revoked: clock.now } : key,
    ),
  }))
  return signedBy({ ...document, version: 2, previous: documentDigestOf(registry), parties }, roots)
}
