/**
 * Answers for an example: any file of the system verified offline, each check named.
 * `node verify-file.ts <file> <registry> <digest of the roots> [unix time]`; exit code 0 when it is good, 1 when not.
 */
import { readFileSync } from 'node:fs'
import { acceptFirst, directoryOf, examine } from 'pouch/protocol'

const [file = '', registryFile = '', roots = '', time] = process.argv.slice(2)
const now = time === undefined ? Math.floor(Date.now() / 1000) : Number(time)
const registry = acceptFirst(readFileSync(registryFile), roots)
const directory = directoryOf(registry, now)

const { kind, good, checks, facts } = examine(readFileSync(file), { directory, now, openingKeys: [] })
const lines = checks.map(({ check, outcome }) => `  ${outcome.padEnd(12)} ${check}`)
process.stdout.write(`${[`${kind}: ${good ? 'good' : 'not good'}`, ...lines].join('\n')}\n`)
process.stdout.write(`${JSON.stringify(facts, null, 2)}\n`)
process.exitCode = good ? 0 : 1
