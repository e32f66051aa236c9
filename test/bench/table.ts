/** Answers for printing plain tables: the first column to the left, figures to the right. */

export function printTable(heads: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd()
  console.log(`  ${line(heads)}`)
  for (const row of rows) console.log(`  ${line(row)}`)
}

export function micro(microseconds: number): string {
  return microseconds.toFixed(0)
}

export function ratio(value: number): string {
  return value.toFixed(2)
}
