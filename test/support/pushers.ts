/** Answers for processes that push events until they are told to stop: whenever one ends otherwise, another takes its place. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { type Acknowledged, type JournalLine, type PushingOrder, readJournal } from './journal.ts'

export interface Pusher extends Pick<PushingOrder, 'name'> {
  /** The one that runs now, or has just ended. */
  readonly process: () => ChildProcess
  /** All that its processes wrote down so far. */
  readonly lines: () => readonly JournalLine[]
  readonly acknowledged: () => readonly Acknowledged[]
  /** What they said on the error stream. */
  readonly errors: () => string
  /** How many ended by SIGKILL. */
  readonly killed: () => number
  /** Waits until so many answers are written down, all told; throws when it takes too long. */
  readonly reach: (count: number, withinMilliseconds?: number) => Promise<void>
  /** Lets it take its last answers and close, and starts no other. */
  readonly stop: () => Promise<void>
  /** Kills it for good. */
  readonly end: () => void
}

const program = path.resolve(import.meta.dirname, 'programs/pushing.ts')
const compileCache = path.resolve(import.meta.dirname, '../../.test-state/compiled')
const restartMilliseconds = 100

export function startPushing(order: PushingOrder): Pusher {
  const journal = readJournal(order.journal)
  const lines: JournalLine[] = []
  const acknowledged: Acknowledged[] = []
  let [killed, errors, ending] = [0, '', false]
  let child = launch()

  function launch(): ChildProcess {
    const launched = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', program, JSON.stringify(order)],
      {
        stdio: ['ignore', 'inherit', 'pipe'],
        env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
      },
    )
    launched.stderr.on('data', (data: Buffer) => (errors += data.toString()))
    launched.once('exit', (_, signal) => {
      if (signal === 'SIGKILL') killed++
      if (ending) return
      setTimeout(() => {
        if (!ending) child = launch()
      }, restartMilliseconds)
    })
    return launched
  }

  const read = (): void => {
    for (const line of journal.more()) {
      lines.push(line)
      if (line.kind === 'entry') acknowledged.push(line)
    }
  }
  const reach: Pusher['reach'] = async (count, withinMilliseconds = 60_000) => {
    const deadline = performance.now() + withinMilliseconds
    for (;;) {
      read()
      if (acknowledged.length >= count) return
      if (performance.now() > deadline) {
        const last = JSON.stringify(lines.at(-1))
        throw new Error(`${acknowledged.length} of ${count} answers, the last line ${last}; ${errors}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  const stop = async (): Promise<void> => {
    ending = true
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await exited
  }
  return {
    name: order.name,
    process: () => child,
    lines: () => {
      read()
      return lines
    },
    acknowledged: () => {
      read()
      return acknowledged
    },
    errors: () => errors,
    killed: () => killed,
    reach,
    stop,
    end: () => {
      ending = true
      child.kill('SIGKILL')
    },
  }
}
