/** Answers for API credentials: a token is taken while it is live, in its roles, and is nowhere to be found again. */
import { beforeAll, expect, test } from 'vitest'
import { toBase64, toHex } from '../../protocol/bytes.ts'
import type { Database } from '../../src/database/open.ts'
import {
  authenticate,
  credentialsIn,
  type IssuedCredential,
  issueCredentials,
  listCredentials,
  requireRole,
  revokeCredentials,
  roles,
} from '../../src/http/credentials.ts'
import { eachDatabase } from '../support/databases.ts'

const now = 1_795_435_200

eachDatabase('API credentials', (databases) => {
  let database: Database
  let issued: readonly IssuedCredential[]

  beforeAll(async () => {
    database = await databases.open()
    issued = await issueCredentials(
      database,
      [
        { name: 'case system', roles: ['submit', 'read'] },
        { name: 'auditor Tamm', roles: ['auditor'], expires: now + 100 },
        { name: 'all', roles: [...roles].reverse() },
      ],
      now,
    )
  })

  const token = (i: number): string => issued[i]?.token ?? ''
  const ask = (authorization: string | undefined, at = now) =>
    authenticate(credentialsIn(database), authorization, at)

  test('are taken as who they are', async () => {
    const caller = await ask(`Bearer ${token(0)}`)
    expect(caller).toEqual({
      credentialId: issued[0]?.id,
      name: 'case system',
      roles: new Set(['submit', 'read']),
    })
    await expect(ask(`bearer ${token(1)}`, now + 99)).resolves.toMatchObject({ name: 'auditor Tamm' })
  })

  test('have the roles that they were given and no others', async () => {
    const submitter = await ask(`Bearer ${token(0)}`)
    for (const role of ['submit', 'read'] as const) expect(() => requireRole(submitter, role)).not.toThrow()
    for (const role of ['officer', 'auditor'] as const) {
      expect(() => requireRole(submitter, role)).toThrow(
        expect.objectContaining({ code: 'forbidden' }) as Error,
      )
    }
    const all = await ask(`Bearer ${token(2)}`)
    for (const role of roles) expect(() => requireRole(all, role)).not.toThrow()
  })

  const changed = (text: string, at: number) =>
    text.slice(0, at) + (text[at] === 'a' ? 'b' : 'a') + text.slice(at + 1)
  const refusals: readonly [string, () => string | undefined][] = [
    ['nothing', () => undefined],
    ['an empty field', () => ''],
    ['a token without its scheme', () => token(0)],
    ['another scheme', () => `Basic ${token(0)}`],
    ['a token with more behind it', () => `Bearer ${token(0)}x`],
    ['a token cut short', () => `Bearer ${token(0).slice(0, -1)}`],
    ['two tokens', () => `Bearer ${token(0)}, Bearer ${token(2)}`],
    ['the id of no credential', () => `Bearer ${changed(token(0), 6)}`],
    ['another secret', () => `Bearer ${changed(token(0), 30)}`],
    [
      'one credential’s id with another’s secret',
      () => `Bearer ${token(0).slice(0, 23)}${token(2).slice(23)}`,
    ],
    ['a token in capitals', () => `Bearer ${token(0).toUpperCase()}`],
    ['SQL', () => `Bearer pouch_' or ''=''_`],
  ]
  test.each(refusals)('are refused: %s', async (_, authorization) => {
    await expect(ask(authorization())).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  test('are refused in the same words whether the id or the secret is wrong', async () => {
    const details = [6, 30].map((at) =>
      ask(`Bearer ${changed(token(0), at)}`).catch((error: unknown) => String(error)),
    )
    const [id, secret] = await Promise.all(details)
    expect(id).toBe(secret)
  })

  test('end when they expire', async () => {
    await expect(ask(`Bearer ${token(1)}`, now + 100)).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  test('end when they are revoked, once, and stay in the list', async () => {
    const [{ id, token: secret } = { id: '', token: '' }] = await issueCredentials(
      database,
      [{ name: 'lost', roles: ['read'] }],
      now,
    )
    await expect(ask(`Bearer ${secret}`)).resolves.toMatchObject({ name: 'lost' })
    expect(await revokeCredentials(database, [id, 'ffffffffffffffff'], now + 5)).toEqual([id])
    await expect(ask(`Bearer ${secret}`)).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(await revokeCredentials(database, [id], now + 9)).toEqual([])
    expect(await listCredentials(database)).toContainEqual({
      id,
      name: 'lost',
      roles: ['read'],
      created: now,
      expires: null,
      revoked: now + 5,
    })
  })

  test('are issued and revoked in any number, none too', async () => {
    expect(await issueCredentials(database, [], now)).toEqual([])
    expect(await revokeCredentials(database, [], now)).toEqual([])
    const many = await issueCredentials(
      database,
      Array.from({ length: 500 }, (_, i) => ({ name: `system ${i}`, roles: ['read'] as const })),
      now,
    )
    expect(new Set(many.map(({ token }) => token)).size).toBe(500)
    expect(
      await revokeCredentials(
        database,
        many.map(({ id }) => id),
        now,
      ),
    ).toHaveLength(500)
  })

  test('are nowhere in the table', async () => {
    const rows = await database.selectFrom('credentials').selectAll().execute()
    const text = rows
      .map((row) => JSON.stringify(row) + toHex(row.salt) + toHex(row.digest) + toBase64(row.digest))
      .join()
    for (const { token: whole } of issued) {
      const secret = whole.slice(23)
      expect(text).not.toContain(secret)
      expect(text).not.toContain(toHex(Uint8Array.from(Buffer.from(secret, 'base64url'))))
    }
    expect(rows.every(({ digest, salt }) => digest.length === 32 && salt.length === 16)).toBe(true)
    expect(new Set(rows.map(({ salt }) => toHex(salt))).size).toBe(rows.length)
  })
})
