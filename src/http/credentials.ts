/**
 * Answers for who asks on the agency listener: API credentials with roles, and the table `credentials`. A token is shown
 * once, when it is issued; the table holds a salted digest of it, which is enough because a token holds 32 random bytes
 * and cannot be guessed, however cheap a guess is.
 */
import { sql } from 'kysely'
import { suite } from '#suite'
import { concat, equalInConstantTime, toBase64, toHex, utf8 } from '../../protocol/bytes.ts'
import { Rejected } from '../../protocol/errors.ts'
import type { Seconds } from '../../protocol/names.ts'
import type { Database } from '../database/open.ts'
import { together } from '../database/together.ts'
import { textColumn } from '../database/values.ts'

/**
 * `submit` sends and acknowledges for the party; `read` looks at its inbox and envelopes; `officer` withdraws, and manages
 * credentials; `auditor` reads evidence and the ledger; `monitor` reads figures and nothing else. No role contains another.
 */
export const roles = ['submit', 'read', 'officer', 'auditor', 'monitor'] as const
export type Role = (typeof roles)[number]

/** Of those who work with what the gateway is for. */
export const workingRoles = roles.filter((role) => role !== 'monitor')

export interface CredentialRow {
  readonly id: string
  readonly name: string
  /** The roles, separated by single spaces, in the order of the list above. */
  readonly roles: string
  readonly salt: Uint8Array
  readonly digest: Uint8Array
  readonly created: Seconds
  readonly expires: Seconds | null
  readonly revoked: Seconds | null
}

export interface Caller {
  readonly credentialId: string
  readonly name: string
  readonly roles: ReadonlySet<Role>
}

export interface CredentialRequest {
  /** For people: whose it is, or which system's. */
  readonly name: string
  readonly roles: readonly Role[]
  readonly expires?: Seconds
}

export interface IssuedCredential {
  readonly id: string
  /** Shown now and never again. */
  readonly token: string
}

export type CredentialListing = Omit<CredentialRow, 'roles' | 'salt' | 'digest'> & {
  readonly roles: readonly Role[]
}

const bearer = /^[Bb]earer +(pouch_([0-9a-f]{16})_[A-Za-z0-9_-]{43})$/

/** The row of an id; `undefined` without one. */
export type FindCredential = (id: string) => Promise<CredentialRow | undefined>

/** Looked at for every request, so that a revocation is effective at the next one. */
export function credentialsIn(database: Database): FindCredential {
  return together(async (ids) => {
    const rows = await sql<CredentialRow>`
      select * from credentials where id = any(${textColumn(ids)})`.execute(database)
    const byId = new Map(rows.rows.map((row) => [row.id, row]))
    return ids.map((id) => byId.get(id))
  })
}

/** The caller whose token the Authorization field carries (RFC 6750 §2.1), or `Rejected('unauthenticated')`. */
export async function authenticate(
  find: FindCredential,
  authorization: string | undefined,
  now: Seconds,
): Promise<Caller> {
  const [, token, id] = bearer.exec(authorization ?? '') ?? []
  if (token === undefined || id === undefined) return refuse('no API credential')
  const row = await find(id)
  // An unknown id takes the same work and gets the same words as a wrong secret.
  const proven = equalInConstantTime(digestOf(row?.salt ?? unknownSalt, token), row?.digest ?? unknownDigest)
  if (row === undefined || !proven) return refuse('not a credential of this gateway')
  if (row.revoked !== null) return refuse('the credential was revoked')
  if (row.expires !== null && row.expires <= now) return refuse('the credential has expired')
  return { credentialId: row.id, name: row.name, roles: new Set(rolesIn(row.roles)) }
}

export function requireRole(caller: Caller, role: Role): void {
  if (caller.roles.has(role)) return
  throw new Rejected('forbidden', `credential ${caller.credentialId} is without ${role}`)
}

export async function issueCredentials(
  database: Database,
  requests: readonly CredentialRequest[],
  now: Seconds,
): Promise<readonly IssuedCredential[]> {
  if (requests.length === 0) return []
  const made = requests.map((request) => make(request, now))
  const rows = made.map(({ row }) => row)
  await database.insertInto('credentials').values(rows).execute()
  return made.map(({ row, token }) => ({ id: row.id, token }))
}

/** From the next request on none of them is taken. Gives the ids that were live until now. */
export async function revokeCredentials(
  database: Database,
  ids: readonly string[],
  now: Seconds,
): Promise<readonly string[]> {
  if (ids.length === 0) return []
  const rows = await database
    .updateTable('credentials')
    .set({ revoked: now })
    .where('id', 'in', ids)
    .where('revoked', 'is', null)
    .returning('id')
    .execute()
  return rows.map(({ id }) => id)
}

export async function listCredentials(database: Database): Promise<readonly CredentialListing[]> {
  const columns = ['id', 'name', 'roles', 'created', 'expires', 'revoked'] as const
  const rows = await database
    .selectFrom('credentials')
    .select(columns)
    .orderBy('created')
    .orderBy('id')
    .execute()
  return rows.map((row) => ({ ...row, roles: rolesIn(row.roles) }))
}

const unknownSalt = new Uint8Array(16)
const unknownDigest = new Uint8Array(32)

function make(
  { name, roles: wanted, expires }: CredentialRequest,
  now: Seconds,
): { row: CredentialRow; token: string } {
  const id = toHex(suite.randomBytes(8))
  const secret = toBase64(suite.randomBytes(32)).replaceAll('+', '-').replaceAll('/', '_').slice(0, 43)
  const token = `pouch_${id}_${secret}`
  const salt = suite.randomBytes(16)
  const ordered = roles.filter((role) => wanted.includes(role)).join(' ')
  const row = {
    id,
    name,
    roles: ordered,
    salt,
    digest: digestOf(salt, token),
    created: now,
    expires: expires ?? null,
    revoked: null,
  }
  return { row, token }
}

function digestOf(salt: Uint8Array, token: string): Uint8Array {
  return suite.sha256(concat(salt, utf8(token)))
}

function rolesIn(text: string): readonly Role[] {
  const words = text.split(' ')
  return roles.filter((role) => words.includes(role))
}

function refuse(detail: string): never {
  throw new Rejected('unauthenticated', detail)
}
