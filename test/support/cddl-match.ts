/** Answers for whether a CBOR value is of a CDDL type, with the project's conventions for names of rules (pouch.cddl). */
import { utf8 } from '../../protocol/bytes.ts'
import { type CborValue, decode, Simple, Tag } from '../../protocol/cbor.ts'
import { Rejected } from '../../protocol/errors.ts'
import { compareNames, isCanonical } from '../../protocol/names.ts'
import { type Limits, profile } from '../../protocol/scan.ts'
import type { Member, Rules, Type } from './cddl.ts'

/** A registry may hold more items than a message of the profile. */
export const roomy: Limits = { ...profile, bytes: 1 << 26, items: 1 << 20 }

export function ruleOf(rules: Rules, name: string): Type {
  const rule = rules.get(name)
  if (rule === undefined) throw new Error(`CDDL has no rule ${name}`)
  return rule
}

export function matches(rules: Rules, type: Type, value: CborValue): boolean {
  switch (type.is) {
    case 'literal':
      return value === type.value
    case 'range':
      return typeof value === 'number' && value >= type.low && value <= type.high
    case 'simple':
      return value instanceof Simple && value.value === type.value
    case 'tag':
      return value instanceof Tag && value.tag === type.tag && matches(rules, type.of, value.value)
    case 'choice':
      return type.of.some((each) => matches(rules, each, value))
    case 'map':
      return value instanceof Map && matchesMap(rules, type.members, value)
    case 'array':
      return Array.isArray(value) && matchesArray(rules, type.members, value)
    case 'name':
      return matchesName(rules, type.name, value)
    case 'size':
      return matches(rules, type.of, value) && hasSize(type.by, value)
    case 'regexp':
      return (
        typeof value === 'string' &&
        type.by.is === 'literal' &&
        new RegExp(`^(?:${type.by.value})$`, 'u').test(value)
      )
    case 'cbor':
      return matchesInside(rules, type.by, value)
  }
}

const prelude: Readonly<Record<string, (value: CborValue) => boolean>> = {
  any: () => true,
  bool: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  uint: (value) => typeof value === 'number' && value >= 0,
  tstr: (value) => typeof value === 'string',
  bstr: (value) => value instanceof Uint8Array,
}

function matchesName(rules: Rules, name: string, value: CborValue): boolean {
  const known = Object.hasOwn(prelude, name) ? prelude[name] : undefined
  if (known !== undefined) return known(value)
  return matches(rules, ruleOf(rules, name), value) && keepsConvention(name, value)
}

/** What the names of rules say beyond CDDL. */
function keepsConvention(name: string, value: CborValue): boolean {
  if (typeof value === 'string') {
    const units =
      name === 'Name' ? 160 : name === 'Line' ? 200 : Number(/^Text([0-9]+)$/.exec(name)?.[1] ?? Infinity)
    if (value.length > units) return false
    if (name === 'Name' || name === 'Line')
      return isCanonical(value) && (name === 'Line' || !/,|\/\//.test(value))
  }
  if (!name.endsWith('Set') || !Array.isArray(value)) return true
  const items: readonly CborValue[] = value
  return items.every((each, i) => {
    const before = items[i - 1]
    return typeof before !== 'string' || typeof each !== 'string' || compareNames(before, each) < 0
  })
}

function hasSize(by: Type, value: CborValue): boolean {
  const size =
    value instanceof Uint8Array ? value.length : typeof value === 'string' ? utf8(value).length : undefined
  if (size === undefined) return false
  if (by.is === 'range') return size >= by.low && size <= by.high
  return by.is === 'literal' && size === by.value
}

function matchesInside(rules: Rules, inner: Type, value: CborValue): boolean {
  if (!(value instanceof Uint8Array)) return false
  try {
    return matches(rules, inner, decode(value, roomy))
  } catch (error) {
    if (error instanceof Rejected) return false
    throw error
  }
}

/** Each entry belongs to the first member whose key fits, and each member has as many entries as it may. */
function matchesMap(
  rules: Rules,
  members: readonly Member[],
  value: ReadonlyMap<CborValue, CborValue>,
): boolean {
  const counts = new Map<Member, number>()
  for (const [key, item] of value) {
    const member = members.find((each) => each.key !== undefined && matches(rules, each.key, key))
    if (member === undefined || !matches(rules, member.value, item)) return false
    counts.set(member, (counts.get(member) ?? 0) + 1)
  }
  return members.every((member) => within(member, counts.get(member) ?? 0))
}

/** Greedy, which is exact where, as here, only the last member of an array repeats. */
function matchesArray(rules: Rules, members: readonly Member[], value: readonly CborValue[]): boolean {
  let at = 0
  for (const member of members) {
    const start = at
    while (at < value.length && at - start < member.max && matches(rules, member.value, value[at] ?? null))
      at++
    if (!within(member, at - start)) return false
  }
  return at === value.length
}

function within({ min, max }: Member, count: number): boolean {
  return count >= min && count <= max
}
