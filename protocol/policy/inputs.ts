/**
 * Answers for all that a decision is made on, and for the one digest that names it: whoever decides again from a record
 * knows by it that nothing was left out or changed (../ledger/entry.md, "Inputs").
 */
import { suite } from '#suite'
import {
  bytes,
  dictionary,
  encodeAs,
  field,
  list,
  type Of,
  optional,
  record,
  seconds,
  text,
  tuple,
  unsigned,
} from '../codec.ts'
import { label } from '../label.ts'
import { compareNames, partyId, type Seconds, tokenName } from '../names.ts'
import type { QuestionToAll } from './decide.ts'
import { justification, justificationOf } from './justification.ts'
import type { Rules } from './rules.ts'
import { isInForce } from './scheme.ts'

/** Of the kernel: a change of it that changes any decision changes this. */
export const policyVersion = 'pouch-policy/1'

/** By receiver, for each aggregation of the agreement in its order. */
export const countedFor = dictionary(list(unsigned, 1, 16))

const digest = bytes(32)

export const decisionInputs = record({
  at: field('at', seconds),
  to: field('to', list(partyId)),
  from: field('from', partyId),
  label: field('label', label),
  policy: field('policy', text()),
  counted: optional('counted', countedFor),
  purpose: field('purpose', text()),
  category: field('category', text()),
  /** The envelope: so that who sees the digest, and not the envelope, cannot test guesses at the rest. */
  envelope: field('envelope', digest),
  registry: field('registry', digest),
  agreement: field('agreement', text()),
  /** Agreement and suspender of each suspension in force between versions of the registry. */
  suspensions: field('suspensions', list(tuple(tokenName, partyId))),
  justification: optional('justification', justification),
})
export type DecisionInputs = Of<typeof decisionInputs>

/** What a decision is made on beside the question. */
export interface Circumstances {
  readonly at: Seconds
  readonly rules: Rules
  /** SHA-256 of the registry that the rules come from. */
  readonly registry: Uint8Array
  /** SHA-256 of the envelope. */
  readonly envelope: Uint8Array
}

/** SHA-256 over the encoded inputs: 32 bytes. */
export function inputsDigest(question: QuestionToAll, circumstances: Circumstances): Uint8Array {
  return suite.sha256(encodeAs(decisionInputs, inputsOf(question, circumstances)))
}

function inputsOf(question: QuestionToAll, { at, rules, registry, envelope }: Circumstances): DecisionInputs {
  const { from, to, label, purpose, agreement, category, countedFor: counted } = question
  const stated = justificationOf(question)
  return {
    ...{ at, to, from, label, purpose, category, agreement, registry, envelope },
    policy: policyVersion,
    suspensions: suspensionsAt(rules, at),
    ...(counted && { counted }),
    ...(stated && { justification: stated }),
  }
}

function suspensionsAt({ suspensions }: Rules, at: Seconds): DecisionInputs['suspensions'] {
  return [...suspensions.values()]
    .flat()
    .filter((each) => isInForce(each, at))
    .map(({ agreement, by }) => [agreement, by] as const)
    .sort(([a, one], [b, other]) => compareNames(a, b) || compareNames(one, other))
}
