/**
 * A look at what the run before left: no line that any gateway logged, and no refusal that it answered, holds a token, a key
 * or a plaintext of the tests, in whatever way it could be written. `npm test` runs it last.
 */
import { describe, expect, test } from 'vitest'
import { found, needlesOf } from '../support/needles.ts'
import { kept, recordedSecrets } from '../support/recorded.ts'

const lines = kept('logs')
const problems = kept('problems')
const secrets = recordedSecrets()
const absent = secrets.length === 0
if (absent) console.warn('skipped: no run of the other tests has left anything to look at')

const needles = secrets.flatMap(({ kind, bytes }) => needlesOf(kind, bytes))
/** What is found is named by its kind: a secret is not printed here either. */
const leaks = (hay: readonly string[]) =>
  found(hay.join('\n'), needles).map(({ kind, form }) => `${kind} as ${form}`)

describe.skipIf(absent)('what the run has left', () => {
  test('is enough to look at', () => {
    const kinds = new Set(secrets.map(({ kind }) => kind))
    console.info(
      `${secrets.length} secrets (${[...kinds].join(', ')}), ${lines.length} lines of loggers, ${problems.length} refusals`,
    )
    expect([...kinds]).toEqual(
      expect.arrayContaining(['seed', 'token', 'identifier', 'pseudonym', 'attestation']),
    )
    expect(secrets.length).toBeGreaterThan(100)
    expect(lines.length).toBeGreaterThan(100)
    expect(problems.length).toBeGreaterThan(10)
    for (const line of lines) expect(line).toMatch(/^\{.*\}$/)
  })

  test('holds none of them in a line of a logger', () => {
    expect(leaks(lines)).toEqual([])
  })

  test('holds none of them in a refusal', () => {
    expect(leaks(problems)).toEqual([])
  })

  test('would have shown any of them', () => {
    // One of each kind and way of writing: all of them would be many times what the run has left.
    const samples = [...new Map(needles.map((needle) => [`${needle.kind} ${needle.form}`, needle])).values()]
    const careless = samples.map(({ text }) => `{"level":30,"event":"x${text}y"}`)
    expect(found(careless.join('\n'), needles)).toEqual(expect.arrayContaining(samples))
    const last = needles.at(-1)
    expect(leaks([...lines, `{"event":"${last?.text ?? ''}"}`])).not.toEqual([])
  })
})
