/**
 * Answers for what a decision costs: the kernel with 10, 1,000 and 10,000 agreements beside other engines of rules that are
 * given the same agreements and questions, once they were seen to give the same answers.
 */
import { decide } from '../../protocol/policy/decide.ts'
import { rulesFrom } from '../../protocol/policy/rules.ts'
import { nationalEvaluator } from '../../src/policy/national/national.ts'
import { compare, type Figure } from './measure.ts'
import { casbinPeer } from './peers/casbin.ts'
import { cedarEntities, cedarPolicies } from './peers/cedar.ts'
import { now, plain, type PolicyWorld, policyWorld } from './policy-world.ts'
import { printTable } from './table.ts'

const ours = 'pouch'
const makers = [cedarEntities, cedarPolicies, casbinPeer]
const sizes = [10, 1000, 10_000] as const

/** Questions of one operation: each engine's own cost must be large beside that of measuring it, and its turn bounded. */
const [quickBatch, slowBatch] = [64, 4]

export interface PolicyResult {
  readonly engines: readonly { readonly agreements: number; readonly figures: readonly Figure[] }[]
  /** The kernel alone, and with one national module on either side. */
  readonly modules: readonly Figure[]
}

export async function measurePolicy(seconds: number): Promise<PolicyResult> {
  const engines: PolicyResult['engines'][number][] = []
  for (const agreements of sizes) {
    const world = policyWorld(agreements)
    const asked = [kernel(world), ...(await others(world))]
    const permitted = requireAgreed(asked, world.questions.length)
    if (agreements === sizes[0]) explain(asked, permitted, world.questions.length)
    const figures = await measuredApart(asked, world.questions.length, seconds)
    engines.push({ agreements, figures })
    printEngines(agreements, figures)
  }
  printGrowth(engines)
  const modules = await measureModules(seconds)
  return { engines, modules }
}

/** An engine with its agreements, that is asked a question of the world by its place. */
interface Asked {
  readonly name: string
  readonly does: string
  readonly permits: (i: number) => boolean
}

const nothing = 'asked a question that there is not'

function kernel({ sources, questions }: PolicyWorld, name = ours): Asked {
  const rules = rulesFrom(sources, nationalEvaluator)
  const does = 'all its conditions, from the label on, and every ground of a refusal'
  const permits = (i: number): boolean => {
    const question = questions[i]
    if (question === undefined) throw new RangeError(nothing)
    return decide(question, rules, now).allow
  }
  return { name, does, permits }
}

async function others({ sources, questions }: PolicyWorld): Promise<readonly Asked[]> {
  const plainly = questions.map(plain)
  const deciders = await Promise.all(makers.map((make) => make(sources)))
  return deciders.map(({ name, does, permits }) => ({
    name,
    does,
    permits: (i) => {
      const question = plainly[i]
      if (question === undefined) throw new RangeError(nothing)
      return permits(question, now)
    },
  }))
}

/** Throws where two differ, or where the questions have one answer; gives how many are permitted. */
function requireAgreed(asked: readonly Asked[], questions: number): number {
  let permitted = 0
  for (let i = 0; i < questions; i++) {
    const answers = asked.map(({ permits }) => permits(i))
    if (new Set(answers).size > 1) throw new Error(`question ${i}: ${answers.join(', ')}`)
    if (answers[0] === true) permitted++
  }
  if (permitted === 0 || permitted === questions) throw new Error('every question has the same answer')
  return permitted
}

/** The kernel and the peer that does not grow, then the rest: milliseconds of theirs leave nothing of others in the caches. */
async function measuredApart(
  asked: readonly Asked[],
  questions: number,
  seconds: number,
): Promise<readonly Figure[]> {
  const quick = await measured(asked.slice(0, 2), questions, seconds, quickBatch)
  return [...quick, ...(await measured(asked.slice(2), questions, seconds, slowBatch))]
}

/** The time of one decision, in microseconds. */
async function measured(
  asked: readonly Asked[],
  questions: number,
  seconds: number,
  batch: number,
): Promise<readonly Figure[]> {
  const subjects = asked.map(({ name, permits }) => {
    let next = 0
    const run = (): void => {
      for (let i = 0; i < batch; i++) permits((next = (next + 1) % questions))
    }
    return { name, run }
  })
  const figures = await compare(subjects, { inFlight: 1, seconds })
  return figures.map(({ median, quarters: [lower, upper], fastest, ...rest }) => ({
    ...rest,
    median: median / batch,
    quarters: [lower / batch, upper / batch],
    fastest: fastest / batch,
  }))
}

/** What modules add: Cedar is asked by the kernel, of a transfer that it knows all about. */
async function measureModules(seconds: number): Promise<readonly Figure[]> {
  const world = policyWorld(1000)
  const policies = `@id("high") @advice("Send what is lower")
    forbid (principal, action, resource) when { resource.level >= 4 } unless { context.purpose == Purpose::"vetting" };
    @id("readers") @advice("State who reads it")
    forbid (principal, action, resource) when { resource.level >= 3 && !(context has reader) };`
  const senders = [...new Set(world.questions.map(({ from }) => from))]
  const modules = senders.map((party) => ({ party, policies }))
  const restricted = { ...world, sources: { ...world.sources, modules } }
  const asked = [kernel(world), kernel(restricted, `${ours}, the parties with modules`)]
  const figures = await measured(asked, world.questions.length, seconds, slowBatch)
  console.log(`\n1000 agreements, every sender with a national module of two policies; µs a decision`)
  printFigures(figures)
  return figures
}

function explain(asked: readonly Asked[], permitted: number, questions: number): void {
  console.log(`Policy: may one party send another this, under this agreement, for this purpose? Agreements of one category and one
  purpose, each between two of 150 parties, both ways; ${questions} questions, of which ${permitted} are permitted here, and the rest
  fail in purpose, category, level, term, direction or agreement. All give the same answers to all of them.`)
  for (const { name, does } of asked) console.log(`  ${name}: ${does}`)
}

function printEngines(agreements: number, figures: readonly Figure[]): void {
  console.log(`\n${agreements} agreements, ${figures[0]?.rounds ?? 0} rounds interleaved; µs a decision`)
  printFigures(figures)
}

function printFigures(figures: readonly Figure[]): void {
  const own = figures[0]?.median ?? Number.NaN
  printTable(
    ['', 'median', 'lower quarter', 'upper quarter', 'fastest', 'decisions/s', `${ours} is × as fast`],
    figures.map(({ name, median, quarters: [lower, upper], fastest }) => [
      name,
      ...[median, lower, upper, fastest].map((time) => time.toFixed(2)),
      (1e6 / median).toFixed(0),
      (median / own).toFixed(1),
    ]),
  )
}

/** The questions are about as many agreements as there are, but no more than there are questions. */
function printGrowth(engines: PolicyResult['engines']): void {
  for (const [i, { agreements, figures }] of engines.entries()) {
    const fewer = engines[i - 1]
    if (fewer === undefined) continue
    console.log(`\n${agreements} agreements in place of ${fewer.agreements}: a decision takes × as long`)
    printTable(
      ['', 'median', 'fastest'],
      figures.map(({ name, median, fastest }, j) => [
        name,
        (median / (fewer.figures[j]?.median ?? Number.NaN)).toFixed(2),
        (fastest / (fewer.figures[j]?.fastest ?? Number.NaN)).toFixed(2),
      ]),
    )
  }
}
