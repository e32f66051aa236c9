/**
 * Answers for how a command speaks: text for people, one JSON value with `--json`, and the exit code: 0 good, 1 refused
 * or failed, 2 used wrongly. Nothing else in the program writes to the terminal.
 */
import type { Command } from 'commander'
import { Rejected, refusals } from '../../protocol/errors.ts'
import { ConfigurationError } from '../config.ts'
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

/** The options that every command has. */
export interface GlobalOptions {
  readonly json?: boolean
  readonly data?: string
}

/** What a command does: with its options and its operands, it answers or throws. */
export type Act<O> = (options: O & GlobalOptions, operands: readonly string[]) => Answer | Promise<Answer>

/** Wraps what a command does: prints its answer, or its refusal with what to do next, and sets the exit code. */
export function acting<O extends object>(act: Act<O>) {
  return async function (this: Command): Promise<void> {
    const options = this.optsWithGlobals<O & GlobalOptions>()
    try {
      const { text, json, good } = await act(options, this.args)
      process.stdout.write(options.json === true ? `${toJson(json)}\n` : `${text}\n`)
      process.exitCode = good ? 0 : 1
    } catch (error) {
      process.exitCode = refuse(error, options.json === true)
    }
  }
}

function refuse(error: unknown, asJson: boolean): number {
  const said = explain(error)
  if (said === undefined) throw error
  if (asJson) process.stdout.write(`${toJson(said.json)}\n`)
  else process.stderr.write(`${said.text}\n`)
  return error instanceof UsageError ? 2 : 1
}

function explain(error: unknown): { text: string; json: unknown } | undefined {
  if (error instanceof Rejected) {
    const { title, next } = refusals[error.code]
    const detail = error.detail === '' ? '' : `\n  ${error.detail}`
    return {
      text: `refused: ${title} (${error.code})${detail}\n  next: ${next}`,
      json: { refused: error.code, title, detail: error.detail, next },
    }
  }
  if (error instanceof ConfigurationError) {
    return {
      text: `configuration:\n  ${error.problems.join('\n  ')}`,
      json: { configuration: error.problems },
    }
  }
  if (error instanceof DatabaseRefused) {
    return { text: `database: ${error.message}`, json: { database: error.why, detail: error.message } }
  }
  if (error instanceof UsageError) return { text: `usage: ${error.message}`, json: { usage: error.message } }
  return undefined
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
