/** Time stamps in an export: verified by the authority's certificate, not called verified without it, and each change found. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { timeStampFile } from '../../protocol/ledger/export-format.ts'
import { rootsDigest } from '../../protocol/roots.ts'
import { Client } from '../../src/client/client.ts'
import { exportLedger } from '../../src/client/export.ts'
import { issueCredentials } from '../../src/http/credentials.ts'
import { parseCertificate } from '../../src/ledger/time-stamps/authority.ts'
import { timeStampRequest, verifyResponse } from '../../src/ledger/time-stamps/request.ts'
import { timeStampsFrom } from '../../src/ledger/time-stamps/time-stamps-table.ts'
import { pouch } from '../support/command-line.ts'
import { eachDatabase } from '../support/databases.ts'
import { eventually } from '../support/eventually.ts'
import { eventOf } from '../support/sequenced.ts'
import {
  type Authority,
  hasOpenssl,
  opensslVerifiesStamp,
  startAuthority,
} from '../support/time-stamping-authority.ts'
import { makeWorld, originOf, type World } from '../support/world.ts'

interface Verdict {
  readonly good: boolean
  readonly checks: readonly { readonly check: string; readonly outcome: string; readonly detail?: string }[]
  readonly facts: { readonly timeStamps?: string }
}

if (!hasOpenssl) console.warn('skipped: time stamps need openssl')

describe.skipIf(!hasOpenssl)('time stamps', () => {
  eachDatabase('in an export', ({ fresh }) => {
    const work = mkdtempSync(path.join(tmpdir(), 'pouch-stamped-'))
    let [authority, other]: Authority[] = []
    let world: World
    let whole = ''
    /** Sizes of the checkpoint that the gateway had stamped, and of the newest one. */
    let [entered, newest] = [0, 0]

    beforeAll(async () => {
      ;[authority, other] = [await startAuthority(), await startAuthority('Another TSA')]
      const timeStamping = { url: authority.url, certificate: certificateOf(authority) }
      world = await makeWorld({ parties: [{ id: 'EST', accreditation: 4 }], database: fresh })
      const vigilance = { entriesPerSecond: 0, timeStamping }
      const { gateway } = await world.start('EST', { vigilance })
      const stamp = await eventually('a stamp', async () => (await timeStampsFrom(gateway.database, 0, 1))[0])
      await gateway.sequencer.push(eventOf('later'))
      const [issued] = await issueCredentials(gateway.database, [{ name: 'audit', roles: ['auditor'] }], 0)
      const url = originOf(world.party('EST').agencyPort)
      whole = path.join(work, 'whole')
      await exportLedger(new Client({ url, credential: issued?.token ?? '' }), whole, () => undefined)
      entered = stamp.size
      newest = parseCheckpoint(bytesOf(whole, 'checkpoint')).size
    })
    afterAll(async () => {
      await world.end()
      await authority?.end()
      await other?.end()
      rmSync(work, { recursive: true, force: true })
    })

    const one = (): Authority => authority ?? expect.fail('no authority')
    const stranger = (): Authority => other ?? expect.fail('no authority')
    const verify = async (folder: string, ...options: readonly string[]): Promise<Verdict> => {
      const roots = rootsDigest(world.document.roots)
      const { out } = await pouch(['audit', 'verify', folder, '--roots', roots, '--json', ...options])
      return JSON.parse(out) as Verdict
    }
    const byOne = () => ['--tsa-certificate', one().certificate]
    const outcomeOf = ({ checks }: Verdict, name: string) => checks.find(({ check }) => check === name)
    const copied = (name: string): string => {
      const folder = path.join(work, name.replaceAll(' ', '-'))
      cpSync(whole, folder, { recursive: true })
      return folder
    }
    const place = (folder: string, size: number, kind: 'checkpoint' | 'tsr'): string =>
      path.join(folder, timeStampFile(size, kind))
    /** As if the newest checkpoint had been stamped, and that not yet entered. */
    const stampNewest = async (folder: string, by: Authority, stamped?: Uint8Array): Promise<void> => {
      const checkpoint = bytesOf(folder, 'checkpoint')
      const bytes = stamped ?? checkpoint
      const request = timeStampRequest(bytes)
      const { token } = await verifyResponse(by.reply(request.bytes), request, bytes, certificateOf(by))
      mkdirSync(path.dirname(place(folder, newest, 'tsr')), { recursive: true })
      writeFileSync(place(folder, newest, 'checkpoint'), checkpoint)
      writeFileSync(place(folder, newest, 'tsr'), token)
    }

    test('are verified by the certificate of their authority, and by openssl', async () => {
      const verdict = await verify(whole, ...byOne())
      expect(verdict).toMatchObject({ good: true })
      expect(verdict.facts.timeStamps).toMatch(
        /^1, the last of .*; their authority verified, by CN=Test TSA$/,
      )
      const [data, token] = [place(whole, entered, 'checkpoint'), place(whole, entered, 'tsr')]
      expect(opensslVerifiesStamp(one(), data, token)).toBe(true)
      expect(opensslVerifiesStamp(one(), path.join(whole, 'checkpoint'), token)).toBe(false)
      expect(opensslVerifiesStamp(stranger(), data, token)).toBe(false)
    })

    test('are not called verified where nobody names the authority', async () => {
      const verdict = await verify(whole)
      expect(verdict).toMatchObject({ good: true })
      expect(outcomeOf(verdict, 'tokens')).toMatchObject({ outcome: 'pass' })
      expect(outcomeOf(verdict, 'authority')).toMatchObject({
        outcome: 'not-reached',
        detail: expect.stringContaining('--tsa-certificate') as string,
      })
      expect(verdict.facts.timeStamps).toMatch(/their authority NOT verified$/)
    })

    test('that are left out are not called verified either', async () => {
      const folder = copied('none')
      rmSync(path.join(folder, 'timestamps'), { recursive: true })
      expect(outcomeOf(await verify(folder, ...byOne()), 'authority')).toMatchObject({
        outcome: 'not-reached',
      })
    })

    test.each([
      'EST',
      'NLD',
    ])('are verified by what the data folder of %s names if it is theirs', async (party) => {
      const data = path.join(work, `data-${party}`)
      mkdirSync(data)
      cpSync(one().certificate, path.join(data, 'tsa.pem'))
      writeFileSync(path.join(data, 'pouch.json'), JSON.stringify({ party, timestampCertificate: 'tsa.pem' }))
      const outcome = party === 'EST' ? 'pass' : 'not-reached'
      expect(outcomeOf(await verify(whole, '--data', data), 'authority')).toMatchObject({ outcome })
    })

    test('are verified where each is by one of several authorities', async () => {
      const folder = copied('both')
      await stampNewest(folder, stranger())
      const both = [...byOne(), '--tsa-certificate', stranger().certificate]
      expect(await verify(folder, ...both)).toMatchObject({ good: true })
    })

    interface Change {
      readonly what: string
      readonly change: (folder: string) => Promise<void> | void
      readonly check: 'time-stamps' | 'tokens' | 'authority'
      readonly says: RegExp
    }
    const changed = (file: string, at: number): void => {
      const bytes = readFileSync(file)
      bytes[bytes.length + at] = (bytes.at(at) ?? 0) ^ 1
      writeFileSync(file, bytes)
    }
    const changes: readonly Change[] = [
      {
        what: 'a changed token that was entered',
        change: (folder) => changed(place(folder, entered, 'tsr'), -5),
        check: 'time-stamps',
        says: /lacks the token that entry \d+ tells of; timestamps\/\d+\.tsr is none that was entered/,
      },
      {
        what: 'a time stamp that was entered and is left out',
        change: (folder) => rmSync(path.join(folder, 'timestamps'), { recursive: true }),
        check: 'time-stamps',
        says: /lacks the token that entry \d+ tells of$/,
      },
      {
        what: 'a checkpoint without its token',
        change: (folder) => rmSync(place(folder, entered, 'tsr')),
        check: 'time-stamps',
        says: /\d+\.tsr does not stand beside/,
      },
      {
        what: 'a token without its checkpoint',
        change: (folder) => rmSync(place(folder, entered, 'checkpoint')),
        check: 'time-stamps',
        says: /\d+\.tsr does not stand beside/,
      },
      {
        what: 'a checkpoint under the name of another',
        change: (folder) => {
          for (const kind of ['checkpoint', 'tsr'] as const)
            renameSync(place(folder, entered, kind), place(folder, newest, kind))
        },
        check: 'time-stamps',
        says: /is of another history/,
      },
      {
        what: 'a changed token',
        change: async (folder) => {
          await stampNewest(folder, one())
          changed(place(folder, newest, 'tsr'), -5)
        },
        check: 'authority',
        says: /\d+\.tsr: not signed by CN=Test TSA/,
      },
      {
        what: 'the token of another checkpoint',
        change: (folder) => stampNewest(folder, one(), bytesOf(folder, timeStampFile(entered, 'checkpoint'))),
        check: 'tokens',
        says: /\d+\.tsr: not over the bytes of timestamps\/\d+\.checkpoint/,
      },
      {
        what: 'a checkpoint with one more line than was stamped',
        change: async (folder) => {
          await stampNewest(folder, one(), Buffer.concat([bytesOf(folder, 'checkpoint'), Buffer.from('\n')]))
        },
        check: 'tokens',
        says: /\d+\.tsr: not over the bytes of/,
      },
      {
        what: 'the token of another authority',
        change: (folder) => stampNewest(folder, stranger()),
        check: 'authority',
        says: /\d+\.tsr: not signed by CN=Test TSA/,
      },
      {
        what: 'what is no token',
        change: async (folder) => {
          await stampNewest(folder, one())
          writeFileSync(place(folder, newest, 'tsr'), 'token')
        },
        check: 'tokens',
        says: /\d+\.tsr: not one DER sequence/,
      },
    ]
    test.each(changes)('are refused: $what', async ({ what, change, check, says }) => {
      const folder = copied(what)
      await change(folder)
      const verdict = await verify(folder, ...byOne())
      expect(verdict.good).toBe(false)
      expect(outcomeOf(verdict, check)).toMatchObject({
        outcome: 'fail',
        detail: expect.stringMatching(says) as string,
      })
      expect(verdict.facts).toEqual({})
    })
  })
})

function certificateOf({ certificate }: Authority) {
  return parseCertificate(readFileSync(certificate, 'utf8'))
}

function bytesOf(folder: string, file: string): Uint8Array {
  return new Uint8Array(readFileSync(path.join(folder, file)))
}
