/** Answers for `pouch policy check`: the proofs that a registry must pass before anyone signs it, with counterexamples. */
import { Command } from 'commander'
import { isFailed, proofsOf } from '../policy/check/check.ts'
import { many, type Objection, type Proof } from '../policy/proof.ts'
import { type Answer, acting, answer, type GlobalOptions, toDate } from './answer.ts'
import { policySource, registryArgument } from './policy-source.ts'
import { progressBar } from './progress.ts'
import { timeOf } from './trust.ts'

interface CheckOptions extends GlobalOptions {
  readonly at?: string
}

export function checkCommand(): Command {
  return new Command('check')
    .summary('prove that a registry is fit to sign')
    .description(
      'Prove of a registry that its names resolve, that no chain of translations lowers, that information reaches only ' +
        'whom its originator’s agreements let it reach, and that every decision over its whole lattice is what the ' +
        'document says. A failure comes with a counterexample and exit code 1; a warning is for you to look at.',
    )
    .argument(...registryArgument)
    .option('--at <time>', 'from another time than now on')
    .addHelpText('after', '\nExample:\n  pouch policy check registry-2.proposal')
    .action(acting<CheckOptions>(checked))
}

function checked(options: CheckOptions, [file]: readonly string[]): Answer {
  const source = policySource(file, options)
  const at = timeOf(options.at)
  const proofs = proofsOf(source.document, at, progressBar)
  const good = !proofs.some(isFailed)
  const { parties, agreements, schemes } = source.document
  const lines = [
    `${source.name}: ${good ? 'good' : 'NOT GOOD'}`,
    `  ${parties.length === 1 ? '1 party' : `${parties.length} parties`}, ${many(agreements.length, 'agreement')}, ${many(schemes.length, 'scheme')}, from ${toDate(at)} on`,
    ...proofs.flatMap(proofLines),
    counted(proofs),
  ]
  return answer(lines.join('\n'), { registry: source.name, at: toDate(at), good, proofs }, good)
}

function proofLines({ name, claim, extent, objections }: Proof): readonly string[] {
  const mark = objections.some(({ kind }) => kind === 'failure')
    ? 'FAIL'
    : objections.length > 0
      ? 'warn'
      : 'pass'
  return [`  ${mark}  ${name}: ${claim} (${extent})`, ...shown(objections)]
}

const shownAtMost = 12

function shown(objections: readonly Objection[]): readonly string[] {
  const ordered = objections.toSorted((a, b) => a.kind.localeCompare(b.kind))
  const rest = ordered.length - shownAtMost
  return [
    ...ordered
      .slice(0, shownAtMost)
      .flatMap(({ kind, text, example = [] }) => [
        `    ${kind}: ${text}`,
        ...example.map((line) => `      ${line}`),
      ]),
    ...(rest > 0 ? [`    and ${rest} more (--json lists all)`] : []),
  ]
}

function counted(proofs: readonly Proof[]): string {
  const of = (kind: Objection['kind']) =>
    proofs.flatMap(({ objections }) => objections).filter((each) => each.kind === kind).length
  return `${many(of('failure'), 'failure')}, ${many(of('warning'), 'warning')}`
}
