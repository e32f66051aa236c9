/** Answers for a witness over HTTP: every status of C2SP tlog-witness, what is durable before an answer, and proof of two histories. */
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { utf8 } from '../../protocol/bytes.ts'
import { verifyCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { parseRecord } from '../../protocol/ledger/record.ts'
import { parseSize, readCosignatures, witnessesOf, joinCosignatures } from '../../protocol/ledger/witness.ts'
import { issueCredentials } from '../../src/http/credentials.ts'
import type { GatewayProcess } from '../../src/gateway-process.ts'
import { readEntries } from '../../src/ledger/entries-table.ts'
import { readWitnessed } from '../../src/ledger/witness/witnessed-table.ts'
import { createLogger } from '../../src/logger.ts'
import { eachDatabase } from '../support/databases.ts'
import { fetchAsDocumented } from '../support/documented.ts'
import { type GrownLedger, grownLedger, ledgerSignerOf } from '../support/grown-ledger.ts'
import { makeWorld, originOf, type World } from '../support/world.ts'

interface Said {
  readonly status: number
  readonly type: string | null
  readonly text: string
}

eachDatabase('a witness', (databases) => {
  const lines: string[] = []
  let world: World
  let running: GatewayProcess

  beforeAll(async () => {
    const logger = createLogger('info', { write: (line: string) => lines.push(line) })
    const parties = ['EST', 'NLD', 'BEL', 'DEU', 'FRA', 'CAN', 'USA'].map((id) => ({
      id,
      accreditation: 4 as const,
    }))
    world = await makeWorld({ parties, database: () => databases.fresh(), logger })
    running = await world.start('NLD')
  })
  afterAll(() => world.end())

  const ledgerOf = (party: string, size: number): GrownLedger =>
    grownLedger(ledgerSignerOf(world, party), () => world.clock.now, size)
  const own = () => ledgerSignerOf(world, 'NLD').keys
  const ask = async (body: string, headers: Record<string, string> = { 'content-type': 'text/plain' }) => {
    const url = `${originOf(running.exchange.port)}/witness/add-checkpoint`
    const response = await fetchAsDocumented(url, { method: 'POST', headers, body })
    const type = response.headers.get('content-type')
    return { status: response.status, type, text: await response.text() } satisfies Said
  }
  const seenOf = (ledger: GrownLedger, size?: number) =>
    verifyCheckpoint(utf8(ledger.checkpoint(size)), ledger.signer.keys)
  const expectLines = ({ status, type, text }: Said, ledger: GrownLedger, size?: number): void => {
    expect([status, type]).toEqual([200, 'text/plain; charset=utf-8'])
    const seen = seenOf(ledger, size)
    const joined = joinCosignatures(seen, readCosignatures(utf8(text), seen, own()))
    const found = witnessesOf(verifyCheckpoint(utf8(joined), ledger.signer.keys), new Map([['NLD', own()]]))
    expect([...found]).toEqual([['NLD', world.clock.now]])
  }
  const expectSize = (said: Said, size: number): void => {
    expect([said.status, said.type]).toEqual([409, 'text/x.tlog.size'])
    expect(parseSize(utf8(said.text))).toBe(size)
  }
  const expectProblem = ({ status, text }: Said, wanted: number, code: string): void => {
    expect([status, (JSON.parse(text) as { readonly code: string }).code]).toEqual([wanted, code])
  }

  describe('answers', () => {
    let ledger: GrownLedger
    beforeAll(async () => {
      ledger = ledgerOf('EST', 300)
      expectLines(await ask(ledger.request(0, 7)), ledger, 7)
    })

    test('200: growth, of one and of hundreds, and the same again', async () => {
      expectLines(await ask(ledger.request(7, 8)), ledger, 8)
      expectLines(await ask(ledger.request(8, 8)), ledger, 8)
      world.clock.now += 60
      expectLines(await ask(ledger.request(8, 300)), ledger, 300)
      const row = await readWitnessed(running.gateway.database, ledger.signer.keys.origin)
      expect(row).toMatchObject({ size: 300, cosigned_at: world.clock.now, stopped: false })
      // What is kept is a checkpoint that anybody can verify, with the lines of this witness.
      const kept = verifyCheckpoint(utf8(row?.note ?? ''), ledger.signer.keys)
      expect(witnessesOf(kept, new Map([['NLD', own()]])).size).toBe(1)
    })

    test('200: lines of others in the checkpoint are left alone', async () => {
      const stranger = `\u2014 witness.example/w1 ${Buffer.alloc(80).toString('base64')}\n`
      const damaged = `\u2014 ${own().origin} ${Buffer.alloc(80).toString('base64')}\n`
      expectLines(await ask(ledger.request(300, 300) + stranger + damaged), ledger, 300)
    })

    test('200: without a media type, which C2SP does not name', async () => {
      const url = `${originOf(running.exchange.port)}/witness/add-checkpoint`
      const body = new Blob([new Uint8Array(utf8(ledger.request(300, 300)))])
      expect((await fetch(url, { method: 'POST', body })).status).toBe(200)
      const form = { 'content-type': 'application/json' }
      expectProblem(await ask(ledger.request(300, 300), form), 415, 'wrong-content-type')
    })

    test.each([
      ['no request', () => 'nothing'],
      ['an old size above the checkpoint’s', () => `old 301\n\n${ledger.checkpoint(300)}`],
      [
        '64 hashes',
        () => `old 300\n${`${Buffer.alloc(32).toString('base64')}\n`.repeat(64)}\n${ledger.checkpoint()}`,
      ],
      ['a damaged note', () => ledger.request(300).slice(0, -1)],
    ])('400: %s', async (_, body) => {
      expectProblem(await ask(body()), 400, 'bad-note')
    })

    test('403: not signed, half signed, wrongly signed, or by another ledger', async () => {
      const grown = ledger.grow(1)
      const note = grown.request(300)
      const [head = '', ...signatures] = note.split(/^(?=\u2014)/m)
      expectProblem(await ask(head + (signatures[0] ?? '')), 403, 'bad-signature')
      expectProblem(await ask(head + (signatures[1] ?? '')), 403, 'bad-signature')
      const stranger = `\u2014 witness.example/w1 ${Buffer.alloc(80).toString('base64')}\n`
      expectProblem(await ask(head + stranger), 403, 'bad-signature')
      const [, ...others] = ledger
        .fork(299, 301)
        .checkpoint()
        .split(/^(?=\u2014)/m)
      expectProblem(await ask(head + others.join('')), 403, 'bad-signature')
      expectProblem(await ask(note + others.join('')), 403, 'bad-signature')
      const belgian = ledgerSignerOf(world, 'BEL')
      const posing = { ...belgian, keys: { ...belgian.keys, origin: ledger.signer.keys.origin } }
      const posed = grownLedger(posing, () => world.clock.now, 5)
      expectProblem(await ask(posed.request(0)), 403, 'bad-signature')
    })

    test('404: an origin of nobody, and the witness’s own', async () => {
      const unknown = { ...ledger.signer, keys: { ...ledger.signer.keys, origin: 'nowhere.example/ledger' } }
      const elsewhere = grownLedger(unknown, () => world.clock.now, 3)
      expectProblem(await ask(elsewhere.request(0)), 404, 'unknown-ledger')
      expectProblem(await ask(ledgerOf('NLD', 3).request(0)), 404, 'unknown-ledger')
    })

    test('409: the size held, when the ledger goes by another', async () => {
      const grown = ledger.grow(10)
      for (const old of [0, 8, 299, 305]) expectSize(await ask(grown.request(old, 310)), 300)
      expectSize(await ask(ledger.request(8, 8)), 300)
    })

    test('422: a proof that leads elsewhere, is too short or long, or is of another history', async () => {
      const grown = ledger.grow(10)
      const request = grown.request(300)
      const [first = '', hash = '', ...rest] = request.split('\n')
      const zero = Buffer.alloc(32).toString('base64')
      for (const changed of [
        [first, zero, ...rest],
        [first, ...rest],
        [first, hash, hash, ...rest],
        [first, zero, hash, ...rest],
      ])
        expectProblem(await ask(changed.join('\n')), 422, 'bad-proof')
      expectProblem(await ask(ledger.fork(200, 310).request(300)), 422, 'bad-proof')
      const same = ledger.request(300, 300).replace('\n\n', `\n${zero}\n\n`)
      expectProblem(await ask(same), 422, 'bad-proof')
      // And none of it moved anything.
      expectLines(await ask(grown.request(300)), grown)
    })

    test('422: a proof from nothing', async () => {
      const french = ledgerOf('FRA', 4)
      const proof = `old 0\n${Buffer.alloc(32).toString('base64')}\n\n${french.checkpoint()}`
      expectProblem(await ask(proof), 422, 'bad-proof')
    })

    test('an empty ledger has one root', async () => {
      const french = ledgerOf('FRA', 4)
      expectLines(await ask(french.request(0, 0)), french, 0)
      expectLines(await ask(french.request(0, 0)), french, 0)
      expectLines(await ask(french.request(0, 4)), french, 4)
      expectSize(await ask(french.request(0, 0)), 4)
    })

    test('503: when the registry is stale', async () => {
      const { now } = world.clock
      world.clock.now = world.document.expires
      try {
        expectProblem(await ask(ledger.request(0)), 503, 'unavailable')
      } finally {
        world.clock.now = now
      }
    })
  })

  describe('what is held', () => {
    test('is there after a stop', async () => {
      const ledger = ledgerOf('BEL', 40)
      expectLines(await ask(ledger.request(0, 20)), ledger, 20)
      await running.stop()
      running = await world.start('NLD')
      expectSize(await ask(ledger.request(0, 30)), 20)
      expectProblem(await ask(ledger.fork(10).request(20)), 422, 'bad-proof')
      expectLines(await ask(ledger.request(20, 40)), ledger, 40)
    })

    test('is what this witness signed, whatever the database says', async () => {
      const ledger = ledgerOf('CAN', 60)
      const { origin } = ledger.signer.keys
      expectLines(await ask(ledger.request(0, 20)), ledger, 20)
      const early = (await readWitnessed(running.gateway.database, origin))?.note ?? ''
      expectLines(await ask(ledger.request(20, 40)), ledger, 40)
      const forked = ledger.fork(30, 60)
      const put = (size: number, note: string) =>
        sql`update witnessed_ledgers set size = ${size}, note = ${note} where origin = ${origin}`
      const remove = sql`delete from witnessed_ledgers where origin = ${origin}`
      const tampering = [put(50, forked.checkpoint(50)), put(20, early), put(50, early), remove]
      for (const each of tampering) {
        await each.execute(running.gateway.database)
        for (const old of [0, 20, 50]) expectSize(await ask(forked.request(old, 55)), 40)
        expectProblem(await ask(forked.request(40, 55)), 422, 'bad-proof')
      }
      await running.stop()
      running = await world.start('NLD')
      expectSize(await ask(forked.request(0, 55)), 40)
      expectProblem(await ask(forked.request(40, 55)), 422, 'bad-proof')
      expect(lines.filter((line) => line.includes('"witness-row-refused"')).length).toBeGreaterThan(10)
      // It puts the row right with what it cosigns next.
      expectLines(await ask(ledger.request(40, 60)), ledger, 60)
      expect(await readWitnessed(running.gateway.database, origin)).toMatchObject({ size: 60 })
    })

    test('is nothing that it did not sign, where it remembers nothing', async () => {
      const { database } = running.gateway
      const ledger = ledgerOf('USA', 9)
      const { origin } = ledger.signer.keys
      await sql`insert into witnessed_ledgers values (${origin}, 5, ${ledger.checkpoint(5)}, 0)`.execute(
        database,
      )
      expectProblem(await ask(ledger.request(5)), 503, 'unavailable')
    })
  })

  describe('two histories', () => {
    const conflicts = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` }
      const url = `${originOf(running.agency.port)}/v1/witness/conflicts`
      return (await fetchAsDocumented(url, { headers })).json() as Promise<{
        readonly conflicts: readonly Readonly<Record<string, unknown>>[]
      }>
    }

    test('are proven, entered, and stop the ledger until an officer resumes it', async () => {
      const { database } = running.gateway
      const ledger = ledgerOf('DEU', 30)
      expectLines(await ask(ledger.request(0, 20)), ledger, 20)
      const forked = ledger.fork(12, 20)
      const evidence = forked.request(20)
      expectSize(await ask(evidence), 20)
      // Whatever it asks now.
      expectSize(await ask(ledger.request(20, 30)), 20)
      expectSize(await ask(ledger.request(20, 20)), 20)
      expectSize(await ask(forked.request(20)), 20)

      const issued = await issueCredentials(
        database,
        [
          { name: 'auditor', roles: ['auditor'] },
          { name: 'officer', roles: ['officer'] },
        ],
        world.clock.now,
      )
      const [auditor = '', officer = ''] = issued.map(({ token }) => token)
      const [found, ...others] = (await conflicts(auditor)).conflicts
      expect(others).toEqual([])
      const notes = [String(found?.['held']), String(found?.['other'])] as const
      const [held, other] = notes.map((note) => verifyCheckpoint(utf8(note), ledger.signer.keys))
      expect([held?.size, held?.root]).toEqual([20, ledger.root(20)])
      expect([other?.size, other?.root]).toEqual([20, forked.root()])
      const digest = createHash('sha256').update(notes.join('')).digest()
      expect(found).toMatchObject({
        digest: digest.toString('hex'),
        origin: ledger.signer.keys.origin,
        size: 20,
      })

      const records = async () =>
        (await readEntries(database, { start: 0, end: 1000 })).map(({ record }) =>
          parseRecord(record ?? utf8('')),
        )
      const entered = (await records()).filter(({ event }) => event === 'witness-conflict')
      expect(entered).toHaveLength(1)
      expect(entered[0]).toMatchObject({ actor: 'NLD', digest: new Uint8Array(digest) })
      expect(entered[0]?.detail).toContain(ledger.signer.keys.origin)
      expect(lines.filter((line) => line.includes('"witness-conflict"')).join('')).toContain('"peer":"DEU"')

      const resume = (token: string, name = digest.toString('hex')) =>
        fetchAsDocumented(`${originOf(running.agency.port)}/v1/witness/conflicts/${name}/resume`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}` },
        })
      expect((await resume(auditor)).status).toBe(403)
      expect((await resume(officer, '00'.repeat(32))).status).toBe(404)
      expect((await resume(officer)).status).toBe(204)
      expect((await resume(officer)).status).toBe(204)
      expect((await conflicts(officer)).conflicts[0]).toHaveProperty('resumedAt')
      expect((await records()).filter(({ event }) => event === 'operator-action')).toHaveLength(1)
      // From what was cosigned here, and from nothing else.
      expectProblem(await ask(forked.grow(3).request(20)), 422, 'bad-proof')
      expectLines(await ask(ledger.request(20, 30)), ledger, 30)
    })

    test('are found whatever old size comes with them', async () => {
      const ledger = ledgerOf('FRA', 9)
      const before = await readWitnessed(running.gateway.database, ledger.signer.keys.origin)
      expect(before?.size).toBe(4)
      expectSize(await ask(ledger.request(0, 4)), 4)
      const after = await readWitnessed(running.gateway.database, ledger.signer.keys.origin)
      expect(after).toMatchObject({ size: 4, stopped: true })
    })
  })
})
