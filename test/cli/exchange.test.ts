/** The command line with gateways: two served, one transfer and what proves it, every kind of file verified and inspected. */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { jsonOf, pouch, type Serving, serving } from '../support/command-line.ts'
import {
  changed,
  type CommandLineWorld,
  foundByCommands,
  opening,
  passphrase,
} from '../support/command-line-world.ts'
import { eventually } from '../support/eventually.ts'
import { recordSecrets } from '../support/recorded.ts'

let world: CommandLineWorld
let at: CommandLineWorld['at']
const tokens: string[] = []
const gateways = new Map<string, Serving>()
const everyRole = 'submit,read,officer,auditor'
const quiet = { ...opening, POUCH_LOG_LEVEL: 'debug' }

beforeAll(async () => {
  world = await foundByCommands()
  at = world.at
  for (const party of ['est', 'nld']) {
    cpSync(inject('embeddedTemplate'), at(party, 'database'), { recursive: true })
    const made = await pouch(['credential', 'new', 'desk', '--roles', everyRole, '--data', at(party)])
    expect(made).toMatchObject({ code: 0, err: '' })
    writeFileSync(at(party, 'credential'), made.out, { mode: 0o600 })
    tokens.push(made.out.trim())
  }
  recordSecrets('token', tokens)
  const started = await Promise.all(
    ['est', 'nld'].map((party) => serving(['--json', '--data', at(party)], quiet)),
  )
  ;['est', 'nld'].forEach((party, i) => started[i] && gateways.set(party, started[i]))
  writeFileSync(at('request.json'), (await pouch(['example', 'request'])).out)
})
afterAll(async () => {
  await Promise.all([...gateways.values()].map((gateway) => gateway.stop()))
  rmSync(world.folder, { recursive: true })
})

const est = (...args: readonly string[]) => pouch([...args, '--data', at('est')], opening)
const nld = (...args: readonly string[]) => pouch([...args, '--data', at('nld')], opening)
const json = async (ended: ReturnType<typeof pouch>) => jsonOf(await ended) as Record<string, unknown>

/** Sends the request, has NLD open and acknowledge it, and waits for the acknowledgement; made once. */
let transfer: Promise<string> | undefined
const transferred = (): Promise<string> => (transfer ??= exchange())

async function exchange(): Promise<string> {
  const sent = await json(
    est('send', at('request.json'), '--receipt', at('receipt.cbor'), '--key', 'one', '--json'),
  )
  const id = String(sent['id'])
  await eventually('arrival', async () => (await nld('inbox')).out.includes(id) || undefined)
  expect((await nld('inbox', id)).out).toContain('surname: Tamm')
  expect((await nld('acknowledge', id)).out).toContain('is acknowledged as opened')
  await eventually(
    'acknowledgement',
    async () => (await est('status', id)).out.includes('opened at') || undefined,
  )
  return id
}

