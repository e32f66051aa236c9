/** Answers for the matrix as a drawing: readable without colours, by people who see few of them, and by screen readers. */
import { levelNames, levels } from '../../../protocol/policy/level.ts'
import type { PartyId } from '../../../protocol/names.ts'
import { type Cell, cellsBySender, type Matrix } from './matrix.ts'

const side = 24
const margin = 24
const characterWidth = 8

/** One hue from light to dark: its order survives every kind of colour blindness, and print. */
const fills = { 0: '#eff3ff', 1: '#bdd7e7', 2: '#6baed6', 3: '#2171b5', 4: '#08306b' } as const
const inks = { 0: '#1a1a1a', 1: '#1a1a1a', 2: '#1a1a1a', 3: '#ffffff', 4: '#ffffff' } as const

/** The title says what is asked, the line below it of which registry and when. */
export function matrixSvg(matrix: Matrix, title: string, below: string): string {
  const { parties } = matrix
  const names = characterWidth * Math.max(4, ...parties.map((party) => party.length)) + 8
  const [left, top] = [margin + names, margin + 56 + names]
  const legendTop = top + parties.length * side + margin
  const width = Math.max(
    left + parties.length * side + margin,
    margin + 46 * characterWidth,
    margin * 2 + Math.max(title.length * 10, below.length * characterWidth),
  )
  const height = legendTop + (levels.length + 3) * side + margin
  const rows = cellsBySender(matrix)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title description" font-family="ui-monospace, 'DejaVu Sans Mono', monospace" font-size="13">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="description">${escaped(`${below}. ${description(matrix)}`)}</desc>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${margin}" y="${margin + 12}" font-size="15" font-weight="bold" fill="#1a1a1a">${escaped(title)}</text>`,
    `<text x="${margin}" y="${margin + 34}" fill="#1a1a1a">${escaped(below)}</text>`,
    ...parties.flatMap((party, i) => headingsOf(party, i, left, top)),
    ...parties.flatMap((from, row) =>
      parties.map((to, column) =>
        drawn(from, to, rows.get(from)?.get(to), left + column * side, top + row * side),
      ),
    ),
    ...legendAt(legendTop),
    '</svg>',
    '',
  ].join('\n')
}

function description({ parties, cells }: Matrix): string {
  const pairs = parties.length * (parties.length - 1)
  return `${parties.length} parties. Rows send, columns receive. ${cells.length} of ${pairs} directions are open; each cell says up to which level.`
}

function headingsOf(party: PartyId, i: number, left: number, top: number): readonly string[] {
  const middle = i * side + side / 2
  const [x, y] = [left + middle + 4, top - 6]
  return [
    `<text x="${x}" y="${y}" transform="rotate(-90 ${x} ${y})" fill="#1a1a1a">${escaped(party)}</text>`,
    `<text x="${left - 8}" y="${top + middle + 4}" text-anchor="end" fill="#1a1a1a">${escaped(party)}</text>`,
  ]
}

function drawn(from: PartyId, to: PartyId, cell: Cell | undefined, x: number, y: number): string {
  if (from === to) return square(x, y, '#d9d9d9', '#1a1a1a', '', `${from} itself`)
  if (cell === undefined) return square(x, y, '#ffffff', '#767676', '·', `${from} to ${to}: nothing`)
  const { level, agreements, conditional } = cell
  const more = conditional ? ', with what is asked beside the label' : ''
  const said = `${from} to ${to}: up to level ${levelNames[level]}, by ${agreements.join(', ')}${more}`
  return square(x, y, fills[level], inks[level], `${level}${conditional ? '*' : ''}`, said)
}

function square(x: number, y: number, fill: string, ink: string, text: string, said: string): string {
  const box = `<rect x="${x}" y="${y}" width="${side}" height="${side}" fill="${fill}" stroke="#bfbfbf"/>`
  const inside = `<text x="${x + side / 2}" y="${y + side / 2 + 4}" text-anchor="middle" fill="${ink}">${text}</text>`
  return `<g><title>${escaped(said)}</title>${box}${text === '' ? '' : inside}</g>`
}

function legendAt(top: number): readonly string[] {
  const line = (i: number, sample: string, words: string) =>
    `${sample}<text x="${margin + side + 8}" y="${top + i * side + side / 2 + 4}" fill="#1a1a1a">${escaped(words)}</text>`
  const at = (i: number, fill: string, ink: string, text: string, said: string) =>
    line(i, square(margin, top + i * side, fill, ink, text, said), said)
  return [
    ...levels.map((level, i) =>
      at(i, fills[level], inks[level], `${level}`, `up to level ${levelNames[level]}`),
    ),
    at(levels.length, '#ffffff', '#767676', '·', 'nothing'),
    at(levels.length + 1, '#ffffff', '#1a1a1a', '*', 'only with what is asked beside the label'),
    line(levels.length + 2, '', 'Rows send, columns receive.'),
  ]
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
