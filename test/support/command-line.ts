/** Answers for the command line in tests: run in this process, which is quick, or as the program itself where that matters. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { run } from '../../src/cli/program.ts'
import { recordLog } from './recorded.ts'

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export type Variables = Readonly<Record<string, string>>

/** What a command answers with `--json`; throws unless it is one JSON value, and nothing beside it. */
export function jsonOf({ out, err }: Ended): unknown {
  if (err !== '') throw new Error(`something on the error stream: ${err}`)
  return JSON.parse(out)
}

/** In this process, with these variables set meanwhile; one command line at a time. */
export async function pouch(args: readonly string[], variables: Variables = {}): Promise<Ended> {
  const before = process.env
  process.env = { ...before, ...variables }
  let out = ''
  let err = ''
  try {
    const terminal = { out: (text: string) => void (out += text), err: (text: string) => void (err += text) }
    return { code: await run(args, terminal), out, err }
  } finally {
    process.env = before
  }
}

const program = path.resolve(import.meta.dirname, '../../src/main.ts')

/** As the program itself, with something on its standard input. */
export async function spawned(args: readonly string[], input: Uint8Array | string = ''): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args], { stdio: 'pipe' })
  const [out, err] = [gathered(child, 'stdout'), gathered(child, 'stderr')]
  child.stdin.on('error', () => undefined).end(input)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out: out(), err: err() }
}

export interface Serving {
  /** All that it has said so far. */
  readonly said: () => Omit<Ended, 'code'>
  /** SIGTERM; gives the exit code. */
  readonly stop: () => Promise<number | null>
}

/** `pouch serve`, until it says on its output that it is ready. */
export async function serving(args: readonly string[], variables: Variables): Promise<Serving> {
  const child = spawn(process.execPath, [program, 'serve', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...variables },
  })
  const [out, err] = [gathered(child, 'stdout'), gathered(child, 'stderr')]
  const stop = async (): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) {
      const closed = once(child, 'close')
      child.kill('SIGTERM')
      await closed
    }
    for (const line of err().split('\n')) if (line !== '') recordLog(line)
    return child.exitCode
  }
  await Promise.race([once(child.stdout, 'data'), once(child, 'close')])
  if (child.exitCode !== null) throw new Error(`it did not start: ${out()}${err()}`)
  return { said: () => ({ out: out(), err: err() }), stop }
}

function gathered(child: ChildProcess, name: 'stdout' | 'stderr'): () => string {
  const chunks: Buffer[] = []
  child[name]?.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString()
}
