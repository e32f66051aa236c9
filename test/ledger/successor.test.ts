/** A ledger whose database was lost, and the one that succeeds it: it names the last known checkpoint, and old receipts count. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openKeystore } from '../../keys/keystore.ts'
import { Passphrase } from '../../keys/passphrase.ts'
import { utf8 } from '../../protocol/bytes.ts'
import { directoryOf, keysOfLedger } from '../../protocol/directory.ts'
import { parseCheckpoint, signCheckpoint, verifyCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { verifyReceipt } from '../../protocol/ledger/receipt.ts'
import { acceptFirst, acceptNext, readUnverified, type RegistryDocument } from '../../protocol/registry.ts'
import { rootsDigest } from '../../protocol/roots.ts'
import type { DatabaseSource } from '../../src/database/open.ts'
import { readAnchor } from '../../src/ledger/anchor.ts'
import { readDescriptor } from '../../src/ledger/genesis.ts'
import type { LedgerFiles } from '../../src/open-ledger.ts'
import { anchorOf } from '../support/anchors.ts'
import { jsonOf, pouch } from '../support/command-line.ts'
import {
  bytesOf,
  type CommandLineWorld,
  foundByCommands,
  opening,
  passphrase,
} from '../support/command-line-world.ts'
import { eachDatabase } from '../support/databases.ts'
import { signedBy } from '../support/registry.ts'
import { eventOf } from '../support/sequenced.ts'
import { makeWorld, type World } from '../support/world.ts'

eachDatabase('a successor ledger', ({ fresh }) => {
  let world: World
  let lost: {
    readonly origin: string
    readonly note: string
    readonly receipt: Uint8Array
    readonly anchorFile: string
  }
  let next: RegistryDocument
  beforeAll(async () => {
    world = await makeWorld({ parties: [{ id: 'EST', accreditation: 4 }], database: fresh })
    const database = await fresh()
    const { gateway, close } = await world.compose('EST', { database })
    const { receipt } = await gateway.sequencer.push(eventOf('a'))
    await close()
    const origin = gateway.ledger.keys.origin
    const anchorFile = anchorOf(database)
    lost = { origin, note: (await readAnchor(anchorFile)) ?? '', receipt, anchorFile }
    next = succeeding(`${origin}/2`)
  })
  afterAll(() => world.end())

  const held = () => acceptFirst(world.registry, rootsDigest(world.document.roots))
  const succeeding = (ledger: string): RegistryDocument => ({
    ...world.document,
    version: 2,
    previous: held().documentDigest,
    parties: world.document.parties.map((party) => ({ ...party, ledger, earlierLedgers: [party.ledger] })),
  })
  const start = async (database: DatabaseSource, ledgerFiles: LedgerFiles) => {
    const files = [world.registry, signedBy(next, world.roots)]
    const registry = { pinnedRoots: rootsDigest(world.document.roots), files }
    return world.compose('EST', { database, ledgerFiles, registry })
  }

  test('names the last known checkpoint in its first entry, and from then on has an anchor of its own', async () => {
    const database = await fresh()
    const files = { anchorFile: lost.anchorFile, predecessor: lost.note }
    const { size, root } = parseCheckpoint(utf8(lost.note))
    const first = await start(database, files)
    const ledger = await readDescriptor(first.gateway.database)
    expect(ledger).toMatchObject({
      origin: `${lost.origin}/2`,
      successorOf: { origin: lost.origin, size, root },
    })
    await first.close()
    expect(parseCheckpoint(utf8((await readAnchor(lost.anchorFile)) ?? '')).origin).toBe(`${lost.origin}/2`)
    await (await start(database, files)).close()
    // Where the file with the predecessor is gone, the ledger itself says it.
    await (await start(database, { anchorFile: lost.anchorFile })).close()
    // Another replica may have the anchor of before.
    writeFileSync(`${lost.anchorFile}.2`, lost.note)
    const replica = start(database, { anchorFile: `${lost.anchorFile}.2` })
    await expect(replica).rejects.toMatchObject({ code: 'no-anchor' })
    await (await start(database, { anchorFile: `${lost.anchorFile}.2`, trustHead: true })).close()
    rmSync(`${lost.anchorFile}.2`)
    writeFileSync(lost.anchorFile, lost.note)
  })

  test('does not begin without naming the lost one', async () => {
    const anchored = start(await fresh(), { anchorFile: lost.anchorFile })
    await expect(anchored).rejects.toMatchObject({ code: 'no-anchor' })
  })

  test('does not succeed less than is known of the lost one', async () => {
    const signer = { keys: { ...keysOfEst(), origin: lost.origin }, pair: world.party('EST').ledger }
    const body = { origin: lost.origin, size: 1, root: new Uint8Array(32) }
    const predecessor = signCheckpoint(body, signer, world.clock.now)
    const early = start(await fresh(), { anchorFile: lost.anchorFile, predecessor })
    await expect(early).rejects.toMatchObject({ code: 'ledger-rollback' })
  })

  test('does not succeed a ledger that the registry does not list', async () => {
    const signer = { keys: { ...keysOfEst(), origin: 'elsewhere' }, pair: world.party('EST').ledger }
    const predecessor = signCheckpoint(
      { ...parseCheckpoint(utf8(lost.note)), origin: 'elsewhere' },
      signer,
      1,
    )
    const strange = start(await fresh(), { anchorFile: lost.anchorFile, predecessor })
    await expect(strange).rejects.toMatchObject({
      code: 'ledger-rollback',
      detail: 'the registry lists no earlier ledger elsewhere of EST',
    })
  })

  test('leaves the receipts and checkpoints of the lost one good', () => {
    const registry = acceptNext(signedBy(next, world.roots), held())
    const keys = keysOfLedger(directoryOf(registry, world.clock.now), lost.origin, world.clock.now)
    expect(verifyReceipt(lost.receipt, keys).origin).toBe(lost.origin)
    expect(verifyCheckpoint(utf8(lost.note), keys).origin).toBe(lost.origin)
  })

  const keysOfEst = () => {
    const [ed25519, mlDsa44] = world.party('EST').ledger
    return { ed25519: ed25519.publicKey, mlDsa44: mlDsa44.publicKey }
  }
})

describe('pouch ledger succeed', () => {
  let world: CommandLineWorld
  let origin: string
  let anchor: string
  beforeAll(async () => {
    world = await foundByCommands()
    const { parties } = readUnverified(bytesOf(world.at('registry.cose')))
    origin = parties.find(({ id }) => id === 'EST')?.ledger ?? ''
    anchor = world.at('est', 'anchor')
    writeFileSync(anchor, noteOf(origin, 40))
  })
  afterAll(() => rmSync(world.folder, { recursive: true }))

  const noteOf = (of: string, size: number): string => {
    const keystore = openKeystore(world.at('est', 'keys'), new Passphrase(passphrase))
    const pair = keystore.ledgerPair()
    const [ed25519, mlDsa44] = pair.map(({ id }) => keystore.find(id)?.publicKey)
    if (ed25519?.algorithm !== 'ed25519' || mlDsa44?.algorithm !== 'ml-dsa-44')
      throw new Error('no ledger keys')
    const body = { origin: of, size, root: new Uint8Array(32).fill(size) }
    return signCheckpoint(
      body,
      { keys: { origin: of, ed25519, mlDsa44 }, pair },
      Math.floor(Date.now() / 1000),
    )
  }
  const succeed = (...args: readonly string[]) =>
    pouch(['ledger', 'succeed', ...args, '--data', world.at('est')], opening)

  test('keeps the anchor as predecessor, and says what the signers put into the plan', async () => {
    const made = jsonOf(await succeed('--origin', `${origin}-2`, '--json'))
    expect(made).toMatchObject({
      predecessor: { origin, size: 40 },
      plan: { ledger: `${origin}-2`, earlierLedgers: [origin] },
    })
    expect(readFileSync(world.at('est', 'predecessor'), 'utf8')).toBe(readFileSync(anchor, 'utf8'))
    const said = await succeed('--origin', `${origin}-2`)
    expect(said).toMatchObject({ code: 0, err: '' })
    expect(said.out).toContain(`"ledger": "${origin}-2"`)
    expect(said.out).toContain('pouch serve --data')
  })

  test('the plan with both makes the next version of the registry', async () => {
    const { plan } = jsonOf(await succeed('--origin', `${origin}-2`, '--json')) as { readonly plan: object }
    const whole = JSON.parse(readFileSync(world.at('plan.json'), 'utf8')) as {
      readonly parties: readonly object[]
    }
    const parties = whole.parties.map((party, i) => (i === 0 ? { ...party, ...plan } : party))
    writeFileSync(world.at('plan-2.json'), JSON.stringify({ ...whole, parties }))
    const proposed = await pouch([
      ...['registry', 'propose', world.at('plan-2.json'), '--next'],
      ...['--out', world.at('2.proposal'), '--data', world.at('est')],
    ])
    expect(proposed).toMatchObject({ code: 0 })
    const [listed] = readUnverified(bytesOf(world.at('2.proposal'))).parties
    expect(listed).toMatchObject(plan)
  })

  test('refuses a checkpoint that is older than the anchor, and one of another party', async () => {
    const file = world.at('checkpoint')
    writeFileSync(file, noteOf(origin, 39))
    expect(jsonOf(await succeed('--origin', `${origin}-2`, '--checkpoint', file, '--json'))).toMatchObject({
      refused: 'ledger-rollback',
    })
    writeFileSync(file, noteOf(origin, 41))
    expect(jsonOf(await succeed('--origin', `${origin}-2`, '--checkpoint', file, '--json'))).toMatchObject({
      predecessor: { size: 41 },
    })
    writeFileSync(file, noteOf('elsewhere', 41))
    expect(jsonOf(await succeed('--origin', `${origin}-2`, '--checkpoint', file, '--json'))).toMatchObject({
      refused: 'unknown-party',
    })
  })

  test('is used wrongly without an anchor, with the origin that there is, or with none', async () => {
    expect((await succeed('--origin', origin)).code).toBe(2)
    expect((await succeed('--origin', 'https://pouch.example')).code).toBe(2)
    expect((await succeed()).code).toBe(2)
    rmSync(anchor)
    expect(await succeed('--origin', `${origin}-2`)).toMatchObject({ code: 2 })
    expect(existsSync(world.at('est', 'predecessor.new'))).toBe(false)
  })
})
