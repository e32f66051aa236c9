/** Answers for changing a CBOR value in every place, one at a time, as a CDDL type leads through it, embedded CBOR too. */
import { type CborValue, decode, encode, Tag } from '../../protocol/cbor.ts'
import type { Member, Rules, Type } from './cddl.ts'
import { matches, roomy, ruleOf } from './cddl-match.ts'

export interface Change {
  /** `.6[].7[].2{-19}`: where, without the places in repeated items. */
  readonly path: string
  readonly what: string
  readonly value: CborValue
}

/** The value must be of the type. */
export function* changes(rules: Rules, type: Type, value: CborValue, path = ''): Generator<Change> {
  const inner = resolved(rules, type, value)
  yield* replaced(inner, value, path)
  if (inner.is === 'tag' && value instanceof Tag) {
    for (const each of changes(rules, inner.of, value.value, path))
      yield { ...each, value: new Tag(value.tag, each.value) }
    yield { path, what: 'another tag', value: new Tag(value.tag === 18 ? 98 : 18, value.value) }
  }
  if (inner.is === 'cbor' && value instanceof Uint8Array) {
    for (const each of changes(rules, inner.by, decode(value, roomy), `${path}<>`))
      yield { ...each, value: encode(each.value, roomy) }
  }
  if (inner.is === 'map' && value instanceof Map) yield* inMap(rules, inner.members, value, path)
  if (inner.is === 'array' && Array.isArray(value)) yield* inArray(rules, inner.members, value, path)
}

/** Through names and choices down to the type that decides, sizes included. */
function resolved(rules: Rules, type: Type, value: CborValue): Type {
  if (type.is === 'name' && rules.has(type.name)) return resolved(rules, ruleOf(rules, type.name), value)
  if (type.is !== 'choice') return type
  const chosen = type.of.find((each) => matches(rules, each, value))
  if (chosen === undefined) throw new Error('a value of none of the choices')
  return resolved(rules, chosen, value)
}

const texts = [
  ...[
    '',
    'x',
    'X',
    'EST',
    'nobody',
    'a b',
    ' a',
    'a  b',
    'a,b',
    'a//b',
    'e\u0301',
    '\u200b',
    'a.b',
    '_a',
    'T\u00c4IESTI',
  ],
  ...[32, 33, 64, 65, 160, 161, 200, 201, 400, 401, 500, 501, 1024, 1025, 2000, 2001, 65536, 65537].map(
    (length) => 'A'.repeat(length),
  ),
  '\u{1f600}'.repeat(80),
  '\u{1f600}'.repeat(81),
]
const others: readonly CborValue[] = [
  0,
  1,
  4,
  5,
  -1,
  96,
  2 ** 53 - 1,
  true,
  null,
  new Uint8Array(0),
  new Uint8Array(32),
  [],
  new Map(),
]
/** Longer byte strings than this are not made. */
const longest = 1 << 24

function* replaced(type: Type, value: CborValue, path: string): Generator<Change> {
  for (const other of others) yield { path, what: `replaced by ${kindOf(other)}`, value: other }
  if (typeof value === 'string')
    for (const text of texts) yield { path, what: `replaced by text of ${text.length}`, value: text }
  if (!(value instanceof Uint8Array)) return
  const size =
    type.is === 'size' && type.by.is === 'range'
      ? [type.by.low - 1, type.by.low, type.by.high, type.by.high + 1]
      : []
  for (const length of [value.length - 1, value.length + 1, ...size]) {
    if (length >= 0 && length <= longest)
      yield { path, what: `of ${length} bytes`, value: new Uint8Array(length) }
  }
}

type Entries = ReadonlyMap<CborValue, CborValue>

function* inMap(rules: Rules, members: readonly Member[], value: Entries, path: string): Generator<Change> {
  for (const key of [0, 99, -99999, 'other'] as const)
    if (!value.has(key)) yield { path, what: `with ${key}`, value: new Map([...value, [key, 0]]) }
  for (const [key, item] of value) {
    const rest = [...value].filter(([other]) => other !== key)
    const name = `${path}.${typeof key === 'object' ? 'simple' : String(key)}`
    yield { path: name, what: 'missing', value: new Map(rest) }
    const member = members.find((each) => each.key !== undefined && matches(rules, each.key, key))
    if (member === undefined) continue
    for (const each of changes(rules, member.value, item, name))
      yield { ...each, value: new Map([...rest, [key, each.value]]) }
  }
}

/** Lists longer than this are not made. */
const mostItems = 1025

function* inArray(
  rules: Rules,
  members: readonly Member[],
  value: readonly CborValue[],
  path: string,
): Generator<Change> {
  yield { path, what: 'with another item', value: [...value, 0] }
  yield { path, what: 'without its last item', value: value.slice(0, -1) }
  yield { path, what: 'backwards', value: value.toReversed() }
  const [first] = members
  const one = value[0]
  if (first !== undefined && one !== undefined && first.max > 1)
    for (const length of [first.max, first.max + 1].filter((each) => each <= mostItems))
      yield { path, what: `of ${length} items`, value: Array.from({ length }, () => one) }
  for (const [i, item] of value.entries()) {
    const member = members[Math.min(i, members.length - 1)]
    if (member === undefined) continue
    for (const each of changes(rules, member.value, item, `${path}[${members.length > 1 ? i : ''}]`))
      yield { ...each, value: value.with(i, each.value) }
  }
}

function kindOf(value: CborValue): string {
  if (value instanceof Uint8Array) return `${value.length} bytes`
  return typeof value === 'object' ? 'null or nothing' : String(value)
}
