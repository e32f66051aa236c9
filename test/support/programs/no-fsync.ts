/** Answers for a database that only seems durable: preloaded, it lets PGlite start as it comes, with fsync off. */
import { PGlite } from '@electric-sql/pglite'

const create = PGlite.create.bind(PGlite)
PGlite.create = ((options: { startParams?: string[] }) =>
  create({ ...options, startParams: PGlite.defaultStartParams })) as typeof PGlite.create
