/**
 * Answers for shapes: one definition, written as its CDDL reads, both parses CBOR into an exact type and writes it back.
 * Whatever does not fit exactly is refused as `malformed-structure`, with the path to the place and never its content.
 */
import { type CborValue, decode, encode, type Simple, Tag } from './cbor.ts'
import { compare } from './bytes.ts'
import { Rejected } from './errors.ts'

export interface Codec<T> {
  read(value: CborValue, path: string): T
  write(value: T): CborValue
}

export type Of<C> = C extends Codec<infer T> ? T : never

export function decodeAs<T>(codec: Codec<T>, bytes: Uint8Array, path = '$'): T {
  return codec.read(decode(bytes), path)
}

export function encodeAs<T>(codec: Codec<T>, value: T): Uint8Array {
  return encode(codec.write(value))
}

/** A codec for values that are themselves CBOR values and pass a test. What could not be read is not written either. */
function plain<T extends CborValue>(what: string, test: (value: CborValue) => value is T): Codec<T> {
  return {
    read: (value, path) => (test(value) ? value : misfit(path, what)),
    write: (value) => (test(value) ? value : misfit('$', what)),
  }
}

function misfit(path: string, what: string): never {
  throw new Rejected('malformed-structure', `${path}: ${what} expected`)
}

const isInteger = (value: CborValue): value is number => typeof value === 'number'
const isUnsigned = (value: CborValue): value is number => typeof value === 'number' && value >= 0
const isBoolean = (value: CborValue): value is boolean => typeof value === 'boolean'
const isNull = (value: CborValue): value is null => value === null

export const integer = plain('integer', isInteger)
export const unsigned = plain('unsigned integer', isUnsigned)
export const boolean = plain('boolean', isBoolean)
export const nothing = plain('null', isNull)
/** Seconds since 1970-01-01T00:00:00Z, as CWT's NumericDate without fractions. */
export const seconds = unsigned
export const anything: Codec<CborValue> = { read: (value) => value, write: (value) => value }

/** Text of at least one and at most `max` UTF-16 code units. */
export function text(max = 200): Codec<string> {
  const fits = (value: CborValue): value is string =>
    typeof value === 'string' && value.length > 0 && value.length <= max
  return plain(`text of 1 to ${max}`, fits)
}

/** A byte string of exactly `min` bytes, or of `min` to `max`. */
export function bytes(min: number, max = min): Codec<Uint8Array> {
  const fits = (value: CborValue): value is Uint8Array =>
    value instanceof Uint8Array && value.length >= min && value.length <= max
  return plain(`byte string of ${min === max ? min : `${min} to ${max}`}`, fits)
}

export function oneOf<const T extends string | number>(...values: readonly T[]): Codec<T> {
  const fits = (value: CborValue): value is T => values.some((candidate) => candidate === value)
  return plain(values.join(' or '), fits)
}

export function list<T>(item: Codec<T>, min = 0, max = 1024): Codec<readonly T[]> {
  return {
    read: (value, path) => {
      if (!Array.isArray(value) || value.length < min || value.length > max) {
        return misfit(path, `array of ${min} to ${max}`)
      }
      return value.map((element: CborValue, i) => item.read(element, `${path}[${i}]`))
    },
    write: (values) => {
      if (values.length < min || values.length > max) return misfit('$', `array of ${min} to ${max}`)
      return values.map((value) => item.write(value))
    },
  }
}

type TupleOf<C extends readonly Codec<unknown>[]> = { readonly [I in keyof C]: Of<C[I]> }

export function tuple<const C extends readonly Codec<unknown>[]>(...items: C): Codec<TupleOf<C>> {
  return {
    read: (value, path) => {
      if (!Array.isArray(value) || value.length !== items.length)
        return misfit(path, `array of ${items.length}`)
      return items.map((item, i) => item.read(value[i] as CborValue, `${path}[${i}]`)) as TupleOf<C>
    },
    write: (values) => items.map((item, i) => item.write(values[i])),
  }
}

