/** Answers for what a table of expected decisions may say: its cases, each a question and the decision that a party counts on. */
import { z } from 'zod'
import { Rejected } from '../../../protocol/errors.ts'
import { parseLabel } from '../../../protocol/label.ts'
import { partyId, tokenName } from '../../../protocol/names.ts'
import type { Codec } from '../../../protocol/codec.ts'
import { groundCodes } from '../../../protocol/policy/ground.ts'

const date = (zoned: boolean) => (zoned ? z.iso.datetime({ offset: true }) : z.iso.date())
const moment = z
  .union([date(false), date(true)], 'should be a date, as 2027-03-01 or 2027-03-01T12:00:00Z')
  .transform((text) => Math.floor(Date.parse(text) / 1000))

function named(codec: Codec<string>, what: string) {
  return z.string().refine((text) => isAccepted(() => codec.read(text, '$')), `should be ${what}`)
}

function isAccepted(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch (error) {
    if (error instanceof Rejected) return false
    throw error
  }
}

const party = named(partyId, 'the id of a party')
const token = named(tokenName, 'of letters, digits, dots, dashes and underscores')
const level = z.literal([0, 1, 2, 3, 4])

const label = z
  .string()
  .refine((line) => isAccepted(() => parseLabel(line, 0)), 'should be a label, as EST:SALAJANE//REL TO NLD')

const expectedCase = z
  .strictObject({
    name: z.string().min(1).max(200),
    from: party,
    to: z.union([party.transform((one) => [one]), z.array(party).min(1)], 'should be a party or several'),
    label,
    /** When it was marked; without it, the time asked about. */
    marked: moment.optional(),
    originator: party.optional(),
    retainUntil: moment.optional(),
    purpose: token,
    /** Without it, the only one between them. */
    agreement: token.optional(),
    category: token.default('clearance'),
    at: moment.optional(),
    needToKnow: token.optional(),
    legalBasis: token.optional(),
    reader: z.strictObject({ clearance: level, nationalities: z.array(party).min(1).max(8) }).optional(),
    /** For each aggregation of the agreement: how many were sent before. */
    counted: z.array(z.int().min(0)).max(16).optional(),
    expect: z.enum(['allow', 'deny']),
    /** Exactly these, in any order. */
    grounds: z.array(z.enum(groundCodes)).min(1).optional(),
    /** What the receiver must mark it. */
    protectAs: z.string().optional(),
  })
  .refine(({ expect, grounds }) => expect === 'deny' || grounds === undefined, {
    path: ['grounds'],
    error: 'what is allowed has no grounds',
  })

export const tableForm = z.strictObject({
  /** For the cases that do not say; without it, now. */
  at: moment.optional(),
  cases: z.array(expectedCase).min(1).max(10_000),
})

export type ExpectedCase = z.output<typeof expectedCase>
export type ExpectedTable = z.output<typeof tableForm>