describe('a transfer by commands', () => {
  test('is sent, received, opened, acknowledged, and told of in words', async () => {
    const id = await transferred()
    expect((await est('status', id)).out).toMatch(/NLD: at its gateway; opened at \d{4}-/)
    expect((await nld('acknowledge', id)).out).toContain('was acknowledged as opened')
    expect(
      await json(nld('acknowledge', id, '--outcome', 'refused', '--code', 'bad-document', '--json')),
    ).toMatchObject({
      refused: 'already-acknowledged',
    })
    expect(await json(nld('inbox', '--json'))).toMatchObject({ items: [{ id, state: 'opened' }] })
  })

  test('is found again in the history', async () => {
    const id = await transferred()
    expect((await est('history', id.slice(0, 8), '--to', 'NLD')).out).toMatch(
      /submission-acceptance .*EST → NLD .*\n +NATO SECRET, for visit/,
    )
    expect((await est('history', '--refused')).out).toBe('no transfer fits\n')
    expect(await est('history', '--refused', '--permitted')).toMatchObject({ code: 2 })
  })

  test('the same request under the same key gets the first answer, another is refused', async () => {
    const id = await transferred()
    const again = ['send', at('request.json'), '--key', 'one', '--json']
    expect(await json(est(...again))).toMatchObject({ id, repeated: true })
    const request = JSON.parse(readFileSync(at('request.json'), 'utf8')) as object
    writeFileSync(at('other.json'), JSON.stringify({ ...request, purpose: 'posting' }))
    expect(await json(est('send', at('other.json'), '--key', 'one', '--json'))).toMatchObject({
      refused: 'reused-id',
    })
  })

  test('the envelope and its attestations can be had as files', async () => {
    const id = await transferred()
    expect(await nld('inbox', id, '--envelope', at('received.cose'))).toMatchObject({ code: 0 })
    expect(await nld('inbox', id, '--out', at('attestations'))).toMatchObject({ code: 0 })
    const [attestation = ''] = readdirSync(at('attestations'))
    expect(await json(nld('verify', at('attestations', attestation), '--json'))).toMatchObject({ good: true })
  })

  test('an envelope sealed without a gateway is sent as it is, again with the same answer', async () => {
    await est('seal', at('request.json'), '--out', at('sealed.cose'))
    const first = await json(est('send', at('sealed.cose'), '--json'))
    expect(first).toMatchObject({ repeated: false })
    expect(await json(est('send', at('sealed.cose'), '--json'))).toMatchObject({
      id: first['id'],
      repeated: true,
    })
    expect(await json(est('send', changed(at('sealed.cose')), '--json'))).toHaveProperty('refused')
    expect((await est('send', at('sealed.cose'), '--key', 'two')).code).toBe(2)
  })

  test('waits for a witness, and its receipt becomes a proof that names it', async () => {
    await transferred()
    const request = ['send', at('request.json'), '--receipt', at('held.cbor')]
    const sent = await est(...request)
    expect(sent.out).toContain('held until witnesses have cosigned the ledger')
    const upgrade = ['receipt', 'upgrade', at('held.cbor'), '--out', at('held.tlog-proof')]
    const upgraded = await eventually('a witness', async () => {
      const ended = await est(...upgrade, '--json')
      return ended.code === 0 ? jsonOf(ended) : undefined
    })
    expect(upgraded).toMatchObject({ party: 'EST', witnesses: ['NLD'] })
    expect((await nld('verify', at('held.tlog-proof'))).out).toMatch(/pass {2}witnesses[^]*witnessed by: NLD/)
    expect((await est(...upgrade)).err).toContain('it is there already')
    const nowhere = await est(...upgrade.slice(0, 4), at('other'), '--ledger', 'http://127.0.0.1:1')
    expect(nowhere.err).toMatch(/failed: the ledger’s gateway does not answer[^]*next: /)
    expect((await est(...upgrade.slice(0, 4), at('other'), '--ledger', 'nowhere')).code).toBe(2)
  })

  test('what the policy refuses comes with each ground and the entry', async () => {
    const request = JSON.parse(readFileSync(at('request.json'), 'utf8')) as object
    writeFileSync(at('recruitment.json'), JSON.stringify({ ...request, purpose: 'recruitment' }))
    const ended = await est('send', at('recruitment.json'))
    expect(ended.code).toBe(1)
    expect(ended.out).toMatch(/refused: .*\(policy-denied\)\n {2}ground purpose-not-covered: /)
    expect(ended.out).toMatch(/entry \d+ of the gateway’s ledger/)
  })
})