type Label = number | string | Simple
interface Field<T, Optional extends boolean> {
  readonly label: Label
  readonly codec: Codec<T>
  readonly optional: Optional
}
type Fields = Readonly<Record<string, Field<unknown, boolean>>>
type Names<F extends Fields, O extends boolean> = {
  [K in keyof F]: F[K]['optional'] extends O ? K : never
}[keyof F]
type RecordOf<F extends Fields> = {
  readonly [K in Names<F, false>]: Of<F[K]['codec']>
} & {
  readonly [K in Names<F, true>]?: Of<F[K]['codec']>
}

export function field<T>(label: Label, codec: Codec<T>): Field<T, false> {
  return { label, codec, optional: false }
}

export function optional<T>(label: Label, codec: Codec<T>): Field<T, true> {
  return { label, codec, optional: true }
}

/** A map with these labels and no others. */
export function record<const F extends Fields>(fields: F): Codec<RecordOf<F>> {
  const entries = Object.entries<Field<unknown, boolean>>(fields)
  const inOrder = entries.toSorted(([, a], [, b]) => compare(encode(a.label), encode(b.label)))
  return {
    read: (value, path) => {
      if (!(value instanceof Map)) return misfit(path, 'map')
      const found: Record<string, unknown> = {}
      let count = 0
      for (const [name, { label, codec, optional }] of entries) {
        const item = (value as ReadonlyMap<CborValue, CborValue>).get(label)
        if (item !== undefined) {
          found[name] = codec.read(item, `${path}.${name}`)
          count += 1
        } else if (!optional) return misfit(`${path}.${name}`, 'a value')
      }
      if (count !== value.size) return misfit(path, 'no further labels')
      return found as RecordOf<F>
    },
    write: (values) => {
      const given: Readonly<Record<string, unknown>> = values
      const map = new Map<CborValue, CborValue>()
      for (const [name, { label, codec }] of inOrder) {
        if (given[name] !== undefined) map.set(label, codec.write(given[name]))
      }
      return map
    },
  }
}

/** A map from text keys to values of one shape. */
export function dictionary<T>(item: Codec<T>, max = 1024): Codec<ReadonlyMap<string, T>> {
  return {
    read: (value, path) => {
      if (!(value instanceof Map) || value.size > max) return misfit(path, `map of at most ${max}`)
      const read = new Map<string, T>()
      for (const [key, element] of value as ReadonlyMap<CborValue, CborValue>) {
        if (typeof key !== 'string') return misfit(path, 'text keys')
        read.set(key, item.read(element, `${path}.${key}`))
      }
      return read
    },
    write: (values) => {
      if (values.size > max) return misfit('$', `map of at most ${max}`)
      return new Map([...values].map(([key, value]) => [key, item.write(value)]))
    },
  }
}

/** `null` or the value. */
export function nullable<T>(item: Codec<T>): Codec<T | null> {
  return {
    read: (value, path) => (value === null ? null : item.read(value, path)),
    write: (value) => (value === null ? null : item.write(value)),
  }
}

export function tagged<T>(tag: number, item: Codec<T>): Codec<T> {
  return {
    read: (value, path) =>
      value instanceof Tag && value.tag === tag ? item.read(value.value, path) : misfit(path, `tag ${tag}`),
    write: (value) => new Tag(tag, item.write(value)),
  }
}

/** CDDL `bstr .cbor item`: CBOR inside a byte string, read by the same strict rules. */
export function embedded<T>(item: Codec<T>): Codec<T> {
  return {
    read: (value, path) =>
      value instanceof Uint8Array
        ? decodeAs(item, value, `${path}<<>>`)
        : misfit(path, 'byte string of CBOR'),
    write: (value) => encodeAs(item, value),
  }
}

/** The same CBOR seen as another type; `parse` refuses by throwing `Rejected`. */
export function mapped<A, B>(item: Codec<A>, parse: (value: A) => B, print: (value: B) => A): Codec<B> {
  return {
    read: (value, path) => parse(item.read(value, path)),
    write: (value) => item.write(print(value)),
  }
}
