/**
 * Answers for the embedded database's files: what it asks to be on the disk is on the disk, or the process ends. It leans
 * on PGlite's internals, so the version is pinned, and `embedded-worker.ts` proves at every start that a commit gets here.
 */
import fs from 'node:fs'
import { NodeFS } from '@electric-sql/pglite/nodefs'

type InitArguments = Parameters<NodeFS['init']>
type Files = Awaited<ReturnType<NodeFS['init']>>

/** An open file or folder, as Emscripten's NODEFS keeps it: `nfd` is the descriptor. */
interface Stream {
  readonly nfd: number
  readonly path: string
}
type Write = (stream: Stream, buffer: Uint8Array, offset: number, length: number, position?: number) => number
interface StreamOperations {
  fsync?: (stream: Stream) => number
  write: Write
}

export class DurableFiles extends NodeFS {
  /** How often the write-ahead log was flushed to the disk. */
  flushes = 0

  override async init(...[pglite, options]: InitArguments): Promise<Files> {
    const files = await super.init(pglite, options)
    files.emscriptenOpts.preRun?.push((module) => {
      const nodefs: unknown = module.NODEFS
      this.#attach((nodefs as { stream_ops: StreamOperations }).stream_ops)
    })
    return files
  }

  #attach(operations: StreamOperations): void {
    const { write } = operations
    operations.fsync = (stream) => {
      orEnd(`fsync of ${stream.path}`, () => fs.fsyncSync(stream.nfd))
      if (isLog(stream)) this.flushes += 1
      return 0
    }
    // PostgreSQL cannot go on when its log cannot be written, and would spin here instead of ending.
    operations.write = (stream, ...rest) =>
      isLog(stream) ? orEnd(`write to ${stream.path}`, () => write(stream, ...rest)) : write(stream, ...rest)
  }
}

function isLog({ path }: Stream): boolean {
  return path.includes('/pg_wal/')
}

/**
 * After a failed fsync the kernel may have dropped the pages and call the next fsync good: never retry, never go on.
 * Everything acknowledged is in the log already; the next start replays it.
 */
function orEnd<T>(what: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    fs.writeSync(
      2,
      `pouch: ${what} failed (${reason}): the process ends so that nothing is acknowledged in error\n`,
    )
    process.kill(process.pid, 'SIGKILL')
    throw error
  }
}
