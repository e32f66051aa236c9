/**
 * An administrator of the database, with every right on it and no key: whatever of the ledger is changed, the auditor's
 * verification of an export names what and where, or the gateway does not start on it.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HeldSigningKey } from '../../keys/signing-key.ts'
import { concat, fromUtf8, utf8 } from '../../protocol/bytes.ts'
import { type Directory, directoryOf, ledgerKeysOf } from '../../protocol/directory.ts'
import {
  type LedgerKeys,
  parseCheckpoint,
  verifyCheckpoint,
  verifyWitnesses,
} from '../../protocol/ledger/checkpoint.ts'
import { cosign } from '../../protocol/ledger/cosignature.ts'
import { proveInclusion } from '../../protocol/ledger/merkle-proof.ts'
import { formatNote, noteKey, noteTypes } from '../../protocol/ledger/note.ts'
import { formatProof, verifyProof } from '../../protocol/ledger/proof.ts'
import { nodesFromTiles, parseTile, tilePath } from '../../protocol/ledger/tiles.ts'
import { acceptFirst } from '../../protocol/registry.ts'
import { rootsDigest } from '../../protocol/roots.ts'
import { verifyExport } from '../../src/cli/export-folder.ts'
import { Client } from '../../src/client/client.ts'
import { exportLedger } from '../../src/client/export.ts'
import type { Database } from '../../src/database/open.ts'
import { issueCredentials } from '../../src/http/credentials.ts'
import { loadPosition } from '../../src/ledger/position.ts'
import { eachDatabase } from '../support/databases.ts'
import { eventOf } from '../support/sequenced.ts'
import { changeByte } from '../support/tampered.ts'
import { makeWorld, originOf, type World } from '../support/world.ts'

const work = mkdtempSync(path.join(tmpdir(), 'pouch-adversary-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

const count = 600

eachDatabase('an administrator without a key', ({ kind, fresh }) => {
  let world: World
  let database: Database
  let client: Client
  let directory: Directory
  let keys: LedgerKeys
  beforeAll(async () => {
    const parties = ['EST', 'NLD'].map((id) => ({ id, accreditation: 4 as const }))
    world = await makeWorld({ parties, database: fresh })
    const { gateway } = await world.start('EST')
    database = gateway.database
    const [issued] = await issueCredentials(database, [{ name: 'audit', roles: ['auditor'] }], 0)
    const url = originOf(world.party('EST').agencyPort)
    const patience = { attempts: 1, firstPauseMilliseconds: 20, longestPauseMilliseconds: 20 }
    client = new Client({ url, credential: issued?.token ?? '', patience })
    directory = directoryOf(acceptFirst(world.registry, rootsDigest(world.document.roots)), world.clock.now)
    keys = ledgerKeysOf(directory, 'EST', world.clock.now)
    for (let next = 2; next < count; ) {
      const names = Array.from({ length: Math.min(200, count - next) }, (_, i) => `event ${next + i}`)
      const entered = await Promise.all(names.map((key) => gateway.sequencer.push(eventOf(key))))
      next = Math.max(...entered.map(({ index }) => index)) + 1
    }
  })
  afterAll(() => world.end())

  let exports = 0
  /** As an auditor does it: everything over HTTP, then everything verified offline. */
  const audited = async () => {
    const folder = path.join(work, `${kind}-${(exports += 1)}`)
    await exportLedger(client, folder, () => undefined)
    return { folder, verified: verifyExport(folder, directory, world.clock.now, () => undefined) }
  }
  const refused = (code: string, detail: RegExp) =>
    expect.objectContaining({ code, detail: expect.stringMatching(detail) as string }) as Error

  test('has a ledger before him that is whole', async () => {
    const { verified } = await audited()
    expect(verified.size).toBeGreaterThanOrEqual(count)
    expect(verified.records).toBe(verified.size)
  })

  const entry = (index: number) => sql`index = ${index}`
  const tile = (level: number, index: number) => sql`level = ${level} and index = ${index}`
  test.each([
    ['the commitment in a leaf', 'ledger_entry', 'leaf', entry(300), 0, 'broken-chain', /^entry 300/],
    ['the link in a leaf', 'ledger_entry', 'leaf', entry(300), 40, 'broken-chain', /^entry 300/],
    ['the first leaf', 'ledger_entry', 'leaf', entry(0), 40, 'broken-chain', /^entry 0/],
    ['a record', 'ledger_entry', 'record', entry(123), 0, 'broken-chain', /^entry 123/],
    ['the key of a record', 'ledger_entry', 'secret', entry(124), 3, 'broken-chain', /^entry 124/],
  ] as const)('changes one byte of %s', async (_, table, column, where, fromEnd, code, detail) => {
    // The newest note is made when it is first asked for: so that it is there whatever follows.
    await client.ledgerFile('checkpoint')
    const change = () => changeByte(database, table, column, where, fromEnd)
    const finding = { code, detail: expect.stringMatching(detail) as string }
    await during(change, change, () => expect(audited()).rejects.toMatchObject(finding))
  })

  test.each([
    ['the last leaf', 'ledger_entry', 'leaf', sql`index = (select size - 1 from ledger_head)`],
    ['a full tile', 'ledger_tile', 'hashes', tile(0, 1)],
    ['the root in the head', 'ledger_head', 'root', sql`true`],
    ['the last hash in the head', 'ledger_head', 'last', sql`true`],
  ] as const)('changes one byte of %s, and no gateway starts on it', async (_, table, column, where) => {
    const change = () => changeByte(database, table, column, where)
    const finding = refused('broken-chain', /head at \d+/)
    await during(change, change, () => expect(loadPosition(database, keys)).rejects.toEqual(finding))
  })

  const newestNote = async (): Promise<string> => fromUtf8(await client.ledgerFile('checkpoint'))
  const writeNote = (note: string) => async (): Promise<void> => {
    const newest = sql`(select max(size) from ledger_checkpoint)`
    await sql`update ledger_checkpoint set note = ${note} where size = ${newest}`.execute(database)
  }

  test('writes another root into the newest checkpoint: the gateway does not serve it, a reader does not believe it', async () => {
    const note = await newestNote()
    const other = note.replace(/^(.*\n\d+\n).*\n/, `$1${'A'.repeat(43)}=\n`)
    await during(writeNote(other), writeNote(note), () =>
      expect(audited()).rejects.toMatchObject({ code: 'broken-chain' }),
    )
    expect(() => verifyCheckpoint(utf8(other), keys)).toThrow(refused('bad-signature', /note key/))
  })

  test('changes one byte of a full tile: the gateway gives no export, and none with that tile is believed', async () => {
    const { folder } = await audited()
    const change = () => changeByte(database, 'ledger_tile', 'hashes', tile(0, 1), 77)
    await during(change, change, () => expect(audited()).rejects.toMatchObject({ code: 'unavailable' }))
    const file = path.join(folder, 'tile/0/001')
    const bytes = readFileSync(file)
    writeFileSync(file, bytes.with(77, (bytes[77] ?? 0) ^ 1))
    const verify = () => verifyExport(folder, directory, world.clock.now, () => undefined)
    expect(verify).toThrow(refused('bad-proof', /^tile\/0\/001 does not hold/))
  })

  test('adds the line of a witness that did not sign', async () => {
    const note = await newestNote()
    const checkpoint = parseCheckpoint(utf8(note))
    const { text, signatures } = checkpoint.note
    const witness = noteKey(
      'http://127.0.0.1:1/NLD',
      noteTypes.ed25519Cosignature,
      world.party('NLD').ledger[0].publicKey,
    )
    const line = cosign(witness, HeldSigningKey.generate('ed25519'), { ...checkpoint, text }, world.clock.now)
    const checked = verifyCheckpoint(
      utf8(formatNote({ text, signatures: [...signatures, line] })),
      ledgerKeysOf(directory, 'EST', world.clock.now),
    )
    expect(() => verifyWitnesses(checked, [witness])).toThrow(refused('bad-signature', /NLD/))
  })

  test('offers an inner node as a leaf', async () => {
    const { folder } = await audited()
    const checkpoint = readFileSync(path.join(folder, 'checkpoint'), 'utf8')
    const { size } = parseCheckpoint(utf8(checkpoint))
    const nodes = nodesFromTiles(size, (id) =>
      parseTile(new Uint8Array(readFileSync(path.join(folder, tilePath(id)))), id.width),
    )
    const { path: hashes } = proveInclusion(0, size, nodes)
    const inner = concat(nodes(0, 0), nodes(0, 1))
    const proof = formatProof({ index: 0, path: hashes.slice(1), checkpoint, extra: inner })
    expect(() => verifyProof(utf8(proof), keys)).toThrow(refused('bad-proof', /./))
    const asLeaf = formatProof({ index: 0, path: hashes, checkpoint, extra: inner })
    expect(() => verifyProof(utf8(asLeaf), keys)).toThrow(refused('bad-proof', /another root/))
  })

  test('leaves the ledger as it was, after all', async () => {
    const { size } = (await audited()).verified
    expect(size).toBeGreaterThanOrEqual(count)
    expect((await loadPosition(database, keys)).head.size).toBeGreaterThanOrEqual(size)
  })
})

/** Whatever comes of it, the change is undone. */
async function during(
  change: () => Promise<void>,
  undo: () => Promise<void>,
  find: () => Promise<unknown>,
): Promise<void> {
  await change()
  try {
    await find()
  } finally {
    await undo()
  }
}
