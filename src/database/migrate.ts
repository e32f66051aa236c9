/** Answers for the shape of the tables: every migration runs once, in order, whichever replica starts first. */
import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import * as ledger from './migrations/0001-ledger.ts'
import * as exchange from './migrations/0002-exchange.ts'
import * as credentials from './migrations/0003-credentials.ts'
import * as sequencer from './migrations/0004-sequencer.ts'
import * as witnessing from './migrations/0005-witnessing.ts'
import * as vigilance from './migrations/0006-vigilance.ts'
import * as release from './migrations/0008-release.ts'
import * as seal from './migrations/0009-seal.ts'
import * as transfers from './migrations/0010-transfers.ts'
import * as suspension from './migrations/0011-suspension.ts'
import * as registryConflicts from './migrations/0012-registry-conflicts.ts'
import * as withdrawal from './migrations/0013-withdrawal.ts'
import * as nonces from './migrations/0014-nonces.ts'
import * as uncompressed from './migrations/0015-uncompressed.ts'
import * as registryConflictGateway from './migrations/0016-registry-conflict-gateway.ts'
import { DatabaseRefused } from './refusal.ts'

/** In order; a name once released never changes. */
const migrations: Readonly<Record<string, Migration>> = {
  '0001-ledger': ledger,
  '0002-exchange': exchange,
  '0003-credentials': credentials,
  '0004-sequencer': sequencer,
  '0005-witnessing': witnessing,
  '0006-vigilance': vigilance,
  '0008-release': release,
  '0009-seal': seal,
  '0010-transfers': transfers,
  '0011-suspension': suspension,
  '0012-registry-conflicts': registryConflicts,
  '0013-withdrawal': withdrawal,
  '0014-nonces': nonces,
  '0015-uncompressed': uncompressed,
  '0016-registry-conflict-gateway': registryConflictGateway,
}

export async function migrate<Tables>(database: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
  })
  await refuseNewer(database)
  const { error, results = [] } = await migrator.migrateToLatest()
  if (error === undefined) return
  const failed = results.find(({ status }) => status === 'Error')?.migrationName ?? 'the migrations'
  throw new DatabaseRefused('damaged', `The database cannot be brought up to date: ${failed} failed.`, {
    cause: error,
  })
}

// An older program on a newer database would write rows that the newer one does not expect.
async function refuseNewer<Tables>(database: Kysely<Tables>): Promise<void> {
  const tables = await database.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some(({ name }) => name === 'kysely_migration')) return
  const done = await (database as Kysely<unknown> as Kysely<{ kysely_migration: { name: string } }>)
    .selectFrom('kysely_migration')
    .select('name')
    .execute()
  const unknown = done.find(({ name }) => !(name in migrations))
  if (unknown === undefined) return
  const message = `The database was made by a newer version of Pouch (it has ${unknown.name}). Upgrade this program, or restore the database of before the upgrade.`
  throw new DatabaseRefused('newer', message)
}
