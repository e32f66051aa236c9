/** Answers for look-ups in a verified registry: which party, which key, at which time. */
import { type CoseSign, pairIds } from './cose.ts'
import { Rejected } from './errors.ts'
import { isLive } from './key-changes.ts'
import type { KeyId, SealingKey, VerificationKey } from './key.ts'
import { type Evaluator, type Rules, rulesFrom } from './policy/rules.ts'
import type { LedgerKeys } from './ledger/checkpoint.ts'
import type { PartyId, Seconds } from './names.ts'
import type { Level } from './policy/level.ts'
import { type Party, type RegisteredKey, requireFresh, type VerifiedRegistry } from './registry.ts'
import type { Witnessing } from './witnessing.ts'

export type KeyUse = RegisteredKey['use']

/** A verified registry, indexed. */
export interface Directory {
  readonly registry: VerifiedRegistry
  readonly rules: Rules
  readonly parties: ReadonlyMap<PartyId, Party>
  readonly keys: ReadonlyMap<KeyId, Holding>
}

interface Holding {
  readonly party: PartyId
  readonly registered: RegisteredKey
}

/**
 * Throws `registry-expired` or `not-yet-valid`. A gateway that keeps the directory asks `requireFresh` again before each use.
 * Without an evaluator, what a national module would be asked about is denied.
 */
export function directoryOf(registry: VerifiedRegistry, now: Seconds, evaluator?: Evaluator): Directory {
  requireFresh(registry.document, now)
  const { parties } = registry.document
  const holdings = parties.flatMap((party) =>
    party.keys.map((registered) => [registered.key.id, { party: party.id, registered }] as const),
  )
  return {
    registry,
    rules: rulesFrom(registry.document, evaluator),
    parties: new Map(parties.map((party) => [party.id, party])),
    keys: new Map(holdings),
  }
}

/** Throws `unknown-party`. */
export function partyOf(directory: Directory, id: PartyId): Party {
  const party = directory.parties.get(id)
  if (party === undefined) throw new Rejected('unknown-party', id)
  return party
}

/** The signature key with this id, of this party, for this use, live at `at`. Throws `unknown-party`, `unknown-key`, `revoked-key`. */
export function verificationKeyOf(
  directory: Directory,
  party: PartyId,
  use: Exclude<KeyUse, 'open'>,
  id: KeyId,
  at: Seconds,
): VerificationKey {
  const { key } = liveKey(directory, party, use, id, at)
  if (key.algorithm === 'hpke-9-ke') throw new Rejected('unknown-key', `${id} is not a signature key`)
  return key
}

/** The two keys that a party signed with, in the order of its signatures. Throws as `verificationKeyOf`. */
export function verificationPairOf(
  directory: Directory,
  party: PartyId,
  [ed25519, mlDsa65]: readonly [KeyId, KeyId],
  at: Seconds,
): readonly [VerificationKey, VerificationKey] {
  const keyOf = (id: KeyId) => verificationKeyOf(directory, party, 'sign', id, at)
  return [keyOf(ed25519), keyOf(mlDsa65)]
}

/**
 * *Keys of a pair*: those that signed, live at `at`, and not revoked by `now`. Throws `missing-signature`, `unknown-party`,
 * `unknown-key`, `revoked-key`.
 */
export function signingKeysOf(
  directory: Directory,
  party: PartyId,
  signatures: CoseSign[3],
  at: Seconds,
  now: Seconds,
): readonly [VerificationKey, VerificationKey] {
  const signers = pairIds(signatures)
  const keys = verificationPairOf(directory, party, signers, at)
  for (const id of signers) requireUnrevoked(directory, id, now)
  return keys
}

/** The opening key's public half with this id. Throws `unknown-party`, `unknown-key`, `revoked-key`. */
export function sealingKeyOf(directory: Directory, party: PartyId, id: KeyId, at: Seconds): SealingKey {
  const { key } = liveKey(directory, party, 'open', id, at)
  if (key.algorithm !== 'hpke-9-ke') throw new Rejected('unknown-key', `${id} is not an opening key`)
  return key
}

/** The key to seal to now: of the party's live opening keys the one that began last. Throws `unknown-party`, `unknown-key`. */
export function currentSealingKey(directory: Directory, party: PartyId, at: Seconds): SealingKey {
  const live = partyOf(directory, party).keys.filter((key) => key.use === 'open' && isLive(key, at))
  const [newest] = live.toSorted((a, b) => b.from - a.from)
  if (newest === undefined) throw new Rejected('unknown-key', `${party} has no live opening key`)
  return sealingKeyOf(directory, party, newest.key.id, at)
}

