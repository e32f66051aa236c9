/** Time stamps: the newest checkpoint, stamped by an authority with a certificate of its own, and verified by openssl. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { utf8 } from '../../protocol/bytes.ts'
import { verifyCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { parseRecord } from '../../protocol/ledger/record.ts'
import { readEntries } from '../../src/ledger/entries-table.ts'
import { startStamper } from '../../src/ledger/time-stamps/stamper.ts'
import { timeStampsFrom } from '../../src/ledger/time-stamps/time-stamps-table.ts'
import { parseCertificate } from '../../src/ledger/time-stamps/authority.ts'
import { timeStampRequest, verifyResponse } from '../../src/ledger/time-stamps/request.ts'
import { signerOf } from '../../src/ledger/time-stamps/token.ts'
import { createLogger } from '../../src/logger.ts'
import { eachDatabase } from '../support/databases.ts'
import { eventually } from '../support/eventually.ts'
import { signer } from '../support/ledger.ts'
import { eventOf, openTestSequencer } from '../support/sequenced.ts'
import {
  type Authority,
  hasOpenssl,
  opensslVerifiesStamp,
  startAuthority,
} from '../support/time-stamping-authority.ts'

if (!hasOpenssl) console.warn('skipped: time stamps need openssl')

describe.skipIf(!hasOpenssl)('a time stamp', () => {
  let authority: Authority
  let other: Authority
  beforeAll(async () => {
    authority = await startAuthority()
    other = await startAuthority()
  })
  afterAll(async () => {
    await authority.end()
    await other.end()
  })

  const trusted = () => parseCertificate(readFileSync(authority.certificate, 'utf8'))
  const stamped = utf8('a checkpoint\n')
  const refused = (detail: string) => expect.objectContaining({ code: 'bad-time-stamp', detail }) as Error

  test('is asked for in the DER that openssl reads', () => {
    const { bytes } = timeStampRequest(stamped)
    const folder = mkdtempSync(path.join(tmpdir(), 'pouch-query-'))
    const file = path.join(folder, 'query.tsq')
    writeFileSync(file, bytes)
    const text = execFileSync('openssl', ['ts', '-query', '-in', file, '-text'], { stdio: 'pipe' }).toString()
    rmSync(folder, { recursive: true })
    expect(text).toContain('Hash Algorithm: sha256')
    expect(text).toContain('Certificate required: yes')
    const dumped = [...text.matchAll(/^ {4}\d{4} - ([0-9a-f -]{47})/gm)].map(([, hex = '']) => hex)
    expect(dumped.join('').replaceAll(/[ -]/g, '')).toBe(createHash('sha256').update(stamped).digest('hex'))
  })

  test('is taken when it is granted for what was asked, by the trusted certificate', async () => {
    const request = timeStampRequest(stamped)
    const { at } = await verifyResponse(authority.reply(request.bytes), request, stamped, trusted())
    expect(Math.abs(at - Date.now() / 1000)).toBeLessThan(60)
  })

  test('is refused of another imprint, with another nonce, and by another certificate', async () => {
    const request = timeStampRequest(stamped)
    const elsewhere = timeStampRequest(utf8('another checkpoint\n'))
    const again = timeStampRequest(stamped)
    for (const { bytes } of [elsewhere, again]) {
      const response = verifyResponse(authority.reply(bytes), request, stamped, trusted())
      await expect(response).rejects.toEqual(refused('another imprint or nonce than was asked for'))
    }
    const stranger = verifyResponse(other.reply(request.bytes), request, stamped, trusted())
    await expect(stranger).rejects.toEqual(refused('not signed by CN=Test TSA'))
  })

  test('is by nobody where its certificate was not valid then', async () => {
    const request = timeStampRequest(stamped)
    const stamp = await verifyResponse(authority.reply(request.bytes), request, stamped, trusted())
    expect(await signerOf(stamp, stamped, [trusted()])).toBeDefined()
    const days = 24 * 3600
    for (const at of [stamp.at - 2 * days, stamp.at + 3 * days])
      expect(await signerOf({ ...stamp, at }, stamped, [trusted()])).toBeUndefined()
  })

  test('is refused when it is not granted', async () => {
    const request = timeStampRequest(stamped)
    // PKIStatus rejection, and no token.
    const rejection = Uint8Array.of(0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02)
    await expect(verifyResponse(rejection, request, stamped, trusted())).rejects.toEqual(
      refused('not granted'),
    )
  })

  test('is refused with any byte changed, or left off', async () => {
    const request = timeStampRequest(stamped)
    const response = authority.reply(request.bytes)
    const signature = response.length - 5
    for (const at of [signature, Math.floor(response.length / 4), 0, 1, 2, 3]) {
      const changed = Uint8Array.from(response)
      changed[at] = (changed[at] ?? 0) ^ 1
      const verified = verifyResponse(changed, request, stamped, trusted()).then(
        ({ token }) => Buffer.from(token).equals(response.subarray(-token.length)),
        () => false,
      )
      expect(await verified, `byte ${at}`).toBe(false)
    }
    const short = verifyResponse(response.subarray(0, -1), request, stamped, trusted())
    await expect(short).rejects.toMatchObject({ code: 'bad-time-stamp' })
  })

  eachDatabase('of a ledger', ({ open }) => {
    test('is made at the first checkpoint and each hour, entered, and verified by openssl', async () => {
      const database = await open()
      const sequencer = await openTestSequencer(database)
      await sequencer.push(eventOf('a'))
      const clock = { now: Math.floor(Date.now() / 1000) }
      const timeStamping = { url: authority.url, certificate: trusted() }
      const logger = createLogger('silent')
      const run = async (count: number) => {
        const options = { party: 'EST', database, sequencer, logger, now: () => clock.now, timeStamping }
        const stop = startStamper(options)
        const rows = await eventually(`${count} time stamps`, async () => {
          const found = await timeStampsFrom(database, 0, 10)
          return found.length === count ? found : undefined
        })
        await stop()
        return rows
      }
      const [first] = await run(1)
      if (first === undefined) throw new Error('none')
      await run(1)
      clock.now += 3700
      const [, second] = await run(2)
      expect(second?.size).toBeGreaterThan(first.size)

      expect(verifyCheckpoint(utf8(first.note), signer.keys).size).toBe(first.size)
      const [entry] = await readEntries(database, { start: first.size, end: first.size + 1 })
      expect(parseRecord(entry?.record ?? new Uint8Array(0))).toMatchObject({
        event: 'time-stamp',
        actor: 'EST',
        digest: new Uint8Array(createHash('sha256').update(first.token).digest()),
      })
      expect(opensslSays(first.note, first.token)).toBe(true)
      expect(opensslSays(`${first.note} `, first.token)).toBe(false)
      await sequencer.close()
    })

    test('that is none is said, and nothing is entered', async () => {
      const database = await open()
      const sequencer = await openTestSequencer(database)
      const lines: string[] = []
      const logger = createLogger('info', { write: (line) => void lines.push(line) })
      const timeStamping = { url: other.url, certificate: trusted() }
      const now = () => Math.floor(Date.now() / 1000)
      const stop = startStamper({ party: 'EST', database, sequencer, logger, now, timeStamping })
      const line = await eventually('the word', () => lines.at(0))
      expect(JSON.parse(line)).toMatchObject({
        event: 'task-failed',
        task: 'time-stamp',
        code: 'bad-time-stamp',
      })
      await stop()
      expect(await timeStampsFrom(database, 0, 10)).toEqual([])
      await sequencer.close()
    })
  })

  function opensslSays(note: string, token: Uint8Array): boolean {
    const folder = mkdtempSync(path.join(tmpdir(), 'pouch-stamp-'))
    const [data, der] = [path.join(folder, 'checkpoint'), path.join(folder, 'token')]
    writeFileSync(data, note)
    writeFileSync(der, token)
    const verified = opensslVerifiesStamp(authority, data, der)
    rmSync(folder, { recursive: true })
    return verified
  }
})
