/** Answers for reading CDDL (RFC 8610), as much of it as the project's files use: rules, and the types they are made of. */

interface Occurrence {
  readonly min: number
  readonly max: number
}

export interface Member extends Occurrence {
  /** Absent in arrays. */
  readonly key: Type | undefined
  readonly value: Type
}

export type Type =
  | { readonly is: 'literal'; readonly value: number | string }
  | { readonly is: 'range'; readonly low: number; readonly high: number }
  | { readonly is: 'name'; readonly name: string }
  | { readonly is: 'simple'; readonly value: number }
  | { readonly is: 'tag'; readonly tag: number; readonly of: Type }
  | { readonly is: 'choice'; readonly of: readonly Type[] }
  | { readonly is: 'map' | 'array'; readonly members: readonly Member[] }
  | { readonly is: 'size' | 'cbor' | 'regexp'; readonly of: Type; readonly by: Type }

export type Rules = ReadonlyMap<string, Type>

const token =
  /\s+|;[^\n]*|(#[0-9](?:\.[0-9]+)?|"[^"]*"|-?[0-9]+\.\.-?[0-9]+|[0-9]*\*[0-9]*|-?[0-9]+|\.[a-z]+|[A-Za-z][A-Za-z0-9-]*|=>|[=/:?+,(){}[\]])/y

/** Throws `SyntaxError` for anything that is not of the part of the language that is used. */
export function parseCddl(text: string): Rules {
  const reader = new Reader(tokensOf(text))
  const rules = new Map<string, Type>()
  while (reader.next !== undefined) {
    const name = reader.take()
    reader.expect('=')
    if (rules.has(name)) throw new SyntaxError(`rule ${name} twice`)
    rules.set(name, reader.type())
  }
  return rules
}

function tokensOf(text: string): readonly string[] {
  const tokens: string[] = []
  token.lastIndex = 0
  while (token.lastIndex < text.length) {
    const at = token.lastIndex
    const match = token.exec(text)
    if (match === null) throw new SyntaxError(`CDDL at ${text.slice(at, at + 30)}`)
    if (match[1] !== undefined) tokens.push(match[1])
  }
  return tokens
}

class Reader {
  readonly #tokens: readonly string[]
  #at = 0
  constructor(tokens: readonly string[]) {
    this.#tokens = tokens
  }

  get next(): string | undefined {
    return this.#tokens[this.#at]
  }

  take(): string {
    const taken = this.next
    if (taken === undefined) throw new SyntaxError('CDDL ends early')
    this.#at++
    return taken
  }

  expect(wanted: string): void {
    const taken = this.take()
    if (taken !== wanted) throw new SyntaxError(`CDDL: ${wanted} expected, ${taken} found`)
  }

  type(): Type {
    const of = [this.#controlled()]
    while (this.next === '/') {
      this.take()
      of.push(this.#controlled())
    }
    const [only] = of
    return only !== undefined && of.length === 1 ? only : { is: 'choice', of }
  }

  #controlled(): Type {
    const of = this.#plain()
    const control = this.next?.startsWith('.') === true ? this.take().slice(1) : undefined
    if (control === undefined) return of
    if (control !== 'size' && control !== 'cbor' && control !== 'regexp')
      throw new SyntaxError(`CDDL control .${control}`)
    return { is: control, of, by: this.#plain() }
  }

  #plain(): Type {
    const taken = this.take()
    if (taken === '{' || taken === '[') return this.#members(taken)
    if (taken === '(') {
      const inner = this.type()
      this.expect(')')
      return inner
    }
    if (taken.startsWith('#')) return this.#major(taken)
    if (taken.startsWith('"')) return { is: 'literal', value: taken.slice(1, -1) }
    const [low, high] = taken.split('..').map(Number)
    if (/^-?[0-9]/.test(taken) && low !== undefined)
      return high === undefined ? { is: 'literal', value: low } : { is: 'range', low, high }
    if (/^[A-Za-z]/.test(taken)) return { is: 'name', name: taken }
    throw new SyntaxError(`CDDL: a type expected, ${taken} found`)
  }

  #major(taken: string): Type {
    const [major, value] = taken.slice(1).split('.').map(Number)
    if (major === 7 && value !== undefined) return { is: 'simple', value }
    if (major !== 6 || value === undefined) throw new SyntaxError(`CDDL ${taken}`)
    this.expect('(')
    const of = this.type()
    this.expect(')')
    return { is: 'tag', tag: value, of }
  }

  #members(open: '{' | '['): Type {
    const close = open === '{' ? '}' : ']'
    const members: Member[] = []
    while (this.next !== close) {
      members.push(this.#member())
      if (this.next === ',') this.take()
    }
    this.take()
    return { is: open === '{' ? 'map' : 'array', members }
  }

  #member(): Member {
    const occurrence = this.#occurrence()
    const first = this.type()
    if (this.next !== '=>' && this.next !== ':') return { ...occurrence, key: undefined, value: first }
    const bare = this.take() === ':' && first.is === 'name'
    const key: Type = bare ? { is: 'literal', value: first.name } : first
    return { ...occurrence, key, value: this.type() }
  }

  #occurrence(): Occurrence {
    const [, min, max] = /^([0-9]*)\*([0-9]*)$/.exec(this.next ?? '') ?? []
    if (min !== undefined && max !== undefined) {
      this.take()
      return { min: Number(min), max: max === '' ? Infinity : Number(max) }
    }
    if (this.next !== '?' && this.next !== '+') return { min: 1, max: 1 }
    return this.take() === '?' ? { min: 0, max: 1 } : { min: 1, max: Infinity }
  }
}