/** What the party's ledger signs with: of its live ledger keys the ones that began last. Throws `unknown-party`, `unknown-key`, `revoked-key`. */
export function ledgerKeysOf(directory: Directory, party: PartyId, at: Seconds): LedgerKeys {
  const { ledger, keys } = partyOf(directory, party)
  const live = keys
    .filter((key) => key.use === 'ledger' && isLive(key, at))
    .toSorted((a, b) => b.from - a.from)
  const newest = (algorithm: 'ed25519' | 'ml-dsa-44'): VerificationKey => {
    const found = live.find(({ key }) => key.algorithm === algorithm)
    if (found === undefined) {
      const revoked = keys.some(
        ({ use, key, revoked: from }) =>
          use === 'ledger' && key.algorithm === algorithm && from !== undefined,
      )
      throw new Rejected(
        revoked ? 'revoked-key' : 'unknown-key',
        `${party} has no live ${algorithm} ledger key`,
      )
    }
    return verificationKeyOf(directory, party, 'ledger', found.key.id, at)
  }
  return { origin: ledger, ed25519: newest('ed25519'), mlDsa44: newest('ml-dsa-44') }
}

/** The same keys for a ledger by its origin, be it its party's present one or one that it succeeded. Throws likewise. */
export function keysOfLedger(directory: Directory, origin: string, at: Seconds): LedgerKeys {
  return { ...ledgerKeysOf(directory, ownerOfLedger(directory, origin), at), origin }
}

/** Whose ledger has this origin, or had it. Throws `unknown-party`. */
export function ownerOfLedger(directory: Directory, origin: string): PartyId {
  const owner = [...directory.parties.values()].find(
    ({ ledger, earlierLedgers }) => ledger === origin || earlierLedgers?.includes(origin),
  )
  if (owner === undefined) throw new Rejected('unknown-party', `no party has the ledger ${origin}`)
  return owner.id
}

/** What the registry says of witnesses; `undefined` when it says nothing. */
export function witnessingOf({ registry }: Directory): Witnessing | undefined {
  return registry.document.witnessing
}

/** Who may witness this party's ledger, and with which keys now: never itself, and nobody without live ledger keys. */
export function witnessesFor(
  directory: Directory,
  owner: PartyId,
  at: Seconds,
): ReadonlyMap<PartyId, LedgerKeys> {
  const ledgers = othersAsWitnesses(directory, owner).flatMap((id) => {
    const keys = liveLedgerKeys(directory, id, at)
    return keys === undefined ? [] : [[id, keys] as const]
  })
  return new Map(ledgers)
}

/**
 * How many others must have cosigned the owner's ledger before an envelope of this level is released. Throws
 * `no-witness-policy` where the registry says nothing and the level is SECRET or above, and where the owner has fewer
 * witnesses than that.
 */
export function quorumFor(directory: Directory, level: Level, owner: PartyId): number {
  const quorum = witnessingOf(directory)?.quorums[level] ?? (level < 3 ? 0 : undefined)
  if (quorum === undefined) throw new Rejected('no-witness-policy', `level ${level}`)
  const others = othersAsWitnesses(directory, owner).length
  if (quorum > others) throw new Rejected('no-witness-policy', `${quorum} of ${others} witnesses of ${owner}`)
  return quorum
}

function othersAsWitnesses(directory: Directory, owner: PartyId): readonly PartyId[] {
  return witnessingOf(directory)?.witnesses.filter((id) => id !== owner) ?? []
}

function liveLedgerKeys(directory: Directory, party: PartyId, at: Seconds): LedgerKeys | undefined {
  try {
    return ledgerKeysOf(directory, party, at)
  } catch (error) {
    if (error instanceof Rejected && lacksKeys.has(error.code)) return undefined
    throw error
  }
}

const lacksKeys: ReadonlySet<string> = new Set(['unknown-key', 'revoked-key'])

/** Throws `revoked-key` when the key is revoked at `now`, whenever it was used. */
export function requireUnrevoked(directory: Directory, id: KeyId, now: Seconds): void {
  const revoked = directory.keys.get(id)?.registered.revoked
  if (revoked !== undefined && now >= revoked) throw new Rejected('revoked-key', id)
}

function liveKey(directory: Directory, party: PartyId, use: KeyUse, id: KeyId, at: Seconds): RegisteredKey {
  partyOf(directory, party)
  const holding = directory.keys.get(id)
  if (holding === undefined || holding.party !== party || holding.registered.use !== use) {
    throw new Rejected('unknown-key', `${party} ${use} ${id}`)
  }
  const { registered } = holding
  if (registered.revoked !== undefined && at >= registered.revoked) throw new Rejected('revoked-key', id)
  if (!isLive(registered, at)) throw new Rejected('unknown-key', `${id} is not live at ${at}`)
  return registered
}
