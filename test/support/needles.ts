/** Answers for finding secrets in text: as they are, and as whoever logs bytes would write them. */

export interface Needle {
  readonly kind: string
  /** Which way of writing it. */
  readonly form: string
  readonly text: string
}

const windowLength = 8

/** All ways in which a careless line would hold these bytes. */
export function needlesOf(kind: string, bytes: Uint8Array): readonly Needle[] {
  const buffer = Buffer.from(bytes)
  const hex = buffer.toString('hex')
  const base64 = buffer.toString('base64').replace(/=+$/, '')
  const forms: (readonly [string, string])[] = [
    ['hex', hex],
    ['HEX', hex.toUpperCase()],
    ['base64', base64],
    ['base64url', base64.replaceAll('+', '-').replaceAll('/', '_')],
    ['bytes', JSON.stringify([...buffer]).slice(1, -1)],
  ]
  const text = buffer.toString('utf8')
  if (Buffer.from(text).equals(buffer))
    forms.push(['text', text], ['JSON', JSON.stringify(text).slice(1, -1)])
  return forms.filter(([, each]) => each.length >= 4).map(([form, each]) => ({ kind, form, text: each }))
}

/** Those of the needles that the hay holds. One pass over the hay, however many needles. */
export function found(hay: string, needles: readonly Needle[]): readonly Needle[] {
  const short = needles.filter(({ text }) => text.length < windowLength)
  const long = Map.groupBy(
    needles.filter(({ text }) => text.length >= windowLength),
    ({ text }) => text.slice(0, windowLength),
  )
  const hits = new Set(short.filter(({ text }) => hay.includes(text)))
  for (let at = 0; at + windowLength <= hay.length; at++) {
    for (const needle of long.get(hay.slice(at, at + windowLength)) ?? []) {
      if (hay.startsWith(needle.text, at)) hits.add(needle)
    }
  }
  return [...hits]
}
