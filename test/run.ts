/**
 * Answers for `npm test`: every test on both databases, then a look at what the run itself logged, then one line that
 * counts. Extra arguments go to vitest.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'

const state = path.resolve(import.meta.dirname, '../.test-state')
const vitest = path.resolve(import.meta.dirname, '../node_modules/vitest/vitest.mjs')

interface Counts {
  readonly passed: number
  readonly failed: number
}

rmSync(state, { recursive: true, force: true })
mkdirSync(state, { recursive: true })
const given = process.argv.slice(2)
const phases = given.length > 0 ? [given] : [['--exclude', 'test/afterwards/**'], ['test/afterwards']]
const counts = phases.map((phase, i) => run(phase, path.join(state, `results-${i}.json`)))
const passed = counts.reduce((sum, each) => sum + each.passed, 0)
const failed = counts.reduce((sum, each) => sum + each.failed, 0)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1

/** A phase that ends badly without naming a failed test counts as one failure. */
function run(filters: readonly string[], results: string): Counts {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`]
  const { status } = spawnSync(process.execPath, [vitest, 'run', ...reporters, ...filters], {
    stdio: 'inherit',
    // Hundreds of processes load the same files, which are compiled once.
    env: { ...process.env, NODE_COMPILE_CACHE: path.join(state, 'compiled') },
  })
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(results, 'utf8')) as {
    readonly numPassedTests: number
    readonly numFailedTests: number
  }
  return { passed: numPassedTests, failed: status === 0 ? numFailedTests : Math.max(1, numFailedTests) }
}
