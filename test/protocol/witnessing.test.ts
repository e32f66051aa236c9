/** Answers for the registry's policy of witnesses: which there are for whom, how many a level needs, and what holds without one. */
import { describe, expect, test } from 'vitest'
import { HeldSigningKey } from '../../keys/signing-key.ts'
import {
  type Directory,
  directoryOf,
  quorumFor,
  witnessesFor,
  witnessingOf,
} from '../../protocol/directory.ts'
import type { Rejected } from '../../protocol/errors.ts'
import { type Level, levels } from '../../protocol/policy/level.ts'
import { acceptFirst, type Party, type RegisteredKey } from '../../protocol/registry.ts'
import type { Witnessing } from '../../protocol/witnessing.ts'
import { day, directory, document, now, pinnedRoots, roots, signedBy } from '../support/parties.ts'

const refused = expect.objectContaining({ code: 'no-witness-policy' }) as Rejected

/** Every party but NATO-NOS has a ledger that signs. */
function withLedgerKeys(party: Party): Party {
  if (party.id === 'NATO-NOS') return party
  const keys = (['ed25519', 'ml-dsa-44'] as const).map((algorithm): RegisteredKey => {
    return { use: 'ledger', key: HeldSigningKey.generate(algorithm).publicKey, from: now - day }
  })
  return { ...party, keys: [...party.keys, ...keys] }
}

function directoryWith(witnessing: Witnessing): Directory {
  const parties = document.parties.map(withLedgerKeys)
  const signed = signedBy({ ...document, parties, witnessing }, roots.slice(0, 2))
  return directoryOf(acceptFirst(signed, pinnedRoots), now)
}

const policy: Witnessing = { witnesses: ['EST', 'NATO-NOS', 'NLD'], quorums: [0, 0, 1, 2, 3], limit: 900 }
const stated = directoryWith(policy)

describe('a registry that says nothing', () => {
  test('needs nobody up to level 2, and refuses above', () => {
    expect(witnessingOf(directory)).toBeUndefined()
    expect(([0, 1, 2] as const).map((level) => quorumFor(directory, level, 'EST'))).toEqual([0, 0, 0])
    for (const level of [3, 4] as const) expect(() => quorumFor(directory, level, 'EST')).toThrow(refused)
  })

  test('names no witness', () => {
    expect(witnessesFor(directory, 'EST', now).size).toBe(0)
  })
})

describe('a registry that says who', () => {
  test('is accepted and read back', () => {
    expect(witnessingOf(stated)).toEqual(policy)
  })

  test('needs of others what it says', () => {
    expect(([0, 1, 2, 3] as const).map((level) => quorumFor(stated, level, 'EST'))).toEqual([0, 0, 1, 2])
  })

  test('refuses a level for whom there are too few others', () => {
    expect(() => quorumFor(stated, 4, 'EST')).toThrow(refused)
    const two = directoryWith({ ...policy, witnesses: ['NATO-NOS', 'NLD'], quorums: [0, 0, 0, 0, 2] })
    const quorums = (party: string) => levels.map((level: Level) => () => quorumFor(two, level, party))
    expect(quorums('EST').map((quorum) => quorum())).toEqual([0, 0, 0, 0, 2])
    expect(quorums('NLD')[4]).toThrow(refused)
  })

  test('has no party witness itself, and none without live ledger keys', () => {
    const found = (party: string, at = now) => [...witnessesFor(stated, party, at).keys()]
    expect(found('EST')).toEqual(['NLD'])
    expect(found('NLD')).toEqual(['EST'])
    expect(found('NATO-NOS')).toEqual(['EST', 'NLD'])
    expect(found('NATO-NOS', now - 2 * day)).toEqual([])
    expect(witnessesFor(stated, 'EST', now).get('NLD')?.origin).toBe('nld.example/ledger')
  })

  test('may need nobody for SECRET, when it says so', () => {
    const open = directoryWith({ witnesses: ['NLD'], quorums: [0, 0, 0, 0, 0], limit: 60 })
    expect(levels.map((level) => quorumFor(open, level, 'NLD'))).toEqual([0, 0, 0, 0, 0])
  })
})
