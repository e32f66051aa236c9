/** Answers for the embedded database as the program sees it: a locked directory, a thread, statements answered in order. */
import { mkdirSync, statfsSync } from 'node:fs'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { type Dialect, PGliteAdapter } from 'kysely'
import { type Backend, dialectOver, type Query, type Reply } from './dialect.ts'
import { type DirectoryLock, lockDirectory } from './directory-lock.ts'
import type { EmbeddedAnswer, EmbeddedQuery, EmbeddedStart } from './embedded-protocol.ts'
import { ConnectionLost, diskFull, StatementFailed } from './failure.ts'
import { DatabaseRefused } from './refusal.ts'
import { ByteaArray } from './values.ts'

/** Opens the database in `directory`, and makes it at the first start. Throws `DatabaseRefused`. */
export async function embeddedDialect(directory: string): Promise<Dialect> {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const lock = await lockDirectory(directory)
  try {
    if (!hasRoom(directory)) {
      const message = `The disk of the database in ${directory} is full. Make room for at least ${reserveBytes / 2 ** 20} MB on it.`
      throw new DatabaseRefused('full', message)
    }
    const thread = new DatabaseThread({ directory: path.join(directory, 'cluster') }, lock)
    await thread.opened
    return dialectOver(thread, new PGliteAdapter())
  } catch (error) {
    await lock.release()
    throw error
  }
}

/** The adapter tells Kysely that there is one connection: whoever holds it holds the database until it lets go. */
class DatabaseThread implements Backend {
  readonly opened: Promise<void>
  readonly #worker: Worker
  readonly #lock: DirectoryLock
  readonly #directory: string
  readonly #waiting = new Map<number, PromiseWithResolvers<Reply>>()
  #lastId = 0
  #ended: Error | undefined

  constructor(start: EmbeddedStart, lock: DirectoryLock) {
    this.#lock = lock
    this.#directory = start.directory
    this.#worker = new Worker(new URL('./embedded-worker.ts', import.meta.url), { workerData: start })
    this.opened = new Promise((resolve, reject) => {
      this.#worker.on('message', (answer: EmbeddedAnswer) => {
        if (answer.kind === 'opened') resolve()
        else if (answer.kind === 'refused') reject(new DatabaseRefused(answer.why, answer.message))
        else this.#settle(answer)
      })
      this.#worker.once('error', (error: unknown) => this.#end(new ConnectionLost({ cause: error }), reject))
      this.#worker.once('exit', () => this.#end(new ConnectionLost(), reject))
    })
  }

  query: Query = (sql, parameters) => {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    const id = (this.#lastId += 1)
    const waiting = Promise.withResolvers<Reply>()
    this.#waiting.set(id, waiting)
    this.#worker.postMessage({ id, sql, parameters: parameters.map(alone) } satisfies EmbeddedQuery)
    return waiting.promise
  }

  async transaction(settings: string, work: (query: Query) => Promise<void>): Promise<void> {
    if (!hasRoom(this.#directory)) {
      throw new StatementFailed({ message: `the disk of ${this.#directory} is full`, code: diskFull })
    }
    await this.query(`begin ${settings}`, [])
    try {
      await work(this.query)
    } catch (error) {
      await this.query('rollback', [])
      throw error
    }
    await this.query('commit', [])
  }

  async close(): Promise<void> {
    if (this.#ended === undefined) {
      const exited = new Promise((resolve) => this.#worker.once('exit', resolve))
      this.#worker.postMessage('close')
      await exited
    }
    await this.#lock.release()
  }

  #settle(answer: Exclude<EmbeddedAnswer, { kind: 'opened' | 'refused' }>): void {
    if (answer.kind === 'closed') return
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if (answer.kind === 'reply') waiting?.resolve(answer.reply)
    else waiting?.reject(new StatementFailed(answer.failure))
  }

  #end(error: Error, reject: (error: Error) => void): void {
    this.#ended ??= error
    reject(error)
    for (const waiting of this.#waiting.values()) waiting.reject(error)
    this.#waiting.clear()
  }
}

/** A log file and something over: the database cannot go on when it finds no room for the next one. */
const reserveBytes = 32 * 1024 * 1024

// The database that must write its log and cannot has to end. Before it comes to that, nothing is begun any more, while
// what is stored can still be read.
function hasRoom(directory: string): boolean {
  const { bavail, bsize } = statfsSync(directory)
  return bavail * bsize >= reserveBytes
}

// A view would take the whole buffer that it is a view of to the other thread.
function alone(given: unknown): unknown {
  const parameter = given instanceof ByteaArray ? given.bytes : given
  return parameter instanceof Uint8Array && parameter.length < parameter.buffer.byteLength
    ? new Uint8Array(parameter)
    : parameter
}
