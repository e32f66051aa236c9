/** Answers for what a proof about a registry is told to, and what it tells: how much was looked at, and each objection. */
import type { Seconds } from '../../protocol/names.ts'
import type { Rules } from '../../protocol/policy/rules.ts'
import type { RegistryDocument } from '../../protocol/registry.ts'

/** What is to be proved about. */
export interface Subject {
  readonly document: RegistryDocument
  readonly rules: Rules
  /** The time asked about, and each later one at which a dated rule changes before the registry expires. */
  readonly moments: readonly Seconds[]
}

/** A failure makes the registry unfit to sign; a warning is for a person to look at. */
export interface Objection {
  readonly kind: 'failure' | 'warning'
  readonly text: string
  /** The least that shows it, line by line. */
  readonly example?: readonly string[]
}

export interface Proof {
  readonly name: string
  /** What holds where there is no failure. */
  readonly claim: string
  /** `1,240 steps`: that nothing is found in nothing says nothing. */
  readonly extent: string
  readonly objections: readonly Objection[]
}

export type Progress = (done: number, size: number) => void

export function failure(text: string, example?: readonly string[]): Objection {
  return { kind: 'failure', text, ...(example && { example }) }
}

export function warning(text: string, example?: readonly string[]): Objection {
  return { kind: 'warning', text, ...(example && { example }) }
}

/** `1 step`, `12,400 steps`. */
export function many(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`
}
