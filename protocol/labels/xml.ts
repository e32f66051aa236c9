/**
 * Answers for reading XML, and is the only door to its parser: plain elements with their namespaces, or a refusal
 * (`bad-xml`). Of what makes XML dangerous or ambiguous nothing is read: no DTD and so no entities but the five, no
 * processing instructions, no comments, no CDATA, no text beside elements, and not much of anything.
 */
import { SaxesParser, type SaxesTagNS } from 'saxes'
import { fromUtf8 } from '../bytes.ts'
import { Rejected } from '../errors.ts'

export interface Element {
  readonly namespace: string
  readonly name: string
  /** Those without a namespace by their name, the others as `{namespace}name`; declarations of namespaces are none. */
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly Element[]
  /** Without the white space around it; empty where there are children. */
  readonly text: string
}

const limits = { bytes: 256 * 1024, depth: 16, elements: 4096, attributes: 16 } as const
const xmlns = 'http://www.w3.org/2000/xmlns/'

export function readXml(bytes: Uint8Array): Element {
  if (bytes.length > limits.bytes) throw new Rejected('too-large', `${bytes.length} bytes of XML`)
  const tree = new Tree()
  const parser = new SaxesParser({ xmlns: true, position: true })
  const at = () => `line ${parser.line}`
  const refuse = (what: string) => () => refused(`${at()}: ${what}`)
  parser.on('error', () => refused(`${at()}: not well-formed, or a namespace is not declared`))
  parser.on('doctype', refuse('a DTD'))
  parser.on('processinginstruction', refuse('a processing instruction'))
  parser.on('comment', refuse('a comment'))
  parser.on('cdata', refuse('CDATA'))
  parser.on('xmldecl', ({ version, encoding, standalone }) => {
    if (version !== '1.0') refused('XML 1.0 expected')
    if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8') refused('UTF-8 expected')
    if (standalone === 'no') refused('standalone, or nothing said of it, expected')
  })
  parser.on('opentag', (tag) => tree.open(tag, at()))
  parser.on('text', (text) => tree.write(text))
  parser.on('closetag', () => tree.close(at()))
  parser.write(textOf(bytes)).close()
  return tree.root ?? refused('no element')
}

function textOf(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes).replace(/^\ufeff/, '')
  } catch (cause) {
    throw new Rejected('bad-xml', 'UTF-8 expected', { cause })
  }
}

interface Open {
  readonly tag: SaxesTagNS
  readonly children: Element[]
  text: string
}

/** What has been read so far: the open elements, the innermost last. */
class Tree {
  root: Element | undefined
  readonly #open: Open[] = []
  #elements = 0

  open(tag: SaxesTagNS, at: string): void {
    this.#elements += 1
    if (this.#open.length >= limits.depth) refused(`${at}: more than ${limits.depth} elements deep`)
    if (this.#elements > limits.elements) refused(`${at}: more than ${limits.elements} elements`)
    if (Object.keys(tag.attributes).length > limits.attributes) {
      refused(`${at}: more than ${limits.attributes} attributes`)
    }
    requireNames(tag, at)
    this.#open.push({ tag, children: [], text: '' })
  }

  write(text: string): void {
    const innermost = this.#open.at(-1)
    if (innermost !== undefined) innermost.text += text
  }

  close(at: string): void {
    const closed = this.#open.pop()
    if (closed === undefined) return
    const text = trimmed(closed.text)
    if (text !== '' && closed.children.length > 0) refused(`${at}: text beside elements`)
    const { uri: namespace, local: name } = closed.tag
    const element = { namespace, name, attributes: attributesOf(closed.tag), children: closed.children, text }
    const outer = this.#open.at(-1)
    if (outer === undefined) this.root = element
    else outer.children.push(element)
  }
}

/** Namespaces in XML 1.0 §3: the parser lets a prefix begin with a digit. */
function requireNames({ prefix, local, attributes }: SaxesTagNS, at: string): void {
  const names = [prefix, local, ...Object.values(attributes).flatMap((each) => [each.prefix, each.local])]
  if (names.some((name) => /^[-.0-9·]/.test(name))) refused(`${at}: a name begins with no letter`)
}

/** Of the white space of XML, and of no other. */
function trimmed(text: string): string {
  return text.replaceAll(/^[ \t\r\n]+|[ \t\r\n]+$/g, '')
}

function attributesOf({ attributes }: SaxesTagNS): ReadonlyMap<string, string> {
  return new Map(
    Object.values(attributes)
      .filter(({ uri }) => uri !== xmlns)
      .map(({ uri, local, value }) => [uri === '' ? local : `{${uri}}${local}`, value]),
  )
}

function refused(detail: string): never {
  throw new Rejected('bad-xml', detail)
}
