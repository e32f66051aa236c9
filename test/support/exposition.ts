/**
 * Answers for reading the text that Prometheus scrapes, line by line and as strictly as its format 0.0.4 is written: what a
 * lenient reader would guess is an error here.
 */

export interface Scraped {
  /** Names with their types, in the order of the page. */
  readonly types: ReadonlyMap<string, 'counter' | 'gauge' | 'histogram'>
  /** The value under these labels, neither more nor fewer; `undefined` when there is none. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined
  /** All values of a label under a name. */
  labelsOf(name: string, label: string): readonly string[]
}

interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const helpLine = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ((?:[^\\\n]|\\\\|\\n)+)$/
const typeLine = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$/
const sampleLine =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*",?)+)\})? (\S+)$/
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"/y
const number = /^[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)$/

/** Throws with the line that is not of the format. */
export function parseExposition(text: string): Scraped {
  if (!text.endsWith('\n')) throw new Error('the last line does not end')
  const types = new Map<string, 'counter' | 'gauge' | 'histogram'>()
  const series = new Map<string, Series>()
  let helped: string | undefined
  let family: string | undefined
  for (const line of text.slice(0, -1).split('\n')) {
    const [, help] = helpLine.exec(line) ?? []
    const [, typed, type] = typeLine.exec(line) ?? []
    if (line === '') continue
    if (help !== undefined) {
      if (types.has(help)) throw new Error(`a second family ${help}`)
      helped = help
    } else if (typed !== undefined) {
      if (typed !== helped) throw new Error(`a type without its help: ${line}`)
      types.set(typed, type as 'counter')
      family = typed
    } else {
      const sample = sampleOf(line)
      if (family === undefined || !belongs(sample, family, types.get(family)))
        throw new Error(`not in its family: ${line}`)
      const key = keyOf(sample.name, sample.labels)
      if (series.has(key)) throw new Error(`twice: ${line}`)
      series.set(key, sample)
    }
  }
  for (const [name, type] of types) {
    requireSound(
      name,
      type,
      [...series.values()].filter((each) => belongs(each, name, type)),
    )
  }
  return {
    types,
    value: (name, labels = {}) => series.get(keyOf(name, labels))?.value,
    labelsOf: (name, wanted) =>
      [...series.values()].flatMap((each) => (each.name === name ? [each.labels[wanted] ?? ''] : [])),
  }
}

function sampleOf(line: string): Series {
  const [, name, written = '', value = ''] = sampleLine.exec(line) ?? []
  if (name === undefined || !number.test(value)) throw new Error(`no sample: ${line}`)
  return { name, labels: labelsIn(written, line), value: Number(value.replace('Inf', 'Infinity')) }
}

function labelsIn(written: string, line: string): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {}
  for (let at = 0; at < written.length; at = label.lastIndex + 1) {
    label.lastIndex = at
    const [, name = '', value = ''] = label.exec(written) ?? []
    if (name === '' || name in labels || (written[label.lastIndex] ?? ',') !== ',')
      throw new Error(`no labels: ${line}`)
    labels[name] = value.replace(/\\(.)/g, (_, escaped) => (escaped === 'n' ? '\n' : String(escaped)))
  }
  return labels
}

function keyOf(name: string, labels: Readonly<Record<string, string>>): string {
  return JSON.stringify([name, Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))])
}

function belongs({ name, labels }: Series, family: string, type: string | undefined): boolean {
  if (type !== 'histogram') return name === family
  return (
    (name === `${family}_bucket` && 'le' in labels) || name === `${family}_sum` || name === `${family}_count`
  )
}

/** Counters are named and valued as such; the buckets of a histogram rise, and the last counts all. */
function requireSound(name: string, type: string, all: readonly Series[]): void {
  if (type === 'counter' && (!name.endsWith('_total') || all.some(({ value }) => value < 0)))
    throw new Error(`${name} is no counter`)
  if (type === 'gauge' && name.endsWith('_total')) throw new Error(`${name} is no gauge`)
  if (type !== 'histogram') return
  const counts = all.filter((each) => each.name === `${name}_count`)
  for (const { labels, value } of counts) {
    const own = all.filter(
      (each) =>
        each.name === `${name}_bucket` &&
        keyOf('', { ...labels, le: each.labels['le'] ?? '' }) === keyOf('', each.labels),
    )
    const bounds = own.map((each) => Number(each.labels['le']?.replace('+Inf', 'Infinity')))
    const rising = (values: readonly number[]) =>
      values.every((each, i) => i === 0 || each >= (values[i - 1] ?? 0))
    const whole = bounds.at(-1) === Infinity && own.at(-1)?.value === value
    if (!whole || !rising(bounds) || !rising(own.map((each) => each.value)))
      throw new Error(`${name}: buckets`)
  }
}
