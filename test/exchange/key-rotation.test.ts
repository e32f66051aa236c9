/**
 * Answers for keys that change while gateways run: the next ones are made, announced, taken into use and destroyed without a
 * restart, an envelope sealed to the old one is opened meanwhile, and the ledger holds each step. With the keys in files, and
 * with them in a token, which then signs the whole exchange.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKeystore, type Keystore, openKeystore } from '../../keys/keystore.ts'
import { Passphrase } from '../../keys/passphrase.ts'
import { Pin } from '../../keys/pin.ts'
import { Token } from '../../keys/token.ts'
import type { Opener } from '../../keys/wrapping.ts'
import { ledgerKeysOf, sealingKeyOf } from '../../protocol/directory.ts'
import { verify } from '../../protocol/envelope/verify.ts'
import { parseRecord } from '../../protocol/ledger/record.ts'
import type { RegisteredKey, RegistryDocument } from '../../protocol/registry.ts'
import { deliver, handOver, ownKeys } from '../../src/exchange/deliver.ts'
import type { Gateway } from '../../src/exchange/gateway.ts'
import { packageAndSubmit } from '../../src/exchange/package.ts'
import { submit } from '../../src/exchange/submit.ts'
import { signRequest } from '../../src/http/message-signatures.ts'
import { type KeptKeys, keptKeys } from '../../src/keys/kept-keys.ts'
import { adopt } from '../../src/registry/adopt.ts'
import { enrolmentOf, parseEnrolment } from '../../src/registry/enrolment.ts'
import { listedKeys } from '../../src/registry/listed-keys.ts'
import { eachDatabase } from '../support/databases.ts'
import { signedBy } from '../support/registry.ts'
import { requestTo } from '../support/request.ts'
import { softHsm } from '../support/softhsm.ts'
import { makeWorld, originOf, type World } from '../support/world.ts'

const day = 86_400
const work = mkdtempSync(path.join(tmpdir(), 'pouch-rotation-'))
const hsm = softHsm()
afterAll(() => {
  rmSync(work, { recursive: true })
  hsm?.remove()
})

const fromEst = { kind: 'exchange', party: 'EST' } as const

eachDatabase('keys that change', ({ kind, fresh }) => {
  const inToken = kind === 'postgresql' && hsm !== undefined
  const folder = path.join(work, kind)
  const opener = (): Opener =>
    inToken
      ? new Token(hsm.token(`rotation ${kind}`), new Pin(hsm.pin))
      : new Passphrase('four unrelated words here')
  let world: World
  let keystore: Keystore
  let elsewhere: Keystore
  let kept: KeptKeys
  let est: Gateway
  let nld: Gateway
  let announced = 0

  beforeAll(async () => {
    const opens = opener()
    keystore = createKeystore(folder, opens)
    const parties = [
      { id: 'EST', accreditation: 4 },
      { id: 'NLD', accreditation: 4 },
    ] as const
    const edit = (document: RegistryDocument): RegistryDocument => {
      const from = document.issued
      for (const use of ['sign', 'open', 'transport'] as const) keystore.add(use, from)
      return withKeysOfNld(document, (earlier) => [
        ...keystore.list().map(({ use, publicKey: key }) => ({ use, key, from })),
        ...earlier.filter(({ use }) => use === 'ledger'),
      ])
    }
    world = await makeWorld({ parties, database: fresh, edit })
    elsewhere = openKeystore(folder, opens)
    const announce = (): void => {
      announced++
    }
    kept = keptKeys({ keystore, openingKeyDays: 7, announce, certificates: [] })
    est = (await world.start('EST')).gateway
    nld = (await world.compose('NLD', { keys: { ...kept, watch: () => () => Promise.resolve() } })).gateway
  })
  afterAll(() => world.end())

  /** The next version, as a plan makes it of what NLD enrols; both gateways adopt it. */
  const publish = async (change: (keys: readonly RegisteredKey[]) => readonly RegisteredKey[]) => {
    const { document, documentDigest } = est.registry.current()
    const next = { ...document, version: document.version + 1, previous: documentDigest }
    const bytes = signedBy(withKeysOfNld({ ...next, issued: world.clock.now }, change), world.roots)
    for (const gateway of [est, nld]) await adopt(gateway, bytes)
  }
  const enrolled = (earlier: readonly RegisteredKey[]) => {
    const { keys } = parseEnrolment(JSON.parse(JSON.stringify(enrolmentOf('NLD', keystore.list()))))
    const ledger = earlier.filter(({ use }) => use === 'ledger')
    return [
      ...listedKeys(
        keys,
        earlier.filter(({ use }) => use !== 'ledger'),
        world.clock.now,
      ),
      ...ledger,
    ]
  }
  const send = async (from: Gateway, to: string) => {
    const { id } = await packageAndSubmit(
      from,
      requestTo([to], world.clock.now, { expiresInSeconds: 7 * day }),
    )
    return deliver(from, id, from.party)
  }
  const sealedTo = (bytes: Uint8Array) => verify(bytes, est.directory(), world.clock.now).recipients[0]?.kid
  const changes = async () => {
    const rows = await nld.database.selectFrom('ledger_entry').select('record').orderBy('index').execute()
    const records = rows.flatMap(({ record }) => (record === null ? [] : [parseRecord(record)]))
    return records.flatMap(({ event, detail }) => (event === 'key-change' ? [detail ?? ''] : []))
  }
  const openingIds = () => keystore.openingKeys().map(({ id }) => id)

  let inFlight: Uint8Array
  let sealedAt = 0
  let [first, second] = ['', '']

  test('the next opening key is made ahead of time, announced once, and not sealed to before it is listed', async () => {
    await kept.look(nld)
    expect([openingIds().length, announced]).toEqual([1, 0])
    world.clock.now += 5 * day
    await kept.look(nld)
    await kept.look(nld)
    ;[second = '', first = ''] = openingIds()
    expect([openingIds().length, announced]).toEqual([2, 1])
    sealedAt = world.clock.now
    inFlight = await send(est, 'NLD')
    expect(sealedTo(inFlight)).toBe(first)
  })

  test('with the next version all act that it lists, also those that another process made, and no restart', async () => {
    const before = ownKeys(nld).signing.map(({ id }) => id)
    const made = [...elsewhere.add('sign', world.clock.now), ...elsewhere.add('transport', world.clock.now)]
    await kept.look(nld)
    expect(ownKeys(nld).signing.map(({ id }) => id)).toEqual(before)
    await publish(enrolled)
    await kept.look(nld)
    expect([...ownKeys(nld).signing, nld.keys.transport].map(({ id }) => id)).toEqual(
      made.map(({ id }) => id),
    )
    const sent = await send(est, 'NLD')
    expect(sealedTo(sent)).toBe(second)
    const back = verify(await send(nld, 'EST'), est.directory(), world.clock.now)
    expect(back.parsed.header.signers).toEqual(made.slice(0, 2).map(({ id }) => id))
  })

  test('what was sealed to the old one before is opened after', async () => {
    const { id } = await submit(nld, inFlight, fromEst)
    expect((await handOver(nld, id)).envelope.recipients).toEqual([{ party: 'NLD', kid: first }])
  })

  test('a sender that does not know the version yet may seal to the old one for a while', () => {
    world.clock.now += 6 * day
    expect(nld.directory().keys.get(first)?.registered.until).toBeGreaterThan(world.clock.now)
    expect(sealingKeyOf(nld.directory(), 'NLD', first, world.clock.now).id).toBe(first)
  })

  test('the old one is destroyed when nothing sealed to it can be accepted any more, and no earlier', async () => {
    const until = nld.directory().keys.get(first)?.registered.until ?? 0
    world.clock.now = until + 7 * day
    await kept.look(nld)
    expect(openingIds()).toContain(first)
    world.clock.now += 301
    await kept.look(nld)
    expect(openingIds()).not.toContain(first)
    expect(readdirSync(folder).filter((name) => name.startsWith('open-1') || name.startsWith('.'))).toEqual(
      [],
    )
  })

  test('the ledger holds every step of it, once, and nothing secret', async () => {
    const entered = await changes()
    expect(new Set(entered).size).toBe(entered.length)
    expect(entered.filter((detail) => detail.includes(first)).map((detail) => detail.split(': ')[1])).toEqual(
      ['made', 'in use', 'retired', 'destroyed'],
    )
    expect(entered).toContain(`open key ${second}: in use`)
  })

  test('a key that is gone stays listed, ended, and evidence of before verifies by the newest version', async () => {
    await publish(enrolled)
    const listed = nld.directory().keys.get(first)?.registered
    expect(listed?.until).toBeLessThan(world.clock.now)
    expect(verify(inFlight, est.directory(), sealedAt).issuer).toBe('EST')
  })

  test('a revoked key acts no more from the next version on, and is destroyed', async () => {
    const [ed25519, mlDsa65] = ownKeys(nld).signing
    const signed = await send(nld, 'EST')
    const revoked = world.clock.now + 60
    await publish((keys) =>
      keys.map((listed) => (listed.key.id === ed25519.id ? { ...listed, revoked } : listed)),
    )
    expect(verify(signed, est.directory(), revoked - 1).issuer).toBe('NLD')
    world.clock.now = revoked
    await expect(submit(est, signed, { kind: 'exchange', party: 'NLD' })).rejects.toMatchObject({
      code: 'revoked-key',
    })
    expect(ownKeys(nld).signing.map(({ id }) => id)).not.toContain(mlDsa65.id)
    await expect(send(nld, 'EST')).resolves.toBeDefined()
    world.clock.now += 301
    await kept.look(nld)
    expect(keystore.find(ed25519.id)).toBeUndefined()
    expect(await changes()).toContain(`sign key ${ed25519.id}: destroyed`)
  })

  test('a revoked transport key asks for nothing any more', async () => {
    const key = nld.keys.transport
    const ask = async () => {
      const targetUri = `${originOf(world.party('EST').exchangePort)}/v1/envelopes`
      const parts = { method: 'POST', targetUri, body: new TextEncoder().encode('no envelope') }
      const headers = { 'content-type': 'application/cose', ...signRequest(parts, key, world.clock.now) }
      return (await fetch(targetUri, { method: 'POST', body: parts.body, headers })).status
    }
    expect(await ask()).toBe(400)
    const revoked = world.clock.now
    await publish((keys) => keys.map((each) => (each.key.id === key.id ? { ...each, revoked } : each)))
    expect(await ask()).toBe(401)
    expect(nld.keys.transport.id).not.toBe(key.id)
  })

  test('checkpoints by a revoked ledger key are refused as such', async () => {
    const now = world.clock.now
    expect(ledgerKeysOf(est.directory(), 'NLD', now).ed25519.id).toBe(world.party('NLD').ledger[0].id)
    await publish((keys) => keys.map((each) => (each.use === 'ledger' ? { ...each, revoked: now } : each)))
    expect(() => ledgerKeysOf(est.directory(), 'NLD', now)).toThrow(
      expect.objectContaining({ code: 'revoked-key' }),
    )
    expect(ledgerKeysOf(est.directory(), 'NLD', now - 1)).toBeDefined()
  })

  test('who asks whether the gateway is ready is told what ends soon', async () => {
    const ready = async () => {
      const answer = await fetch(`${originOf(world.party('EST').agencyPort)}/readyz`)
      return (await answer.json()) as { readonly expiries?: readonly object[] }
    }
    expect((await ready()).expiries).toBeUndefined()
    const { expires } = est.registry.current().document
    world.clock.now = expires - 5 * day
    expect((await ready()).expiries).toEqual([
      { what: 'registry', at: new Date(expires * 1000).toISOString().replace('.000', '') },
    ])
  })

  test(inToken ? 'the token signed all of it' : 'the files hold all of it', () => {
    const where = keystore.list().filter(({ publicKey }) => publicKey.algorithm === 'ed25519')
    expect(where.every(({ held }) => held === (inToken ? 'token' : 'file'))).toBe(true)
  })
})

function withKeysOfNld(
  document: RegistryDocument,
  change: (keys: readonly RegisteredKey[]) => readonly RegisteredKey[],
): RegistryDocument {
  const parties = document.parties.map((party) =>
    party.id === 'NLD' ? { ...party, keys: change(party.keys) } : party,
  )
  return { ...document, parties }
}
