/**
 * Four gateways in a row: an attestation that three of them passed on is withdrawn by its issuer, and everyone who ever
 * received it is told by the one it had it from, and acknowledges.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { toHex } from '../../protocol/bytes.ts'
import { currentSealingKey } from '../../protocol/directory.ts'
import { seal } from '../../protocol/envelope/seal.ts'
import { parseRecord } from '../../protocol/ledger/record.ts'
import { verifyAttestation } from '../../protocol/attestation/verify.ts'
import { rootsDigest } from '../../protocol/roots.ts'
import { requireStanding, signStatusList, verifyStatusList } from '../../protocol/status-token.ts'
import { attestationDigest, signWithdrawal, type Withdrawal } from '../../protocol/withdrawal.ts'
import { handOver } from '../../src/exchange/deliver.ts'
import type { Gateway } from '../../src/exchange/gateway.ts'
import { packageAndSubmit } from '../../src/exchange/package.ts'
import { transferStatus } from '../../src/exchange/status.ts'
import { submit } from '../../src/exchange/submit.ts'
import { withdraw } from '../../src/exchange/withdrawal/withdraw.ts'
import { withdrawalsKnown } from '../../src/exchange/withdrawal/withdrawals-known.ts'
import { issueCredentials } from '../../src/http/credentials.ts'
import type { GatewayProcess } from '../../src/gateway-process.ts'
import { jsonOf, pouch } from '../support/command-line.ts'
import { eachDatabase } from '../support/databases.ts'
import { eventually } from '../support/eventually.ts'
import { agreementId, purpose } from '../support/registry.ts'
import { requestTo } from '../support/request.ts'
import { makeWorld, originOf, type World } from '../support/world.ts'

const day = 86_400
const row = ['EST', 'NLD', 'LVA', 'NOR'] as const
type Party = (typeof row)[number]

eachDatabase('a withdrawal', ({ fresh }) => {
  let world: World
  const running = new Map<Party, GatewayProcess>()
  const at = (party: Party): Gateway => {
    const found = running.get(party)
    if (found === undefined) throw new RangeError(`${party} does not run`)
    return found.gateway
  }
  const start = async (party: Party) => running.set(party, await world.start(party))
  const stop = async (party: Party) => {
    await running.get(party)?.stop()
    running.delete(party)
  }

  beforeAll(async () => {
    const parties = row.map((id) => ({ id, accreditation: 4 }) as const)
    world = await makeWorld({ parties, database: fresh })
    for (const party of row) await start(party)
  })
  afterAll(() => world.end())

  const arrived = (from: Party, id: string) =>
    eventually(`the relay from ${from}`, async () => {
      const [recipient] = (await transferStatus(at(from), id, from)).recipients
      return recipient?.relay === 'done' ? recipient : undefined
    })
  /** Issues an attestation, and gives it as the first receiver has it. */
  const issued = async (to: Party): Promise<Uint8Array> => {
    const { id } = await packageAndSubmit(at('EST'), requestTo([to], world.clock.now))
    await arrived('EST', id)
    const [attestation] = (await handOver(at(to), id)).attestations
    return attestation?.bytes ?? new Uint8Array(0)
  }
  const passedOn = async (from: Party, to: Party, attestation: Uint8Array) => {
    const request = { ...requestTo([to], world.clock.now), attestations: [], passing: [attestation] }
    const { id } = await packageAndSubmit(at(from), request)
    await arrived(from, id)
    await handOver(at(to), id)
  }
  const known = async (party: Party, attestation: Uint8Array) => {
    const digest = toHex(attestationDigest(attestation))
    const { withdrawals } = await withdrawalsKnown(at(party))
    return withdrawals.filter((each) => toHex(each.attestation) === digest)
  }
  const told = (party: Party, attestation: Uint8Array, others: readonly Party[], kind = 'withdrawn') =>
    eventually(`${party} to have told ${others.join()}`, async () => {
      const [last] = await known(party, attestation)
      const done = last?.receivers.filter(({ acknowledged }) => acknowledged).map((each) => each.party) ?? []
      return last?.kind === kind && done.join() === others.join() ? last : undefined
    })
  const entries = async (party: Party) => {
    const rows = await at(party)
      .database.selectFrom('ledger_entry')
      .select('record')
      .orderBy('index')
      .execute()
    return rows
      .flatMap(({ record }) => (record === null ? [] : [parseRecord(record)]))
      .filter(({ event }) => event === 'attestation-withdrawal')
  }

  test('reaches all three receivers in a row, each acknowledges, and each ledger holds it once', async () => {
    const attestation = await issued('NLD')
    await passedOn('NLD', 'LVA', attestation)
    await passedOn('LVA', 'NOR', attestation)
    const request = {
      attestation: attestationDigest(attestation),
      kind: 'withdrawn',
      reason: 'review',
    } as const
    const [first] = await withdraw(at('EST'), request)
    await told('EST', attestation, ['NLD'])
    await told('NLD', attestation, ['LVA'])
    await told('LVA', attestation, ['NOR'])
    await told('NOR', attestation, [])
    // Asked for again it is the same statement, and nobody is told twice.
    expect(await withdraw(at('EST'), request)).toEqual([{ ...first, repeated: true }])
    for (const party of row) {
      const mine = await entries(party)
      expect(mine).toMatchObject([{ actor: 'EST', from: 'EST' }])
    }
    // What is withdrawn goes no further.
    await expect(passedOn('LVA', 'EST', attestation)).rejects.toMatchObject({ code: 'status-withdrawn' })
    await expect(withdraw(at('EST'), { ...request, kind: 'reinstated' })).rejects.toMatchObject({
      code: 'status-withdrawn',
    })
  })

  test('gets to a gateway that is away when it is back, by another envelope when the first has expired', async () => {
    const attestation = await issued('NLD')
    await stop('NLD')
    const since = world.clock.now
    await withdraw(at('EST'), {
      attestation: attestationDigest(attestation),
      kind: 'suspended',
      reason: 'undisclosed',
    })
    const sent = (attempts: number) =>
      eventually(`envelope ${attempts}`, async () => {
        const [last] = await known('EST', attestation)
        return last?.receivers[0]?.attempts === attempts ? last : undefined
      })
    const first = await sent(1)
    expect(first.receivers).toMatchObject([{ party: 'NLD', acknowledged: false, since, late: false }])
    world.clock.now += 2 * day
    const late = await sent(2)
    expect(late.receivers).toMatchObject([{ party: 'NLD', acknowledged: false, since, late: true }])
    await start('NLD')
    await told('EST', attestation, ['NLD'], 'suspended')
    expect(await known('NLD', attestation)).toMatchObject([{ issuer: 'EST', kind: 'suspended' }])
  })

  test('changes the status list at once, and a list of yesterday says nothing', async () => {
    const attestation = await issued('NLD')
    const directory = at('NLD').directory()
    const verified = verifyAttestation(attestation, directory, world.clock.now)
    const list = async () => {
      const response = await fetch(verified.status?.uri ?? '')
      return new Uint8Array(await response.arrayBuffer())
    }
    const state = (kind: 'suspended' | 'reinstated') =>
      withdraw(at('EST'), { attestation: attestationDigest(attestation), kind, reason: 'review' })
    const check =
      (token: Uint8Array, now = world.clock.now) =>
      () =>
        requireStanding(verified, token, directory, now)
    const code = (code: string) => expect.objectContaining({ code }) as Error
    const before = await list()
    expect(check(before)).not.toThrow()
    expect(check(before, world.clock.now + day)).toThrow(code('status-unknown'))
    await state('suspended')
    expect(check(await list())).toThrow(code('status-withdrawn'))
    await state('reinstated')
    expect(check(await list())).not.toThrow()
  })

  test('verify --status: stands, or does not, by the list of its issuer and of now alone', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'pouch-status-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = (name: string, bytes: Uint8Array): string => {
      writeFileSync(path.join(folder, name), bytes)
      return path.join(folder, name)
    }
    const attestation = await issued('NLD')
    const directory = at('NLD').directory()
    const uri = verifyAttestation(attestation, directory, world.clock.now).status?.uri ?? ''
    const held = new Uint8Array(await (await fetch(uri)).arrayBuffer())
    const claims = verifyStatusList(held, 'EST', directory, world.clock.now)
    const list = file('list.cose', held)
    const trusted = [
      '--registry',
      file('registry.cose', world.registry),
      '--roots',
      rootsDigest(world.document.roots),
    ]
    const verified = async (name: string, words: readonly string[], now = world.clock.now) => {
      const time = new Date(1000 * now).toISOString().replace('.000Z', 'Z')
      const ended = await pouch(['verify', name, ...words, ...trusted, '--at', time, '--json'])
      const { checks = [] } = jsonOf(ended) as {
        checks?: { check: string; outcome: string; code?: string }[]
      }
      const { outcome, code } = checks.find(({ check }) => check === 'status') ?? {}
      return `${ended.code ?? ''} ${outcome ?? ''} ${code ?? ''}`.trim()
    }
    const name = file('attestation.cose', attestation)
    expect(await verified(name, [])).toBe('0 not-reached')
    expect(await verified(name, ['--status', uri])).toBe('0 pass')
    expect(await verified(name, ['--status', list])).toBe('0 pass')
    expect(await verified(name, ['--status', list], world.clock.now + day)).toBe('1 fail status-unknown')
    const { signing } = world.party('NLD')
    const others = file('others.cose', signStatusList(claims, signing))
    expect(await verified(name, ['--status', others])).toBe('1 fail unknown-key')
    const elsewhere = signStatusList({ ...claims, uri: `${uri}0` }, world.party('EST').signing)
    expect(await verified(name, ['--status', file('else.cose', elsewhere)])).toBe('1 fail status-unknown')
    expect(await verified(name, ['--status', name])).toBe('1 fail malformed-structure')
    const about = { attestation: attestationDigest(attestation), reason: 'review' } as const
    await withdraw(at('EST'), { ...about, kind: 'suspended' })
    expect(await verified(name, ['--status', uri])).toBe('1 fail status-withdrawn')
    // Nothing is said to be valid for want of a list, nor of what no list speaks of.
    expect(await verified(name, ['--status', `${new URL(uri).origin}/v1/status/999`])).toBe('1')
    expect(await verified(list, ['--status', list])).toBe('2')
  })

  test.each([
    ['signed by another in the issuer’s name', 'EST', 'bad-document'],
    ['by another in its own name', 'NLD', 'forbidden'],
  ] as const)('forged, %s: refused, and nothing is entered', async (_, issuer, code) => {
    const attestation = await issued('LVA')
    const statement: Withdrawal = {
      ...{ issuer, attestation: attestationDigest(attestation), kind: 'withdrawn', sequence: 1 },
      ...{ at: world.clock.now, reason: 'review' },
    }
    const { signing } = world.party('NLD')
    const { label } = requestTo(['LVA'], world.clock.now)
    const directory = at('NLD').directory()
    const envelope = seal({
      ...{ issuer: 'NLD', messageType: 'clearance.withdrawal', label, purpose, agreement: agreementId },
      documents: [signWithdrawal(statement, signing)],
      recipients: [{ party: 'LVA', key: currentSealingKey(directory, 'LVA', world.clock.now) }],
      ...{ signers: signing, issuedAt: world.clock.now, expiresAt: world.clock.now + day },
    })
    const { id } = await submit(at('NLD'), envelope, { kind: 'agency' })
    const answer = await eventually('the refusal', async () => {
      const [recipient] = (await transferStatus(at('NLD'), id, 'NLD')).recipients
      return recipient?.acknowledgement
    })
    expect(answer).toMatchObject({ outcome: 'refused', code })
    expect(await known('LVA', attestation)).toEqual([])
  })

  test('is stated and listed on the command line, and the list is looked at', async () => {
    const attestation = await issued('NLD')
    const digest = toHex(attestationDigest(attestation))
    const officer = { name: 'officer', roles: ['officer'] } as const
    const [issuance] = await issueCredentials(at('EST').database, [officer], world.clock.now)
    const { agencyPort } = world.party('EST')
    const asked = (...words: readonly string[]) =>
      pouch([...words, '--gateway', originOf(agencyPort), '--json'], {
        POUCH_CREDENTIAL: issuance?.token ?? '',
      })
    const stated = await asked('withdraw', digest, '--reason', 'change-of-position')
    expect(jsonOf(stated)).toMatchObject({ withdrawals: [{ attestation: digest, repeated: false }] })
    await told('EST', attestation, ['NLD'])
    const listing = await asked('withdrawals')
    expect(listing).toMatchObject({ code: 0 })
    const { withdrawals } = jsonOf(listing) as { withdrawals: { attestation: string }[] }
    expect(withdrawals.find((each) => each.attestation === digest)).toMatchObject({
      ...{ issuer: 'EST', kind: 'withdrawn', reason: 'change-of-position' },
      receivers: [{ party: 'NLD', acknowledged: true, late: false }],
    })
    expect((await asked('withdraw', 'nothing', '--reason', 'review')).code).toBe(2)
  })

  test('of an attestation of another, or of one that never was, is not stated', async () => {
    const attestation = await issued('NLD')
    const request = { kind: 'withdrawn', reason: 'review' } as const
    for (const digest of [attestationDigest(attestation), new Uint8Array(32)]) {
      const asked = withdraw(at('NLD'), { ...request, attestation: digest })
      await expect(asked).rejects.toMatchObject({ code: 'not-found' })
    }
  })
})
