/** Answers for which registry a policy command is about: a file as it is, or else the one that the data folder trusts. */
import { InvalidArgumentError } from 'commander'
import { type RegistryDocument, readUnverified } from '../../protocol/registry.ts'
import { tokenName } from '../../protocol/names.ts'
import type { GlobalOptions } from './answer.ts'
import { readBytes } from './files.ts'
import { trustedRegistry } from './trust.ts'

export interface PolicySource {
  readonly document: RegistryDocument
  /** `registry.cose, version 3`. */
  readonly name: string
}

export function policySource(file: string | undefined, { data }: GlobalOptions): PolicySource {
  const trusted = file === undefined
  const document = trusted
    ? trustedRegistry({ ...(data !== undefined && { data }) }).document
    : readUnverified(readBytes(file))
  const name = trusted ? 'trusted registry' : file === '-' ? 'standard input' : file
  return { document, name: `${name}, version ${document.version}` }
}

export const registryArgument = [
  '[registry]',
  'registry or proposal, - for standard input (default: the one that the data folder trusts)',
] as const

/** A purpose, a category, an agreement, as an option. */
export function tokenIn(text: string): string {
  try {
    return tokenName.read(text, '$')
  } catch {
    throw new InvalidArgumentError('It should be of letters, digits, dots, dashes and underscores.')
  }
}

/** The word before the first dot of a type: what agreements have their ceilings by. */
export const defaultCategory = 'clearance'
