/** Answers for what a sender states beside the request, as options. */
import { type Command, InvalidArgumentError } from 'commander'
import type { Codec } from '../../protocol/codec.ts'
import { Rejected } from '../../protocol/errors.ts'
import { type PartyId, partyId, tokenName } from '../../protocol/names.ts'
import { type Justification, justificationOf, type Reader } from '../../protocol/policy/justification.ts'
import { type Level, levels } from '../../protocol/policy/level.ts'
import type { PackageRequest } from '../exchange/package-request.ts'
import { UsageError } from './answer.ts'

export interface StatedOptions {
  readonly needToKnow?: string
  readonly legalBasis?: string
  readonly readerClearance?: Level
  readonly readerNationality?: readonly PartyId[]
}

export function statedOptions(command: Command): Command {
  return command
    .option(
      '--need-to-know <reference>',
      'the case, contract or visit that it is needed for',
      read(tokenName, 'letters, digits, dots, hyphens and underscores, such as visit-2027-114'),
    )
    .option(
      '--legal-basis <name>',
      'the rule of law that it is sent under, by the agreement’s name for it',
      read(tokenName, 'letters, digits, dots, hyphens and underscores, such as Art-4'),
    )
    .option(
      '--reader-clearance <level>',
      'the highest level, 0 to 4, that the reader’s clearance opens',
      levelIn,
    )
    .option(
      '--reader-nationality <party>',
      'a nationality of the reader; again for each further one',
      (text, earlier: readonly PartyId[] | undefined) => [...(earlier ?? []), party(text)],
    )
}

/** What the options state; `undefined` when they state nothing. Throws `UsageError` for half a reader. */
export function statedIn(options: StatedOptions): Justification | undefined {
  const { needToKnow, legalBasis } = options
  const reader = readerIn(options)
  return justificationOf({
    ...(needToKnow !== undefined && { needToKnow }),
    ...(legalBasis !== undefined && { legalBasis }),
    ...(reader && { reader }),
  })
}

/** What the options state goes before what the request states. */
export function withStated<R extends PackageRequest>(request: R, options: StatedOptions): R {
  const stated = statedIn(options)
  return stated === undefined
    ? request
    : { ...request, justification: { ...request.justification, ...stated } }
}

function readerIn({ readerClearance, readerNationality }: StatedOptions): Reader | undefined {
  if (readerClearance === undefined && readerNationality === undefined) return undefined
  if (readerClearance === undefined || readerNationality === undefined)
    throw new UsageError('--reader-clearance and --reader-nationality go together')
  return { clearance: readerClearance, nationalities: readerNationality }
}

const party = read(partyId, 'the id of a party, such as EST')

function read<T>(codec: Codec<T>, what: string): (text: string) => T {
  return (text) => {
    try {
      return codec.read(text, '$')
    } catch (error) {
      if (error instanceof Rejected) throw new InvalidArgumentError(`It should be ${what}.`)
      throw error
    }
  }
}

function levelIn(text: string): Level {
  const found = levels.find((level) => `${level}` === text)
  if (found === undefined) throw new InvalidArgumentError('It should be a level from 0 to 4.')
  return found
}
