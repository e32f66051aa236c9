/** Answers for the question of `pouch policy explain`: from the header of an envelope, or from options. */
import { type Command, InvalidArgumentError } from 'commander'
import { decode } from '../../protocol/cbor.ts'
import { parseEnvelope } from '../../protocol/envelope/format.ts'
import { parseLabel } from '../../protocol/label.ts'
import { type PartyId, partyId, type Seconds } from '../../protocol/names.ts'
import type { Agreement } from '../../protocol/policy/agreement.ts'
import { isCounted } from '../../protocol/policy/counting.ts'
import type { QuestionToAll } from '../../protocol/policy/decide.ts'
import type { Rules } from '../../protocol/policy/rules.ts'
import { agreementOr, candidatesFor } from '../policy/explanation.ts'
import { type GlobalOptions, UsageError } from './answer.ts'
import { readBytes } from './files.ts'
import { defaultCategory, tokenIn } from './policy-source.ts'
import { type StatedOptions, statedIn, statedOptions } from './stated.ts'
import { timeOf } from './trust.ts'

export interface QuestionOptions extends GlobalOptions, StatedOptions {
  readonly envelope?: string
  readonly from?: PartyId
  readonly to?: readonly PartyId[]
  readonly label?: string
  readonly marked?: string
  readonly originator?: PartyId
  readonly retainUntil?: string
  readonly agreement?: string
  readonly purpose?: string
  readonly type?: string
  readonly category?: string
  readonly at?: string
  readonly counted?: readonly number[]
}

export function questionOptions(command: Command): Command {
  return statedOptions(command)
    .option('--envelope <file>', 'ask what the header of this envelope asks; nothing of it is verified')
    .option('--from <party>', 'the sender', partyIn)
    .option('--to <party>', 'a receiver; again for each further one', parties)
    .option('--label <line>', 'the label, as `EST:SALAJANE//REL TO NLD`; it ends with UNRESTRICTED or REL TO')
    .option('--marked <time>', 'when it was marked (default: the time asked about)')
    .option('--originator <party>', 'whose information it is, when that is not the sender', partyIn)
    .option('--retain-until <time>', 'when the label ends retention')
    .option('--agreement <id>', 'the agreement (default: the only one between them)', tokenIn)
    .option('--purpose <name>', 'the purpose', tokenIn)
    .option(
      '--type <type>',
      'the type of the message: the word before its first dot is the category',
      tokenIn,
    )
    .option('--category <name>', `the category of information (default: ${defaultCategory})`, tokenIn)
    .option('--at <time>', 'at another time than now')
    .option(
      '--counted <numbers>',
      'for each aggregation of the agreement: how many were sent before, as 3 or 3,0',
      countsIn,
    )
}

/** Throws `UsageError` for what is missing, and where the agreement must be named. */
export function questionFrom(options: QuestionOptions, rules: Rules, at: Seconds): QuestionToAll {
  return options.envelope === undefined
    ? asked(options, rules, at)
    : inEnvelope(options.envelope, options, rules)
}

function inEnvelope(file: string, options: QuestionOptions, rules: Rules): QuestionToAll {
  const { claims, recipients, label, purpose, agreement, justification } = parseEnvelope(
    decode(readBytes(file)),
  ).header
  const to = recipients.map(({ party }) => party)
  const stated = { from: claims.iss, to, label, purpose, agreement, category: categoryOf(claims.sub) }
  const limits = rules.agreements.get(agreement)?.aggregation
  return { ...stated, ...justification, ...countedFrom(options, { to, limits, messageType: claims.sub }) }
}

function asked(options: QuestionOptions, rules: Rules, at: Seconds): QuestionToAll {
  const { from, to, label, purpose } = options
  if (from === undefined || to === undefined || label === undefined || purpose === undefined)
    throw new UsageError(
      '--from, --to, --label and --purpose go together; or name an envelope with --envelope',
    )
  const messageType = options.type ?? defaultCategory
  const candidates = candidatesFor({ from, to }, rules, at)
  const agreement = agreementOr(options.agreement, candidates)
  if (agreement === undefined)
    throw new UsageError(`name one of the agreements between them with --agreement: ${candidates.join(', ')}`)
  return {
    from,
    to,
    agreement,
    label: { ...parseLabel(label, timeOf(options.marked ?? options.at)), ...furtherFrom(options) },
    purpose,
    category: options.category ?? categoryOf(messageType),
    ...statedIn(options),
    ...countedFrom(options, { to, limits: rules.agreements.get(agreement)?.aggregation, messageType }),
  }
}

/** The word before the first dot. */
function categoryOf(type: string): string {
  return type.split('.', 1)[0] ?? type
}

function furtherFrom({ originator, retainUntil }: QuestionOptions) {
  return {
    ...(originator !== undefined && { originator }),
    ...(retainUntil !== undefined && { retainUntil: timeOf(retainUntil) }),
  }
}

interface Countable {
  readonly to: readonly PartyId[]
  readonly limits: Agreement['aggregation']
  readonly messageType: string
}

/** What is never counted needs no number told. */
function countedFrom(
  { counted: told }: QuestionOptions,
  { to, limits, messageType }: Countable,
): Pick<QuestionToAll, 'countedFor'> {
  const counted = isCounted({ messageType }) ? told : limits?.map(() => 0)
  return counted === undefined ? {} : { countedFor: new Map(to.map((party) => [party, counted])) }
}

function partyIn(text: string): PartyId {
  try {
    return partyId.read(text, '$')
  } catch {
    throw new InvalidArgumentError('It should be the id of a party, such as EST.')
  }
}

function parties(text: string, earlier: readonly PartyId[] | undefined): readonly PartyId[] {
  return [...(earlier ?? []), partyIn(text)]
}

function countsIn(text: string): readonly number[] {
  if (!/^\d{1,9}(,\d{1,9}){0,15}$/.test(text))
    throw new InvalidArgumentError('It should be numbers, as 3 or 3,0.')
  return text.split(',').map(Number)
}
