/**
 * Answers for `npm run bench [-- envelope|gateway|exchange|ledger|audit|policy] [--seconds N] [--count N] [--json FILE]`:
 * measures, prints, and says with its exit code only whether all worked, never whether it was fast. `--count` is for
 * `exchange` alone: how many envelopes are sent while memory is looked at.
 */
import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { measureAudit } from './audit.ts'
import { measureEnvelope } from './envelope.ts'
import { measureExchange } from './exchange.ts'
import { measureGateway } from './gateway.ts'
import { measureLedger } from './ledger.ts'
import { measurePolicy } from './policy.ts'

const subjects = {
  envelope: measureEnvelope,
  gateway: measureGateway,
  exchange: measureExchange,
  ledger: measureLedger,
  audit: measureAudit,
  policy: measurePolicy,
} as const satisfies Readonly<Record<string, (seconds: number, count?: number) => Promise<unknown>>>

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    seconds: { type: 'string', default: '6' },
    count: { type: 'string' },
  },
})

const unknown = positionals.filter((name) => !(name in subjects))
const count = values.count === undefined ? undefined : Number(values.count)
if (unknown.length > 0 || !(Number(values.seconds) > 0) || !((count ?? 1) > 0)) {
  console.error(
    `npm run bench [-- ${Object.keys(subjects).join('|')}] [--seconds N] [--count N] [--json FILE]`,
  )
  process.exit(2)
}

const load = (): string =>
  loadavg()
    .map((average) => average.toFixed(1))
    .join(' ')
const machine = () => ({
  node: process.version,
  cores: cpus().length,
  cpu: cpus()[0]?.model,
  load: loadavg(),
})

const results: Record<string, unknown> = { begun: new Date().toISOString(), machine: machine() }
console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, load ${load()}\n`)
for (const name of Object.keys(subjects) as (keyof typeof subjects)[]) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  const measure: (seconds: number, count?: number) => Promise<unknown> = subjects[name]
  results[name] = await measure(Number(values.seconds), count)
}
results['loadAfter'] = loadavg()
console.log(`\nLoad at the end ${load()}`)
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`)
