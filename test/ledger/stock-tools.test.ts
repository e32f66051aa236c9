/**
 * What we export is what others read: Go's golang.org/x/mod and openssl verify checkpoints, proofs and a whole ledger of a
 * real gateway, and refuse each of them when one bit is changed.
 */
import { verify as nodeVerify } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { concat, fromBase64, toBase64, utf8 } from '../../protocol/bytes.ts'
import { noteKeys, parseCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { proveConsistency, proveInclusion } from '../../protocol/ledger/merkle-proof.ts'
import { signaturesBy, vkey } from '../../protocol/ledger/note.ts'
import { formatProof } from '../../protocol/ledger/proof.ts'
import {
  entriesPath,
  nodesFromTiles,
  parseEntries,
  parseTile,
  tilePath,
} from '../../protocol/ledger/tiles.ts'
import { Client } from '../../src/client/client.ts'
import { exportLedger } from '../../src/client/export.ts'
import type { Gateway } from '../../src/exchange/gateway.ts'
import { issueCredentials } from '../../src/http/credentials.ts'
import { eachDatabase } from '../support/databases.ts'
import { eventOf } from '../support/sequenced.ts'
import { ledgerCheck, opensslKnows, opensslVerifies, publicPem } from '../support/stock-tools.ts'
import { makeWorld, originOf, type World } from '../support/world.ts'

const go = ledgerCheck()
const openssl = opensslKnows('Ed25519')
const opensslMlDsa = opensslKnows('ML-DSA-44')
const work = mkdtempSync(path.join(tmpdir(), 'pouch-stock-'))

afterAll(() => {
  go?.remove()
  rmSync(work, { recursive: true, force: true })
})

const provenIndex = 300

eachDatabase('a ledger read by others', ({ kind, fresh }) => {
  let world: World
  /** Exports of one ledger, the second when it had grown. */
  const [older, newer] = [path.join(work, kind, 'older'), path.join(work, kind, 'newer')]
  const [olderNote, newerNote] = [path.join(older, 'checkpoint'), path.join(newer, 'checkpoint')]

  beforeAll(async () => {
    world = await makeWorld({ parties: [{ id: 'EST', accreditation: 4 }], database: fresh })
    const { gateway } = await world.start('EST')
    const [issued] = await issueCredentials(gateway.database, [{ name: 'audit', roles: ['auditor'] }], 0)
    const client = new Client({
      url: originOf(world.party('EST').agencyPort),
      credential: issued?.token ?? '',
    })
    mkdirSync(path.join(work, kind))
    await growTo(600, gateway)
    await exportLedger(client, older, () => undefined)
    await growTo(1100, gateway)
    await exportLedger(client, newer, () => undefined)
  })
  afterAll(() => world.end())

  const keys = () => {
    const [ed25519, mlDsa44] = world.party('EST').ledger
    const { origin } = parseCheckpoint(new Uint8Array(readFileSync(newerNote)))
    return { origin, ed25519: ed25519.publicKey, mlDsa44: mlDsa44.publicKey }
  }
  const ownVkey = (): string => vkey(noteKeys(keys())[0])
  const verify = (command: string, ...files: readonly string[]) =>
    go?.check(command, ownVkey(), ...files) ?? { good: false, text: 'no Go' }
  const accepted = (command: string, ...files: readonly string[]): void => {
    const { good, text } = verify(command, ...files)
    expect(good, text).toBe(true)
    console.info(`Go (${kind}), ${command}: ${text}`)
  }
  const nodesOf = (size: number) =>
    nodesFromTiles(size, (tile) => parseTile(bytesOf(path.join(newer, tilePath(tile))), tile.width))

  describe.skipIf(go === undefined)('by golang.org/x/mod', () => {
    test('a checkpoint', () => {
      accepted('checkpoint', newerNote)
      for (const changed of changedNotes(newerNote)) expect(verify('checkpoint', changed).good).toBe(false)
      const stranger = ownVkey().replace(keys().origin, 'stranger.example')
      expect(go?.check('checkpoint', stranger, newerNote).good).toBe(false)
    })

    test('an inclusion proof', () => {
      const { size } = parseCheckpoint(bytesOf(newerNote))
      const { path: hashes } = proveInclusion(provenIndex, size, nodesOf(size))
      const bundle = bytesOf(path.join(newer, entriesPath({ index: 1, width: 256 })))
      const leaf = parseEntries(bundle, 256)[provenIndex - 256] ?? new Uint8Array(0)
      const checkpoint = readFileSync(newerNote, 'utf8')
      const proof = { index: provenIndex, path: hashes, checkpoint, extra: leaf }
      const file = (name: string, content: typeof proof): string => {
        const place = path.join(work, `${kind}-${name}`)
        writeFileSync(place, formatProof(content))
        return place
      }
      accepted('inclusion', file('good', proof))
      const wrong = [
        file('leaf', { ...proof, extra: flipped(leaf) }),
        file('index', { ...proof, index: provenIndex + 1 }),
        ...hashes.map((hash, i) => file(`path-${i}`, { ...proof, path: hashes.with(i, flipped(hash)) })),
        ...changedNotes(newerNote).map((note, i) =>
          file(`note-${i}`, { ...proof, checkpoint: readFileSync(note, 'utf8') }),
        ),
        // An inner node in the place of a leaf: the leaf is hashed as a leaf.
        file('inner', { ...proof, extra: concat(hashes[0] ?? leaf, hashes[1] ?? leaf) }),
      ]
      for (const each of wrong) expect(verify('inclusion', each).good, each).toBe(false)
    })

    test('a consistency proof', () => {
      const [first, second] = [olderNote, newerNote].map((note) => parseCheckpoint(bytesOf(note)).size)
      const { path: hashes } = proveConsistency(first ?? 0, second ?? 0, nodesOf(second ?? 0))
      const file = (name: string, content: readonly Uint8Array[]): string => {
        const place = path.join(work, `${kind}-consistency-${name}`)
        writeFileSync(place, content.map((hash) => `${toBase64(hash)}\n`).join(''))
        return place
      }
      const good = file('good', hashes)
      accepted('consistency', olderNote, newerNote, good)
      for (const [i, hash] of hashes.entries()) {
        const wrong = file(`hash-${i}`, hashes.with(i, flipped(hash)))
        expect(verify('consistency', olderNote, newerNote, wrong).good).toBe(false)
      }
      for (const wrong of changedNotes(olderNote))
        expect(verify('consistency', wrong, newerNote, good).good).toBe(false)
      expect(verify('consistency', olderNote, newerNote, file('short', hashes.slice(1))).good).toBe(false)
    })

    test('a whole export, every leaf hashed again', () => {
      accepted('export', older)
      accepted('export', newer, olderNote)
    })

    test.each([
      {
        what: 'a leaf of a full bundle',
        file: 'tile/entries/001',
        at: 5000,
        says: 'the leaves lead to the root',
      },
      { what: 'the last leaf', file: 'tile/entries/004.p/76', at: -1, says: 'the leaves lead to the root' },
      { what: 'the length of a leaf', file: 'tile/entries/000', at: 1, says: 'root|ends|holds more' },
      { what: 'a full tile', file: 'tile/0/002', at: 4242, says: 'tile/0/002 does not hold the hashes' },
      { what: 'a partial tile', file: 'tile/0/004.p/76', at: 3, says: 'tile/0/004.p/76 does not hold' },
      {
        what: 'a tile of the level above',
        file: 'tile/1/000.p/4',
        at: 99,
        says: 'tile/1/000.p/4 does not hold',
      },
    ])('not one with a changed bit in $what', ({ file, at, says }) => {
      const copy = path.join(work, kind, `copy-${file.replaceAll('/', '-')}`)
      cpSync(newer, copy, { recursive: true })
      const place = path.join(copy, file)
      writeFileSync(place, flipped(bytesOf(place), at))
      const { good, text } = verify('export', copy)
      expect(good).toBe(false)
      expect(text).toMatch(new RegExp(says))
    })

    test('not one whose checkpoint is changed', () => {
      for (const [i, note] of changedNotes(newerNote).entries()) {
        const copy = path.join(work, kind, `copy-note-${i}`)
        cpSync(newer, copy, { recursive: true })
        cpSync(note, path.join(copy, 'checkpoint'))
        expect(verify('export', copy).good).toBe(false)
      }
    })
  })

  test.skipIf(!openssl)('by openssl: the Ed25519 signature of a checkpoint', () => {
    const { note } = parseCheckpoint(bytesOf(newerNote))
    const [key] = noteKeys(keys())
    const signature = signaturesBy(note, key)[0] ?? new Uint8Array(0)
    expectVerified(publicPem('Ed25519', key.key.bytes), utf8(note.text), signature)
  })

  const mlDsa44Cosignature = () => {
    const { note, size, root, origin } = parseCheckpoint(bytesOf(newerNote))
    const [, key] = noteKeys(keys())
    const timestamped = Buffer.from(signaturesBy(note, key)[0] ?? new Uint8Array(0))
    const name = (text: string): Buffer => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)])
    const numbers = Buffer.alloc(16)
    numbers.writeBigUInt64BE(BigInt(size), 8)
    const message = Buffer.concat([
      ...[Buffer.from('subtree/v1\n\0'), name(origin), timestamped.subarray(0, 8)],
      ...[name(origin), numbers, root],
    ])
    return { pem: publicPem('ML-DSA-44', key.key.bytes), message, signature: timestamped.subarray(8) }
  }

  test('by the OpenSSL within Node: the ML-DSA-44 signature of a checkpoint', () => {
    const { pem, message, signature } = mlDsa44Cosignature()
    expect(nodeVerify(null, message, pem, signature)).toBe(true)
    expect(nodeVerify(null, flipped(message), pem, signature)).toBe(false)
  })

  test.skipIf(!opensslMlDsa)('by openssl: the ML-DSA-44 signature of a checkpoint', () => {
    const { pem, message, signature } = mlDsa44Cosignature()
    expectVerified(pem, message, signature)
  })
})

