/**
 * Answers for how Kysely drives either database: one driver over statements and transactions, so that both behave alike.
 * A transaction commits only if every statement in it succeeded, on the connection that it began on.
 */
import {
  AbortedTransactionError,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type DialectAdapter,
  type Driver,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from 'kysely'

export interface Reply {
  readonly rows: readonly unknown[]
  /** SELECT, INSERT, … */
  readonly command: string
  readonly count: number
}

export type Query = (sql: string, parameters: readonly unknown[]) => Promise<Reply>

export interface Backend {
  readonly query: Query
  /** Commits when `work` ends well; rolls back and throws what it threw otherwise. Settles early when the connection is lost. */
  transaction(settings: string, work: (query: Query) => Promise<void>): Promise<void>
  close(): Promise<void>
}

export function dialectOver(backend: Backend, adapter: DialectAdapter): Dialect {
  return {
    createAdapter: () => adapter,
    createDriver: () => new BackendDriver(backend),
    createIntrospector: (database) => new PostgresIntrospector(database),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }
}

class BackendDriver implements Driver {
  readonly #backend: Backend

  constructor(backend: Backend) {
    this.#backend = backend
  }

  init = (): Promise<void> => Promise.resolve()
  acquireConnection = (): Promise<Connection> => Promise.resolve(new Connection(this.#backend))
  releaseConnection = (): Promise<void> => Promise.resolve()
  beginTransaction = (connection: Connection, settings: TransactionSettings): Promise<void> =>
    connection.begin(settings)
  commitTransaction = (connection: Connection): Promise<void> => connection.commit()
  rollbackTransaction = (connection: Connection): Promise<void> => connection.rollback()
  destroy = (): Promise<void> => this.#backend.close()
}

interface OpenTransaction {
  readonly query: Query
  readonly end: PromiseWithResolvers<undefined>
  readonly done: Promise<void>
  /** What ended it before its time: from then on nothing is sent, for the connection may belong to another. */
  lost: { readonly error: unknown } | undefined
  failed: boolean
}

const rolledBack = new Error('rolled back')

class Connection implements DatabaseConnection {
  readonly #backend: Backend
  #open: OpenTransaction | undefined
  #lastBegun: OpenTransaction | undefined

  constructor(backend: Backend) {
    this.#backend = backend
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, command, count } = await this.#send(sql, parameters)
    const changes = ['INSERT', 'UPDATE', 'DELETE', 'MERGE'].includes(command)
    return { rows: rows as R[], ...(changes && { numAffectedRows: BigInt(count) }) }
  }

  async #send(sql: string, parameters: readonly unknown[]): Promise<Reply> {
    const open = this.#open
    if (open === undefined) return this.#backend.query(sql, parameters)
    if (open.lost !== undefined) throw open.lost.error
    try {
      return await open.query(sql, parameters)
    } catch (error) {
      open.failed = true
      throw error
    }
  }

  async begin({ isolationLevel, accessMode }: TransactionSettings): Promise<void> {
    const level = isolationLevel === undefined ? '' : `isolation level ${isolationLevel}`
    const begun = Promise.withResolvers<Query>()
    const end = Promise.withResolvers<undefined>()
    const done = this.#backend.transaction(`${level} ${accessMode ?? ''}`.trim(), (query) => {
      begun.resolve(query)
      return end.promise
    })
    // Whoever commits sees the error again; before that it means that the connection is lost.
    done.catch((error: unknown) => {
      begun.reject(error)
      if (this.#lastBegun?.done === done) this.#lastBegun.lost = { error }
    })
    this.#open = this.#lastBegun = { query: await begun.promise, end, done, lost: undefined, failed: false }
  }

  // PostgreSQL answers the COMMIT of an aborted transaction with ROLLBACK and no error; whoever caught the failed
  // statement's error must not take that for a commit.
  async commit(): Promise<void> {
    const open = this.#end()
    if (open.lost !== undefined) throw open.lost.error
    if (open.failed) {
      await this.#rollBack(open)
      throw new AbortedTransactionError()
    }
    open.end.resolve(undefined)
    await open.done
  }

  async rollback(): Promise<void> {
    if (this.#open !== undefined) await this.#rollBack(this.#end())
  }

  async #rollBack(open: OpenTransaction): Promise<void> {
    // A lost connection is heard of within this turn. Nothing is sent on it: it may already serve another transaction.
    await new Promise((resolve) => setImmediate(resolve))
    if (open.lost !== undefined) return
    open.end.reject(rolledBack)
    await open.done.catch(() => undefined)
  }

  #end(): OpenTransaction {
    const open = this.#open
    if (open === undefined) throw new Error('no transaction is open')
    this.#open = undefined
    return open
  }

  streamQuery(): never {
    throw new Error('queries are not streamed')
  }
}
