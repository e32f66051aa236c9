/** One order of events, each entered once, durable before it is answered; whatever fails, the ledger has no fork. */
import { sql } from 'kysely'
import { expect, inject, test } from 'vitest'
import { HeldSigningKey } from '../../keys/signing-key.ts'
import type { LedgerSigner } from '../../protocol/ledger/checkpoint.ts'
import type { Entered } from '../../src/ledger/answer.ts'
import { readCheckpointAt } from '../../src/ledger/checkpoints-table.ts'
import { readHead } from '../../src/ledger/head-table.ts'
import { eachDatabase } from '../support/databases.ts'
import { droppingProxy } from '../support/dropping-proxy.ts'
import { signer } from '../support/ledger.ts'
import {
  auditFromBytes,
  child,
  createSamples,
  eventOf,
  namesIn,
  openTestSequencer,
  parent,
} from '../support/sequenced.ts'

eachDatabase('sequencer', ({ open, fresh, kind }) => {
  test('starts with the genesis entry, once', async () => {
    const database = await open()
    const first = await openTestSequencer(database)
    await first.close()
    const second = await openTestSequencer(database)
    const genesis = await second.find('genesis')
    expect(genesis).toMatchObject({ index: 0, size: 1, repeated: true })
    expect(await auditFromBytes(database, genesis === undefined ? [] : [genesis])).toEqual(['genesis'])
  })

  test('enters what is pushed at once in few batches, in the order of pushing, over several tiles', async () => {
    const database = await open()
    const sequencer = await openTestSequencer(database)
    const names = Array.from({ length: 700 }, (_, i) => `event-${i}`)
    const answers = await Promise.all(names.map((name) => sequencer.push(eventOf(name))))
    expect(answers.map(({ index }) => index)).toEqual(names.map((_, i) => i + 1))
    expect(new Set(answers.map(({ size }) => size)).size).toBe(2)
    expect(answers.every(({ repeated }) => !repeated)).toBe(true)
    expect(await auditFromBytes(database, answers)).toEqual(['genesis', ...names])
  })

  test('the same event again gets the first answer, and its rows are not written again', async () => {
    const database = await open()
    await createSamples(database)
    const sequencer = await openTestSequencer(database)
    const first = await sequencer.push(eventOf('a', [parent('a')]))
    await sequencer.push(eventOf('b'))
    const again = await sequencer.push(eventOf('a', [parent('a')]))
    expect(again).toEqual({ ...first, repeated: true })
    expect(await sequencer.find('a')).toEqual(again)
    expect(await sequencer.find('c')).toBeUndefined()
    expect(await namesIn(database, 'parent')).toEqual(['a'])
    expect(await auditFromBytes(database, [first, again])).toEqual(['genesis', 'a', 'b'])
  })

  test('the same event many times at once is entered once, beside others', async () => {
    const database = await open()
    const sequencer = await openTestSequencer(database)
    await sequencer.push(eventOf('old'))
    const pushed = ['new', 'new', 'old', 'other', 'new'].map((key) => sequencer.push(eventOf(key)))
    const answers = await Promise.all(pushed)
    expect(answers.map(({ repeated }) => repeated)).toEqual([false, true, true, false, true])
    expect(new Set(answers.map(({ index }) => index)).size).toBe(3)
    expect(await auditFromBytes(database, answers)).toEqual(['genesis', 'old', 'new', 'other'])
  })

  test('a key with another fingerprint is refused, at once and later; its neighbours are entered', async () => {
    const database = await open()
    const sequencer = await openTestSequencer(database)
    const [first, reused, other] = await Promise.allSettled([
      sequencer.push(eventOf('a')),
      sequencer.push(eventOf('a', [], 'something else')),
      sequencer.push(eventOf('b')),
    ])
    expect([first.status, other.status]).toEqual(['fulfilled', 'fulfilled'])
    expect(reused).toMatchObject({ status: 'rejected', reason: { code: 'reused-id' } })
    await expect(sequencer.push(eventOf('a', [], 'yet another'))).rejects.toMatchObject({ code: 'reused-id' })
    await sequencer.close()
    expect(await auditFromBytes(database, [])).toEqual(['genesis', 'a', 'b'])
  })

  test('rows that refer to each other are written in the order of each event, whichever event comes first', async () => {
    const database = await open()
    await createSamples(database)
    const sequencer = await openTestSequencer(database)
    await sequencer.push(eventOf('p', [parent('p')]))
    await Promise.all([
      sequencer.push(eventOf('1', [child('c1', 'p')])),
      sequencer.push(eventOf('2', [parent('q'), child('c2', 'q'), child('c3', 'p')])),
    ])
    expect(await namesIn(database, 'child')).toEqual(['c1', 'c2', 'c3'])
    expect((await readHead(database))?.size).toBe(4)
    // One batch each: the second did not have to be taken apart.
    expect(await readCheckpointAt(database, 3)).toBeUndefined()
  })

  test('an event whose rows are refused fails alone, and leaves neither entry nor rows', async () => {
    const database = await open()
    await createSamples(database)
    const sequencer = await openTestSequencer(database)
    const results = await Promise.allSettled([
      sequencer.push(eventOf('good-1', [parent('good-1')])),
      sequencer.push(eventOf('bad-1', [parent('bad-1'), parent('poison')])),
      sequencer.push(eventOf('good-2', [parent('good-2')])),
      sequencer.push(eventOf('bad-2', [child('orphan', 'nobody')])),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected'])
    expect(await namesIn(database, 'parent')).toEqual(['good-1', 'good-2'])
    // The key is free: nothing was entered under it.
    await sequencer.push(eventOf('bad-1', [parent('mended')]))
    expect(await auditFromBytes(database, [])).toEqual(['genesis', 'good-1', 'good-2', 'bad-1'])
  })

  test('an error of our own in writing rows reaches its caller alone', async () => {
    const database = await open()
    const sequencer = await openTestSequencer(database)
    const fault = new TypeError('our own')
    const faulty = { writer: () => Promise.reject(fault), row: {} }
    const [bad, good] = await Promise.allSettled([
      sequencer.push(eventOf('bad', [faulty])),
      sequencer.push(eventOf('good')),
    ])
    expect(bad).toMatchObject({ status: 'rejected', reason: fault })
    expect(good).toMatchObject({ status: 'fulfilled', value: { index: 1 } })
  })

  test('two sequencers on one database make one order', async () => {
    const source = await fresh()
    const one = await open(source)
    const other = kind === 'embedded' ? one : await open(source)
    const sequencers = await Promise.all([openTestSequencer(one), openTestSequencer(other)])
    const answers: Entered[] = []
    const caller = async (sequencer: (typeof sequencers)[number], name: string): Promise<void> => {
      for (let i = 0; i < 15; i++) answers.push(await sequencer.push(eventOf(`${name}-${i}`)))
    }
    await Promise.all(
      sequencers.flatMap((sequencer, s) =>
        Array.from({ length: 6 }, (_, c) => caller(sequencer, `${s}-${c}`)),
      ),
    )
    expect(new Set(answers.map(({ index }) => index)).size).toBe(180)
    for (const sequencer of sequencers) await sequencer.close()
    expect(await auditFromBytes(one, answers)).toHaveLength(181)
  })

  test('two sequencers given the same event enter it once', async () => {
    const database = await open()
    const sequencers = await Promise.all([openTestSequencer(database), openTestSequencer(database)])
    const answers = await Promise.all(sequencers.map((sequencer) => sequencer.push(eventOf('same'))))
    expect(answers.map(({ index }) => index)).toEqual([1, 1])
    expect(answers.map(({ repeated }) => repeated).toSorted()).toEqual([false, true])
  })

  test('a stop between commit and signature is mended at the next start, with the same root', async () => {
    const database = await open()
    const broken = await openTestSequencer(database, undefined, failingAfter(4))
    await expect(broken.push(eventOf('unsigned'))).rejects.toMatchObject({ code: 'unavailable' })
    const unsigned = await readCheckpointAt(database, 2)
    expect(unsigned?.note).toBeNull()
    const sequencer = await openTestSequencer(database)
    expect(await readCheckpointAt(database, 2)).toMatchObject({
      root: unsigned?.root,
      note: expect.any(String) as string,
    })
    const answer = await sequencer.push(eventOf('unsigned'))
    expect(answer).toMatchObject({ index: 1, size: 2, repeated: true })
    expect(await auditFromBytes(database, [answer])).toEqual(['genesis', 'unsigned'])
  })

  test('a root that the tiles do not lead to is never signed', async () => {
    const database = await open()
    const broken = await openTestSequencer(database, undefined, failingAfter(4))
    await expect(broken.push(eventOf('unsigned'))).rejects.toMatchObject({ code: 'unavailable' })
    await sql`update ledger_checkpoint set root = ${new Uint8Array(32)}::bytea where note is null`.execute(
      database,
    )
    await expect(openTestSequencer(database)).rejects.toMatchObject({ code: 'broken-chain' })
  })

  test('too much under way is refused, and what was taken is entered', async () => {
    const database = await open()
    const sequencer = await openTestSequencer(database, 4)
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, i) => sequencer.push(eventOf(`e${i}`))),
    )
    expect(results.map(({ status }) => status)).toEqual([
      ...Array<string>(4).fill('fulfilled'),
      ...Array<string>(6).fill('rejected'),
    ])
    expect(results[9]).toMatchObject({ reason: { code: 'unavailable' } })
    expect(await sequencer.push(eventOf('e9'))).toMatchObject({ index: 5 })
  })

  test('closing enters what waits and takes nothing more', async () => {
    const database = await open()
    const sequencer = await openTestSequencer(database)
    const pushed = sequencer.push(eventOf('last'))
    await sequencer.close()
    expect(await pushed).toMatchObject({ index: 1 })
    await expect(sequencer.push(eventOf('late'))).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('a database that went back behind what was signed is never continued', async () => {
    const database = await open()
    const sequencer = await openTestSequencer(database)
    await sequencer.push(eventOf('a'))
    const earlier = await readHead(database)
    await sequencer.push(eventOf('b'))
    await database.deleteFrom('ledger_entry').where('index', '=', 2).execute()
    await database.deleteFrom('ledger_checkpoint').where('size', '=', 3).execute()
    await database
      .updateTable('ledger_head')
      .set(earlier ?? {})
      .execute()
    for (const key of ['c', 'd']) {
      await expect(sequencer.push(eventOf(key))).rejects.toMatchObject({ code: 'unavailable' })
    }
    expect((await readHead(database))?.size).toBe(2)
  })

  test('a ledger of other keys is refused', async () => {
    const database = await open()
    await openTestSequencer(database)
    const ed25519 = HeldSigningKey.generate('ed25519')
    const other = {
      keys: { ...signer.keys, ed25519: ed25519.publicKey },
      pair: [ed25519, signer.pair[1]],
    } as const
    await expect(openTestSequencer(database, undefined, other)).rejects.toMatchObject({ code: 'unknown-key' })
  })

  test.runIf(kind === 'postgresql').each(['answer', 'request'] as const)(
    'the %s of a commit is lost: the outcome is looked up, and each event is entered once',
    async (what) => {
      const source = await fresh()
      if (source.kind === 'embedded') return
      const proxy = await droppingProxy(source.url)
      const database = await open({ kind: 'postgresql', url: proxy.url })
      const sequencer = await openTestSequencer(database)
      let drops = 1
      // Its writer is the last to write; the next thing on this connection is the commit.
      const writer = (): Promise<void> => {
        if (drops-- > 0) proxy.dropNext(what)
        return Promise.resolve()
      }
      const losing = { writer, row: {} }
      const answers = await Promise.all([
        sequencer.push(eventOf('a', [losing])),
        sequencer.push(eventOf('b')),
      ])
      expect(answers).toMatchObject([
        { index: 1, repeated: false },
        { index: 2, repeated: false },
      ])
      expect(await auditFromBytes(database, answers)).toEqual(['genesis', 'a', 'b'])
      await database.destroy()
      await proxy.close()
    },
  )

  test.runIf(kind === 'postgresql')(
    'with the database away callers are told so, and served again when it is back',
    async () => {
      const source = await fresh()
      if (source.kind === 'embedded') return
      const database = await open(source)
      const sequencer = await openTestSequencer(database)
      const name = new URL(source.url).pathname.slice(1)
      const server = await open({ kind: 'postgresql', url: inject('postgresUrl') })
      await sql.raw(`alter database ${name} with allow_connections false`).execute(server)
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`.execute(
        server,
      )
      await expect(sequencer.push(eventOf('a'))).rejects.toMatchObject({ code: 'unavailable' })
      await sql.raw(`alter database ${name} with allow_connections true`).execute(server)
      expect(await sequencer.push(eventOf('a'))).toMatchObject({ index: 1, repeated: false })
    },
  )
})

/** Keys that sign so often, seals included, and then fail, as a module that is unplugged does. */
function failingAfter(signatures: number): LedgerSigner {
  let left = signatures
  const [ed25519, mlDsa44] = signer.pair
  const sign = (message: Uint8Array): Uint8Array => {
    if (left-- <= 0) throw new Error('the key module is gone')
    return ed25519.sign(message)
  }
  const signOffThread = async (message: Uint8Array): Promise<Uint8Array> => Promise.resolve(sign(message))
  const failing = { id: ed25519.id, algorithm: ed25519.algorithm, sign, signOffThread }
  return { keys: signer.keys, pair: [failing, mlDsa44] }
}
