/** Answers for what the protocol's test does inside the browser: every object made there and read there, and the other side's. */
import { suite } from '#suite'
import { present } from '../../protocol/attestation/issue.ts'
import { fromHex, toHex } from '../../protocol/bytes.ts'
import { Rejected } from '../../protocol/errors.ts'
import { examine } from '../../protocol/examine.ts'
import { acknowledgement, attestation, envelope } from '../support/objects.ts'
import { directory, nld, now, registry } from '../support/parties.ts'
import * as facts from '../support/vector-facts.ts'

export interface Input {
  /** Made by the other side. */
  readonly envelope: string
  readonly attestation: string
  readonly acknowledgement: string
  readonly registry: string
  readonly refused: readonly string[]
}

export interface Output {
  readonly backEnd: string
  /** What the browser read of the other side's objects, as JSON. */
  readonly read: unknown
  readonly verdicts: readonly string[]
  /** Made in the browser. */
  readonly made: Omit<Input, 'refused'>
  /** What the browser read of its own. */
  readonly own: readonly string[]
}

const bytes = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array(0)
const examiner = { directory, now, openingKeys: [nld.opening] }

export function run(input: Input): Output {
  const made = {
    envelope: envelope(),
    attestation: present(attestation(), ['surname']),
    acknowledgement: acknowledgement(),
    registry,
  }
  return {
    backEnd: suite.backEnd,
    read: {
      envelope: facts.factsOfEnvelope(bytes(input.envelope), nld.opening, directory, now),
      attestation: facts.factsOfAttestation(bytes(input.attestation), directory, now),
      acknowledgement: facts.factsOfAcknowledgement(bytes(input.acknowledgement), directory, now),
      registry: facts.factsOfRegistry(bytes(input.registry), now),
    },
    verdicts: input.refused.map((each) => verdict(bytes(each))),
    made: {
      envelope: toHex(made.envelope),
      attestation: toHex(made.attestation),
      acknowledgement: toHex(made.acknowledgement),
      registry: toHex(made.registry),
    },
    own: Object.values(made).map(verdict),
  }
}

/** `envelope good`, or the check that failed with its code. */
export function verdict(file: Uint8Array): string {
  try {
    const { kind, good, checks } = examine(file, examiner)
    const failed = checks.find(({ outcome }) => outcome === 'fail')
    return `${kind} ${good ? 'good' : `${failed?.check ?? ''} ${failed?.code ?? ''}`}`
  } catch (error) {
    if (error instanceof Rejected) return error.code
    throw error
  }
}
