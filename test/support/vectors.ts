/** Answers for where published test vectors lie: kept in the project, or beside it; a set that is absent skips visibly. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

const kept = path.resolve(import.meta.dirname, '../vectors')
const beside = path.resolve(import.meta.dirname, '../../../shared/vectors')

/** The folder of a set, or `undefined` with a printed note. */
export function vectors(set: string): string | undefined {
  const found = [path.join(kept, set), path.join(beside, set)].find((folder) => existsSync(folder))
  if (found === undefined) console.warn(`skipped: the published vectors "${set}" are not on this machine`)
  return found
}

export function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** One file of a set, for sets of which the project keeps only a part. */
export function vectorFile(set: string, file: string): string | undefined {
  const found = [kept, beside]
    .map((root) => path.join(root, set, file))
    .find((candidate) => existsSync(candidate))
  if (found === undefined)
    console.warn(`skipped: the published vectors "${set}/${file}" are not on this machine`)
  return found
}

/** Prints how many vectors ran; none is an error, not a pass. */
export function counted<T>(set: string, rows: readonly T[]): readonly T[] {
  if (rows.length === 0) throw new Error(`no vectors found in ${set}`)
  console.info(`${rows.length} vectors: ${set}`)
  return rows
}

/** The published data that a file of the project was made from, where it lies beside the project. */
export function sourceData(name: string): unknown {
  const file = path.resolve(beside, '../data', name)
  if (existsSync(file)) return readJson(file)
  console.warn(`skipped: the source data "${name}" are not on this machine`)
  return undefined
}
