/** `pouch audit watch` on a live ledger and its mirrors: growth is followed, and whatever does not continue it is named. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Audited, makeAudited } from '../support/audited.ts'
import { pouch } from '../support/command-line.ts'
import { eachDatabase } from '../support/databases.ts'
import { forgeExport } from '../support/forged-export.ts'
import { originOf } from '../support/world.ts'

eachDatabase('a watch', (databases) => {
  let audited: Audited
  let registry = ''
  let counter = 0
  const mirrors: Server[] = []

  beforeAll(async () => {
    audited = await makeAudited(databases)
    registry = audited.at('registry.cose')
    writeFileSync(registry, audited.world.registry)
  })
  afterEach(() => mirrors.splice(0).forEach((server) => server.close()))
  afterAll(() => audited.end())

  const stateFile = (): string => audited.at(`state-${++counter}`)
  const live = (): string => originOf(audited.est.process.exchange.port)

  function look(url: string, state: string, ...more: readonly string[]) {
    const trust = ['--registry', registry, '--roots', audited.roots]
    const at = new Date(audited.world.clock.now * 1000).toISOString().replace('.000Z', 'Z')
    return pouch(['audit', 'watch', url, '--state', state, '--once', '--at', at, ...trust, ...more])
  }

  /** Serves an export as a mirror does, with some files as they are given here. */
  async function mirror(folder: string, changed: Readonly<Record<string, Uint8Array>> = {}): Promise<string> {
    const server = createServer((request, response) => {
      const file = (request.url ?? '').slice('/mirror/'.length)
      const whole = path.join(folder, file)
      const bytes = changed[file] ?? (existsSync(whole) ? readFileSync(whole) : undefined)
      response.writeHead(bytes === undefined ? 404 : 200).end(bytes)
    })
    mirrors.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return `${originOf((server.address() as AddressInfo).port)}/mirror`
  }

  function forged(from: string): string {
    const folder = audited.at(`forged-${++counter}`)
    const edit = (records: Parameters<Parameters<typeof forgeExport>[3]>[0]) =>
      records.map((record, i) => (i === 2 ? { ...record, detail: 'another history' } : record))
    return forgeExport(from, folder, audited.world.party('EST'), edit, audited.world.clock.now)
  }

  test('follows the ledger as it grows, and says how far', async () => {
    const state = stateFile()
    expect((await look(live(), state)).out).toMatch(/: (\d+) entries, \1 of them new/)
    expect((await look(live(), state)).out).toMatch(/entries, 0 of them new/)
    await audited.transfer()
    const grown = await look(live(), state, '--json')
    expect(JSON.parse(grown.out)).toMatchObject({ good: true, witnesses: expect.any(Array) as string[] })
    expect((JSON.parse(grown.out) as { readonly grown: number }).grown).toBeGreaterThan(0)
  })

  test('takes a mirror for the ledger, and an older one for the same', async () => {
    const folder = await audited.exported(audited.est, `mirror-${++counter}`)
    const [url, state] = [await mirror(folder), stateFile()]
    expect(await look(url, state)).toMatchObject({ code: 0 })
    await audited.transfer()
    expect((await look(live(), stateFile(), '--against', url)).out).toContain('the same elsewhere')
    expect((await look(url, stateFile(), '--against', live())).out).toContain('the same elsewhere')
  })

  test('names a rollback, and keeps what it had seen', async () => {
    const folder = await audited.exported(audited.est, `old-${++counter}`)
    await audited.transfer()
    const state = stateFile()
    await look(live(), state)
    const before = readFileSync(state)
    const ended = await look(await mirror(folder), state)
    expect(ended).toMatchObject({ code: 1 })
    expect(ended.err).toMatch(/\(ledger-rollback\)\n {2}it had \d+ entries, and now shows \d+/)
    expect(readFileSync(state).equals(before)).toBe(true)
    expect(readFileSync(`${state}.conflict-1`).equals(readFileSync(`${folder}/checkpoint`))).toBe(true)
  })

  test('names a fork: the same size with another root, and one that grew from another', async () => {
    const folder = await audited.exported(audited.est, `fork-${++counter}`)
    const state = stateFile()
    await look(await mirror(folder), state)
    const same = await look(await mirror(forged(folder)), state)
    expect(same.err).toMatch(/\(ledger-forked\)\n {2}two roots of \d+/)
    await audited.transfer()
    const later = await audited.exported(audited.est, `later-${++counter}`)
    const grown = await look(await mirror(forged(later)), state)
    expect(grown).toMatchObject({ code: 1 })
    expect(grown.err).toMatch(/broken-chain\)\n {2}entry \d+: it is another than before/)
  })

  test('names a split view between two readers', async () => {
    const folder = await audited.exported(audited.est, `split-${++counter}`)
    const other = await mirror(forged(folder))
    const split = await look(await mirror(folder), stateFile(), '--against', other)
    expect(split).toMatchObject({ code: 1 })
    expect(split.err).toMatch(/\(ledger-forked\)\n {2}http.* gives out another history/)
    await audited.transfer()
    expect((await look(live(), stateFile(), '--against', other)).err).toContain('another history')
  })

  test('names a changed entry, tile and signature', async () => {
    const folder = await audited.exported(audited.est, `damage-${++counter}`)
    const flipped = (file: string, place: number): Readonly<Record<string, Uint8Array>> => {
      const bytes = new Uint8Array(readFileSync(path.join(folder, file)))
      bytes[place] = (bytes[place] ?? 0) ^ 1
      return { [file]: bytes }
    }
    const size = Number(readFileSync(path.join(folder, 'checkpoint'), 'utf8').split('\n')[1])
    const entries = `tile/entries/000.p/${size}`
    const entry = await look(await mirror(folder, flipped(entries, 72 * 3 + 10)), stateFile())
    expect(entry.err).toMatch(/\(broken-chain\)\n {2}entry 3: /)
    const last = await look(await mirror(folder, flipped(entries, 72 * size - 1)), stateFile())
    expect(last.err).toMatch(/\(ledger-forked\)/)
    const length = readFileSync(path.join(folder, 'checkpoint')).length
    const signature = await look(await mirror(folder, flipped('checkpoint', length - 40)), stateFile())
    expect(signature.err).toMatch(/\(bad-signature\)|\(bad-note\)/)
  })

  test('says in words that nobody answers, and what is no address', async () => {
    expect((await look('http://127.0.0.1:1', stateFile())).err).toMatch(/failed: nobody answers at/)
    expect(await look('est.example', stateFile())).toMatchObject({ code: 2 })
    const state = stateFile()
    writeFileSync(state, 'no state')
    expect((await look(live(), state)).err).toContain(state)
  })
})
