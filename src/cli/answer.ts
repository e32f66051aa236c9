/**
 * Answers for how a command speaks: text for people, one JSON value with `--json`, and the exit code: 0 good, 1 refused
 * or failed, 2 used wrongly. Nothing else in the program writes to the terminal.
 */
import { existsSync } from 'node:fs'
import { type Command, CommanderError } from 'commander'
import { Rejected, refusals } from '../../protocol/errors.ts'
import { ConfigurationError, environment, readPlace } from '../config.ts'
import { DatabaseRefused } from '../database/refusal.ts'

export interface Answer {
  readonly text: string
  readonly json: unknown
  readonly good: boolean
}

export function answer(text: string, json: unknown, good = true): Answer {
  return { text, json, good }
}

/** A wrong use of the command line: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What the system does not let the program do, such as to take a port. `next` is what the reader does about it. */
export class SystemRefused extends Error {
  override readonly name = 'SystemRefused'
  readonly next: string

  constructor(message: string, next: string, options?: ErrorOptions) {
    super(message, options)
    this.next = next
  }
}

/** The options that every command has. */
export interface GlobalOptions {
  readonly json?: boolean
  readonly data?: string
}

/** What a command does: with its options and its operands, it answers or throws. */
export type Act<O> = (options: O & GlobalOptions, operands: readonly string[]) => Answer | Promise<Answer>

/** Where a command writes: answers to `out`, refusals for people to `err`. */
export interface Terminal {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
}

/** Wraps what a command does: prints its answer, or its refusal with what to do next, and ends with the exit code. */
export function acting<O extends object>(act: Act<O>) {
  return async function (this: Command): Promise<void> {
    const options = this.optsWithGlobals<O & GlobalOptions>()
    const terminal = this.configureOutput()
    try {
      const { text, json, good } = await act(options, this.args)
      terminal.writeOut?.(`${options.json === true ? toJson(json) : text}\n`)
      if (!good) throw new CommanderError(1, 'pouch.refused', '')
    } catch (error) {
      const said = explain(error, options)
      if (said === undefined) throw error
      if (options.json === true) terminal.writeOut?.(`${toJson(said.json)}\n`)
      else terminal.writeErr?.(`${said.text}\n`)
      throw new CommanderError(error instanceof UsageError ? 2 : 1, 'pouch.refused', '')
    }
  }
}

interface Said {
  readonly text: string
  readonly json: unknown
}

function explain(error: unknown, options: GlobalOptions): Said | undefined {
  if (error instanceof Rejected) return rejection(error)
  if (error instanceof UsageError) return { text: `usage: ${error.message}`, json: { usage: error.message } }
  if (error instanceof ConfigurationError) return misconfigured(error, options)
  if (error instanceof DatabaseRefused) {
    return { text: `database: ${error.message}`, json: { database: error.why, detail: error.message } }
  }
  if (error instanceof SystemRefused) {
    const { message, next } = error
    return { text: `failed: ${message}\n  next: ${next}`, json: { failed: message, next } }
  }
  return undefined
}

function misconfigured({ problems }: ConfigurationError, { data }: GlobalOptions): Said {
  const next = problems.some((problem) => problem.includes('pouch.json')) ? nextIfNoFolder(data) : undefined
  const lines = ['configuration:', ...problems.map((problem) => `  ${problem}`)]
  return {
    text: [...lines, ...(next === undefined ? [] : [`  next: ${next}`])].join('\n'),
    json: { configuration: problems, next },
  }
}

/** Most often the data folder is another than the reader thinks. */
function nextIfNoFolder(data: string | undefined): string | undefined {
  const { settingsFile } = readPlace({ POUCH_DATA: environment()['POUCH_DATA'] }, data)
  if (existsSync(settingsFile)) return undefined
  return `there is no ${settingsFile}: name the data folder with --data, or make one with \`pouch init\``
}

function rejection({ code, detail }: Rejected): Said {
  const { title, next } = refusals[code]
  const place = detail === '' ? '' : `\n  ${detail.replaceAll('\n', '\n  ')}`
  return {
    text: `refused: ${title} (${code})${place}\n  next: ${next}`,
    json: { refused: code, title, detail, next },
  }
}

/** JSON for programs: byte strings in hexadecimal, maps as objects. */
export function toJson(value: unknown): string {
  const plain = (_key: string, item: unknown): unknown => {
    if (item instanceof Uint8Array) return Buffer.from(item).toString('hex')
    return item instanceof Map ? Object.fromEntries(item as ReadonlyMap<string, unknown>) : item
  }
  return JSON.stringify(value, plain, 2)
}

/** Unix time as people and JSON write it: 2026-11-23T12:00:00Z. */
export function toDate(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}

/** The data folder as the next command names it: nothing where this one did not. */
export function again({ data }: GlobalOptions): string {
  return data === undefined ? '' : ` --data ${data}`
}
