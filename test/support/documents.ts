/** Answers for the protocol's documents as tests read them: their text, their fenced blocks, their tables. */
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'

export const root = path.resolve(import.meta.dirname, '../..')

export interface Document {
  /** From the root: `protocol/ledger/entry.md`. */
  readonly file: string
  readonly text: string
  readonly blocks: readonly Block[]
}

export interface Block {
  readonly language: string
  readonly text: string
}

export const documents: readonly Document[] = globSync('protocol/**/*.md', { cwd: root })
  .toSorted()
  .map((file) => {
    const text = readFileSync(path.join(root, file), 'utf8')
    const blocks = Array.from(
      text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm),
      ([, language = '', inner = '']) => ({
        language,
        text: inner,
      }),
    )
    return { file, text, blocks }
  })

export function documentAt(file: string): Document {
  const found = documents.find((document) => document.file === file)
  if (found === undefined) throw new Error(`no document ${file}`)
  return found
}

/** The cells of the table with this first line, without those two lines that make it a table; code marks are left off. */
export function tableUnder({ text }: Document, header: string): readonly (readonly string[])[] {
  const [, after] = text.split(`${header}\n`)
  if (after === undefined) throw new Error(`no table ${header}`)
  const [lines = ''] = after.split('\n\n')
  return lines
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(1)
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim().replaceAll('`', '')),
    )
}

/** The bytes that an annotated block shows, in runs with something left out between them; `undefined` for other blocks. */
export function shownBytes({ text }: Block): readonly string[] | undefined {
  const hex = text.replace(/#.*$/gm, '').replaceAll(/\s+/g, '')
  if (!/^[0-9a-f]{6}[0-9a-f…]*$/.test(hex)) return undefined
  return hex.split('…')
}

/** Whether the runs are in the bytes in their order, the first at the beginning and the last at the end. */
export function shows(runs: readonly string[], hex: string): boolean {
  const [first = '', ...rest] = runs
  if (!hex.startsWith(first)) return false
  let at = first.length
  for (const [i, run] of rest.entries()) {
    const found = i === rest.length - 1 ? hex.length - run.length : hex.indexOf(run, at)
    if (found < at || !hex.startsWith(run, found)) return false
    at = found + run.length
  }
  return rest.length > 0 || at === hex.length
}
