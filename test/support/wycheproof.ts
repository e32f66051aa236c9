/** Answers for reading Wycheproof files: each test with the attributes of its group, in the shape the test asks for. */
import { z } from 'zod'
import { readJson, vectorFile } from './vectors.ts'

/** The tests of a file; `undefined` when the vectors are not on this machine. */
export function wycheproof<G extends z.ZodRawShape, T extends z.ZodRawShape>(
  file: string,
  group: G,
  test: T,
) {
  const found = vectorFile('wycheproof', file)
  if (found === undefined) return undefined
  const row = z.object(test).extend({ tcId: z.number(), result: z.enum(['valid', 'invalid', 'acceptable']) })
  const groups = z.array(z.object({ group: z.object(group), tests: z.array(row) }))
  const { testGroups } = z
    .object({ testGroups: z.array(z.looseObject({ tests: z.array(z.unknown()) })) })
    .parse(readJson(found))
  return groups
    .parse(testGroups.map((one) => ({ group: one, tests: one.tests })))
    .flatMap(({ group, tests }) => tests.map((test) => ({ group, ...test })))
}
