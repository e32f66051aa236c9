/** Answers for taking elements of labels apart and writing them: what is not provided for is refused by its name. */
import { Rejected } from '../errors.ts'
import type { Element } from './xml.ts'

export const labelNamespace = 'urn:nato:stanag:4774:confidentialitymetadatalabel:1:0'
export const bindingNamespace = 'urn:nato:stanag:4778:bindinginformation:1:0'
export const contentTypeNamespace = 'http://www.w3.org/2005/05/xmlmime'

/** Those that are in the standards and have no counterpart. Other names are the input's, and are not repeated. */
const withoutCounterpart: ReadonlySet<string> = new Set(
  (
    'ConfidentialityLabel metadataConfidentialityLabel PrivacyMark IntegerValue BitStringValue SuccessionHandling ' +
    'Signature MetadataReference Data Transforms Id URI encoding contentType'
  ).split(' '),
)

export function unmappable(place: string, name = ''): never {
  const what = withoutCounterpart.has(name) ? name : 'something that is not provided for'
  throw new Rejected('unmappable-label', `${place}: ${what}`)
}

export type Count = 'one' | 'optional' | 'some' | 'any'

/** The children by name: these, in this order and so many; no others. */
export function childrenOf<N extends string>(
  { namespace, name: place, children }: Element,
  counts: Readonly<Record<N, Count>>,
): Readonly<Record<N, readonly Element[]>> {
  const names = Object.keys(counts) as N[]
  let reached = 0
  for (const child of children) {
    const position = names.findIndex((name) => name === child.name)
    if (position < reached || child.namespace !== namespace) return unmappable(place, child.name)
    reached = position
  }
  const found = {} as Record<N, readonly Element[]>
  for (const name of names) {
    found[name] = children.filter((child) => child.name === name)
    const { length } = found[name]
    if (!fits(counts[name], length)) throw new Rejected('unmappable-label', `${place}: ${length} ${name}`)
  }
  return found
}

function fits(count: Count, length: number): boolean {
  switch (count) {
    case 'one':
      return length === 1
    case 'optional':
      return length <= 1
    case 'some':
      return length >= 1
    case 'any':
      return true
  }
}

/** The attributes, when there are no others than these. */
export function attributesOf(
  { name: place, attributes }: Element,
  allowed: readonly string[],
): ReadonlyMap<string, string> {
  const other = [...attributes.keys()].find((name) => !allowed.includes(name))
  return other === undefined ? attributes : unmappable(place, other)
}

/** The text of an element that has nothing else in it but, where they are allowed, attributes. */
export function textOf(element: Element, allowed: readonly string[] = []): string {
  attributesOf(element, allowed)
  childrenOf(element, {})
  return element.text === '' ? unmappable(element.name) : element.text
}

export function elementOf(
  namespace: string,
  name: string,
  content: string | readonly Element[],
  attributes: Readonly<Record<string, string | undefined>> = {},
): Element {
  const given = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  )
  return {
    ...{ namespace, name, attributes: new Map(given) },
    children: typeof content === 'string' ? [] : content,
    text: typeof content === 'string' ? content : '',
  }
}

const prefixes: Readonly<Record<string, string>> = {
  [labelNamespace]: 'slab',
  [bindingNamespace]: 'mb',
  [contentTypeNamespace]: 'xmime',
}

/** An XML document, its namespaces declared at the root. */
export function printXml(root: Element): string {
  const used = Object.entries(prefixes).filter(([namespace]) => uses(root, namespace))
  const declarations = used.map(([namespace, prefix]) => ` xmlns:${prefix}="${namespace}"`).join('')
  return `<?xml version="1.0" encoding="UTF-8"?>\n${print(root, '', declarations)}`
}

function uses({ namespace, attributes, children }: Element, wanted: string): boolean {
  const inAttributes = [...attributes.keys()].some((name) => name.startsWith(`{${wanted}}`))
  return namespace === wanted || inAttributes || children.some((child) => uses(child, wanted))
}

function print(element: Element, indent: string, declarations = ''): string {
  const name = `${prefixes[element.namespace] ?? ''}:${element.name}`
  const attributes = Array.from(element.attributes, ([key, value]) => ` ${printName(key)}="${escape(value)}"`)
  const start = `${indent}<${name}${declarations}${attributes.join('')}`
  if (element.children.length > 0) {
    const children = element.children.map((child) => print(child, `${indent}  `)).join('')
    return `${start}>\n${children}${indent}</${name}>\n`
  }
  return element.text === '' ? `${start}/>\n` : `${start}>${escape(element.text)}</${name}>\n`
}

function printName(key: string): string {
  const [, namespace = '', local = key] = /^\{(.*)\}(.*)$/.exec(key) ?? []
  return namespace === '' ? local : `${prefixes[namespace] ?? ''}:${local}`
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escape(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => escapes[character] ?? character)
}
