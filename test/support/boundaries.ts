/**
 * Answers for the moments between two steps of a gateway's work, seen from outside: before and after each commit, after each
 * other write, after each answer of a peer, after each own answer. What lies between two of them changes memory alone.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { ServerResponse } from 'node:http'
import { DefaultQueryExecutor, type QueryResult, TransactionBuilder } from 'kysely'

type Pass = (name: string) => void

/** From here on `pass` is told of every boundary, in the turn in which it is reached. */
export function watchBoundaries(pass: Pass): void {
  watchWrites(pass)
  watchPeers(pass)
  watchAnswers(pass)
}

const writing = /^\s*(?:insert|update|delete|with)\b/i
const tables = /(?:insert into|update|delete from)\s+"?([a-z_]+)/gi

function changed({ rows, numAffectedRows }: QueryResult<unknown>): boolean {
  return rows.length > 0 || (numAffectedRows ?? 0n) > 0n
}

function tablesIn(sql: string): readonly string[] {
  return Array.from(sql.matchAll(tables), ([, table = '']) => table).filter((table) => table !== 'skip')
}

function watchWrites(pass: Pass): void {
  const within = new AsyncLocalStorage<Set<string>>()
  const executor = DefaultQueryExecutor.prototype
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called on the object that its replacement is called on
  const { executeQuery } = executor
  executor.executeQuery = async function (query, options) {
    const result = await executeQuery.call(this, query, options)
    if (!writing.test(query.sql)) return result as never
    const touched = within.getStore()
    if (touched === undefined) {
      if (changed(result)) pass(`written ${tablesIn(query.sql).join(' ')}`)
    } else for (const table of tablesIn(query.sql)) touched.add(table)
    return result as never
  }
  const builder = TransactionBuilder.prototype
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called on the object that its replacement is called on
  const { execute } = builder
  builder.execute = async function (work) {
    const touched = new Set<string>()
    const result = await execute.call(this, (tx) =>
      within.run(touched, async () => {
        const made = await work(tx)
        pass(`about to commit ${[...touched].join(' ')}`)
        return made
      }),
    )
    pass(`committed ${[...touched].join(' ')}`)
    return result as never
  }
}

function watchPeers(pass: Pass): void {
  const send = globalThis.fetch
  globalThis.fetch = async (input, init) => {
    const response = await send(input, init)
    const { pathname } = new URL(input instanceof Request ? input.url : input)
    pass(`peer answered ${routeOf(pathname)}`)
    return response
  }
}

/** Questions that a waiting client repeats are not steps. */
const waiting = /\/status$|^\/ledger\/|^\/healthz/

function watchAnswers(pass: Pass): void {
  const response = ServerResponse.prototype
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called on the object that its replacement is called on
  const { end } = response
  response.end = function (this: ServerResponse, ...parts: Parameters<typeof end>) {
    const { method = '', url = '' } = this.req
    const route = routeOf(url.split('?', 1)[0] ?? '')
    if (!waiting.test(route)) this.once('finish', () => pass(`answered ${method} ${route}`))
    return end.apply(this, parts)
  } as typeof end
}

function routeOf(path: string): string {
  return path.replace(/[0-9a-f]{32}/, '{id}')
}