describe('every kind of file', () => {
  const good: Record<string, string> = {}

  beforeAll(async () => {
    const id = await transferred()
    expect(await est('evidence', id, '--out', at('evidence.cbor'))).toMatchObject({ code: 0, err: '' })
    expect(await est('extract', at('evidence.cbor'), '--out', at('parts'))).toMatchObject({ code: 0 })
    expect(await est('audit', 'export', '--out', at('ledger'))).toMatchObject({ code: 0, err: '' })
    const prove = ['audit', 'prove', at('ledger'), '--entry', '2', '--out', at('entry.tlog-proof')]
    expect(await est(...prove)).toMatchObject({ code: 0 })
    Object.assign(good, {
      envelope: at('parts', 'envelope.cose'),
      acknowledgement: at('parts', '1.acknowledgement.cose'),
      receipt: at('receipt.cbor'),
      evidence: at('evidence.cbor'),
      registry: at('parts', 'registry.cose'),
      checkpoint: at('parts', 'checkpoint'),
      'tlog-proof': at('entry.tlog-proof'),
    })
  })

  test.each([
    'envelope',
    'acknowledgement',
    'receipt',
    'evidence',
    'registry',
    'checkpoint',
    'tlog-proof',
  ])('%s: good as it is, refused when changed, and shown by inspect', async (kind) => {
    const file = good[kind] ?? ''
    const trusted = ['--registry', at('registry.cose'), '--roots', world.roots, '--json']
    const verified = await pouch(['verify', file, ...trusted])
    expect(verified.code).toBe(0)
    expect(jsonOf(verified)).toMatchObject({ kind, good: true })
    for (const place of [0.1, 0.95]) {
      const refused = await pouch(['verify', changed(file, place), ...trusted])
      expect(refused.code).toBe(1)
      expect(jsonOf(refused)).not.toMatchObject({ good: true })
    }
    const inspected = await pouch(['inspect', file, '--json'])
    expect(jsonOf(inspected)).toMatchObject({ kind, notation: expect.stringMatching(/./) as string })
  })

  test('ledger export: good as it is, the wrong entry named when changed', async () => {
    expect(await json(nld('audit', 'verify', at('ledger'), '--json'))).toMatchObject({
      kind: 'ledger-export',
      good: true,
      facts: { party: 'EST', checkpointAt: expect.stringMatching(/Z$/) as string },
    })
    expect(await nld('verify', at('ledger'))).toMatchObject({ code: 0 })
    const [bundle = ''] = readdirSync(at('ledger'), { recursive: true, encoding: 'utf8' }).filter((file) =>
      /entries\/.*\d$/.test(file),
    )
    const file = at('ledger', bundle)
    const bytes = readFileSync(file)
    writeFileSync(file, readFileSync(changed(file, 0.02)))
    const refused = await nld('audit', 'verify', at('ledger'))
    writeFileSync(file, bytes)
    expect(refused.code).toBe(1)
    expect(refused.out).toMatch(/FAIL {2}entries {2}[a-z-]+: entry \d+/)
    expect((await est('audit', 'prove', at('ledger'), '--entry', '999', '--out', at('x'))).err).toContain(
      'from 0 to',
    )
    expect((await est('audit', 'export', '--out', at('ledger'))).err).toContain('it is there already')
  })
})

describe('the registry at the gateway', () => {
  test('a later version is published, fetched and kept', async () => {
    await est('registry', 'propose', at('plan.json'), '--next', '--out', at('2.proposal'))
    const signatures = ['signer-a', 'signer-b'].map((signer) => ({
      signer,
      out: at(`2-${signer}.signature`),
    }))
    for (const { signer, out } of signatures) {
      await pouch(['registry', 'sign', at('2.proposal'), '--data', at(signer), '--out', out], opening)
    }
    await pouch([
      'registry',
      'combine',
      at('2.proposal'),
      ...signatures.map(({ out }) => out),
      '--out',
      at('2.cose'),
    ])
    const lone = [
      'registry',
      'combine',
      at('2.proposal'),
      signatures[0]?.out ?? '',
      '--out',
      at('2-lone.cose'),
    ]
    await pouch(lone)
    expect(await json(est('registry', 'publish', at('2-lone.cose'), '--json'))).toMatchObject({
      refused: 'registry-threshold',
    })
    expect(await json(est('registry', 'publish', at('2.cose'), '--json'))).toMatchObject({ version: 2 })
    expect(await json(est('registry', 'fetch', '--out', at('fetched.cose'), '--json'))).toMatchObject({
      version: 2,
    })
    expect((await est('registry', 'fetch', '--number', '1', '--out', at('first.cose'))).out).toContain(
      'version 1',
    )
    expect(await json(est('registry', 'refresh', '--json'))).toMatchObject({ before: 1, version: 2 })
    expect(await json(est('registry', 'refresh', '--json'))).toMatchObject({ before: 2, version: 2 })
  })

  test('is given to other parties’ gateways, each of which tells what it makes of it', async () => {
    const plan = JSON.parse(readFileSync(at('plan.json'), 'utf8')) as { parties: { gateway: string }[] }
    const nldGateway = plan.parties[1]?.gateway ?? ''
    const publish = (...args: readonly string[]) => est('registry', 'publish', ...args, '--json')
    const some = await publish('--to', nldGateway, '--to', 'http://127.0.0.1:1')
    expect(some.code).toBe(1)
    expect(jsonOf(some)).toMatchObject({
      version: 2,
      gateways: [
        { gateway: nldGateway, taken: true },
        { gateway: 'http://127.0.0.1:1', taken: false, code: 'ECONNREFUSED' },
      ],
    })
    const earlier = await est('registry', 'publish', at('registry.cose'), '--to', nldGateway)
    expect(earlier).toMatchObject({ code: 1, err: '' })
    expect(earlier.out).toContain(`${nldGateway}: refused: `)
    expect(earlier.out).toContain('registry-rollback')
    expect((await publish('--to', 'http://pouch.example.nl')).code).toBe(2)
  })
})

