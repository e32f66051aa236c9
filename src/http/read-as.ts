/** Answers for reading foreign JSON by a form: what does not fit is named by its JSON path and what belongs there, never quoted. */
import type { z } from 'zod'
import { Rejected } from '../../protocol/errors.ts'

/** Throws `bad-request` with the first place that does not fit. */
export function readAs<T extends z.ZodType>(form: T, value: unknown, root = '$'): z.output<T> {
  const read = form.safeParse(value)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new Rejected('bad-request', issue === undefined ? root : explainIssue(deepest(issue), root))
}

type Issue = z.core.$ZodIssue

/** Of a union's alternatives, the one that came furthest: what the writer most likely meant. */
function deepest(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue
  const firsts = issue.errors.flatMap((errors) => errors.slice(0, 1))
  const [furthest] = firsts.toSorted((a, b) => b.path.length - a.path.length)
  if (furthest === undefined || furthest.path.length === 0) return issue
  return deepest({ ...furthest, path: [...issue.path, ...furthest.path] })
}

function explainIssue(issue: Issue, root: string): string {
  return `${pathOf(issue.path, root)}: ${expectation(issue)}`
}

/** Keys on the path are names of the form's own, save where the form takes any: those are numbered. */
function pathOf(path: readonly PropertyKey[], root: string): string {
  return path.reduce<string>(
    (so, step) => so + (typeof step === 'number' ? `[${step}]` : `.${String(step)}`),
    root,
  )
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `${issue.expected} expected`
    case 'too_big':
      return `at most ${issue.maximum} expected`
    case 'too_small':
      return `at least ${issue.minimum} expected`
    case 'invalid_value':
      return `${issue.values.map(String).join(' or ')} expected`
    case 'invalid_format':
      return formatExpected(issue)
    case 'unrecognized_keys':
      return 'no further members expected'
    case 'custom':
      return issue.message
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
    case 'not_multiple_of':
      return 'does not fit the form in /openapi.json'
  }
}

function formatExpected({ format, pattern }: Issue & { code: 'invalid_format' }): string {
  if (format === 'datetime') return 'a time such as 2028-05-01T00:00:00Z expected'
  return `text that matches ${pattern ?? format} expected`
}