async function growTo(size: number, { sequencer }: Gateway): Promise<void> {
  const { index } = await sequencer.push(eventOf(`to ${size}`))
  const keys = Array.from({ length: size - index - 1 }, (_, i) => `${i} of those to ${size}`)
  for (let i = 0; i < keys.length; i += 250)
    await Promise.all(keys.slice(i, i + 250).map((key) => sequencer.push(eventOf(key))))
}

function expectVerified(pem: string, message: Uint8Array, signature: Uint8Array): void {
  expect(opensslVerifies(pem, message, signature)).toBe(true)
  expect(opensslVerifies(pem, flipped(message), signature)).toBe(false)
  expect(opensslVerifies(pem, message, flipped(signature))).toBe(false)
}

function bytesOf(file: string): Uint8Array {
  return new Uint8Array(readFileSync(file))
}

/** One bit of the byte at this place; a negative one counts from the end. */
function flipped(bytes: Uint8Array, at = 0): Uint8Array {
  const copy = new Uint8Array(bytes)
  const place = at < 0 ? bytes.length + at : at
  copy[place] = (copy[place] ?? 0) ^ 1
  return copy
}

/** Files with the checkpoint changed in its size, its root, and its first signature. */
function changedNotes(file: string): readonly string[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  const [, size = '', root = ''] = lines
  const signature = /^(\u2014 \S+ )(\S+)$/.exec(lines[4] ?? '') ?? []
  const [, signer = '', signed = ''] = signature
  const changes = [
    lines.with(1, String(Number(size) - 1)),
    lines.with(2, changedBase64(root, 7)),
    lines.with(4, signer + changedBase64(signed, 20)),
  ]
  return changes.map((changed, i) => {
    const place = path.join(work, `${path.basename(path.dirname(file))}-note-${i}`)
    writeFileSync(place, changed.join('\n'))
    return place
  })
}

function changedBase64(text: string, at: number): string {
  return toBase64(flipped(fromBase64(text) ?? new Uint8Array(0), at))
}
