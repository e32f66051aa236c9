/** Answers for the matrix in a terminal: a table of digits, in colours where the terminal has them, in parts where it is narrow. */
import type { PartyId } from '../../../protocol/names.ts'
import { type Cell, cellsBySender, type Matrix } from './matrix.ts'

export interface Screen {
  readonly isColoured: boolean
  /** Characters in a line; `Infinity` where nobody wraps. */
  readonly columns: number
}

const cellWidth = 2
const longestName = 8

export function matrixLines(matrix: Matrix, { isColoured, columns }: Screen): readonly string[] {
  const rows = cellsBySender(matrix)
  const names = Math.max(4, ...matrix.parties.map((party) => shortened(party).length))
  const fitting = Math.max(1, Math.floor((columns - names - 2) / cellWidth))
  const parts = partsOf(matrix.parties, fitting).map((receivers) => [
    ...headings(receivers, names),
    ...matrix.parties.map((from) => {
      const cells = receivers.map((to) => printed(from === to, rows.get(from)?.get(to), isColoured))
      return `${shortened(from).padEnd(names)}  ${cells.join('')}`.trimEnd()
    }),
  ])
  return parts.flatMap((part, i) => (i === 0 ? part : ['', ...part]))
}

export const legend =
  'rows send, columns receive: 0-4 the highest level, . nothing, * only with what is asked beside the label'

function shortened(party: PartyId): string {
  return party.length <= longestName ? party : `${party.slice(0, longestName - 1)}~`
}

function partsOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  if (items.length <= size) return [items]
  return [items.slice(0, size), ...partsOf(items.slice(size), size)]
}

/** The receivers' names, downwards. */
function headings(receivers: readonly PartyId[], names: number): readonly string[] {
  const short = receivers.map(shortened)
  const height = Math.max(0, ...short.map((name) => name.length))
  return Array.from({ length: height }, (_, line) => {
    const letters = short.map((name) => (name.padStart(height)[line] ?? ' ').padEnd(cellWidth))
    const first = line === height - 1 ? 'from' : ''
    return `${first.padEnd(names)}  ${letters.join('')}`.trimEnd()
  })
}

function printed(isSelf: boolean, cell: Cell | undefined, isColoured: boolean): string {
  if (cell === undefined) return (isSelf ? '-' : '.').padEnd(cellWidth)
  const text = `${cell.level}${cell.conditional ? '*' : ' '}`
  return isColoured ? `${colours[cell.level]}${text}${plain}` : text
}

/** From light to dark, as in the drawing; the digit says the same without them. */
const colours = {
  0: '\u001b[38;5;16;48;5;255m',
  1: '\u001b[38;5;16;48;5;153m',
  2: '\u001b[38;5;16;48;5;74m',
  3: '\u001b[38;5;231;48;5;25m',
  4: '\u001b[38;5;231;48;5;17m',
} as const
const plain = '\u001b[0m'
