/** Answers for how an examination is shown: the verdict, every check in order, and what the file says. */
import type { Examination } from '../../protocol/examine.ts'
import type { Facts } from '../../protocol/examined-facts.ts'
import type { CheckResult } from '../../protocol/report.ts'
import { type Answer, answer, toDate } from './answer.ts'

const marks = { pass: 'pass', fail: 'FAIL', 'not-reached': '-   ' } as const

/** An examination as text and JSON; a ledger export is examined by its own command and shown alike. */
export function examined(
  file: string,
  { kind, good, checks, facts }: Omit<Examination, 'kind'> & { readonly kind: string },
): Answer {
  const verdict = good ? 'good' : 'NOT GOOD'
  const text = [`${file}: ${kind}, ${verdict}`, ...checks.map(checkLine), ...factLines(facts)].join('\n')
  return answer(text, { file, kind, good, checks, facts: factsForPrograms(facts) }, good)
}

/** Why a check was not reached though none before it failed. */
const unreachable: Readonly<Record<string, string>> = {
  replay: 'only a gateway knows which ids it has seen',
  'key-agreement': 'needs the recipient’s opening key: --open',
  status: 'needs the issuer’s status list: --status',
}

function checkLine({ check, outcome, code, detail }: CheckResult<string>, i: number): string {
  const said = [code, detail].filter(Boolean).join(': ')
  const why = said === '' && outcome === 'not-reached' ? (unreachable[check] ?? '') : said
  return `  ${String(i + 1).padStart(2)} ${marks[outcome]}  ${check}${why === '' ? '' : `  ${why}`}`
}

function factLines(facts: Facts): readonly string[] {
  return Object.entries(facts).map(([name, value]) => `  ${name}: ${factText(name, value)}`)
}

/** Names without spaces, and times as everywhere else in JSON. */
function factsForPrograms(facts: Facts): Readonly<Record<string, Facts[string]>> {
  const fields = Object.entries(facts).map(([name, value]) => {
    const field = name.replaceAll(/ (.)/g, (_, letter: string) => letter.toUpperCase())
    return [field, isTime(name) && typeof value === 'number' ? toDate(value) : value] as const
  })
  return Object.fromEntries(fields)
}

function isTime(name: string): boolean {
  return /(^| )(at|until)$/.test(name)
}

function factText(name: string, value: Facts[string]): string {
  if (typeof value === 'number') return isTime(name) ? toDate(value) : String(value)
  return typeof value === 'string' ? value : value.join(', ')
}