describe('a gateway is refused in words', () => {
  test('that cannot be reached, or is none', async () => {
    const nobody = await est('inbox', '--gateway', 'http://127.0.0.1:1', '--json')
    expect(nobody.code).toBe(1)
    expect(jsonOf(nobody)).toMatchObject({ unreachable: expect.stringMatching(/./) as string })
    const insecure = await est('inbox', '--gateway', 'http://pouch.example.ee')
    expect(insecure.err).toContain('--gateway: should be https://')
  })

  test('with a credential that is not one, or without the role', async () => {
    const stranger = { POUCH_CREDENTIAL: `pouch_${'0'.repeat(16)}_${'A'.repeat(43)}` }
    const ended = await pouch(['inbox', '--json', '--data', at('est')], stranger)
    expect(jsonOf(ended)).toMatchObject({ refused: 'unauthenticated' })
    expect(ended.out).not.toContain(stranger.POUCH_CREDENTIAL)
  })

  test('a second one on the same data folder', async () => {
    const ended = await est('serve', '--json')
    expect(ended.code).toBe(1)
    expect(jsonOf(ended)).toMatchObject({ database: 'in-use' })
    expect((await est('credential', 'list')).err).toContain('in use by another process')
  })
})

describe('serve', () => {
  test('says one JSON value, logs nothing secret, and ends with exit code 0 at SIGTERM', async () => {
    await transferred()
    for (const gateway of gateways.values()) {
      expect(await gateway.stop()).toBe(0)
      const { out, err } = gateway.said()
      expect(JSON.parse(out)).toMatchObject({ party: expect.stringMatching(/EST|NLD/) as string })
      expect(err).toContain('gateway-started')
      for (const secret of [passphrase, 'Tamm', ...tokens]) expect(out + err).not.toContain(secret)
    }
  })

  test('refuses an occupied port in words', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? String(address.port) : ''
    const ended = await pouch(['serve', '--json', '--data', at('est')], {
      ...opening,
      POUCH_AGENCY_PORT: port,
      POUCH_LOG_LEVEL: 'silent',
    })
    other.close()
    expect(ended.code).toBe(1)
    expect(jsonOf(ended)).toMatchObject({ failed: expect.stringContaining(`port ${port}`) as string })
  })

  test('its credentials are listed without themselves, and revoked', async () => {
    const { credentials } = (await json(est('credential', 'list', '--json'))) as {
      credentials: { id: string }[]
    }
    expect(JSON.stringify(credentials)).not.toContain(tokens[0])
    const [{ id } = { id: '' }] = credentials
    expect(await est('credential', 'revoke', id)).toMatchObject({ code: 0 })
    expect(await est('credential', 'revoke', id)).toMatchObject({ code: 1 })
    expect(existsSync(at('est', 'credential'))).toBe(true)
  })
})
