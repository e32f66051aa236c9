/** Answers for YAML that a person wrote: the value that its form describes, or every fault with its line. The door to `yaml`. */
import { isMap, isNode, isScalar, LineCounter, type Node, parseDocument } from 'yaml'
import type { z } from 'zod'

const maxBytes = 1 << 20

/** What is wrong with a table: one line for each fault, with file and line. */
export class TableFault extends Error {
  override readonly name = 'TableFault'
}

type Path = readonly PropertyKey[]

export interface Table<T> {
  readonly value: T
  /** Of the thing at this path, or of the nearest that there is around it. */
  readonly lineOf: (path: Path) => number
}

/** Throws `TableFault`. YAML 1.2: NO, ON and dates are plain text. */
export function readTable<T extends z.ZodType>(form: T, bytes: Uint8Array, file: string): Table<z.output<T>> {
  if (bytes.length > maxBytes) throw new TableFault(`${file}: larger than ${maxBytes} bytes`)
  const { json, lineOf, keyLineOf } = parsed(textOf(bytes, file), file)
  const read = form.safeParse(json)
  if (read.success) return { value: read.data, lineOf }
  const faults = read.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map(
          (key) =>
            [keyLineOf([...issue.path, key]), `${placeOf([...issue.path, key])}: unknown key`] as const,
        )
      : [[lineOf(issue.path), `${placeOf(issue.path)}: ${issue.message}`] as const],
  )
  const lines = faults.toSorted(([a], [b]) => a - b).map(([line, fault]) => `${file}:${line}: ${fault}`)
  throw new TableFault(lines.join('\n'))
}

function textOf(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new TableFault(`${file}: it is not UTF-8`, { cause })
  }
}

function parsed(text: string, file: string) {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const lineAt = (offset: number) => lines.linePos(offset).line
  const [wrong] = [...document.errors, ...document.warnings]
  if (wrong !== undefined) throw new TableFault(`${file}:${lineAt(wrong.pos[0])}: ${wrong.message}`)
  const root: Node | null = document.contents
  const lineOf = (path: Path) => lineAt(nearest(root, path)?.range?.[0] ?? 0)
  const keyLineOf = (path: Path) => lineAt(keyNode(root, path)?.range?.[0] ?? 0)
  return { json: plain(() => document.toJS({ maxAliasCount: 0 }), file), lineOf, keyLineOf }
}

/** An alias may stand for a thousand others: a table has no use for any. */
function plain(read: () => unknown, file: string): unknown {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof ReferenceError) throw new TableFault(`${file}: aliases are not taken`, { cause })
    throw cause
  }
}

function nearest(root: Node | null, path: Path): Node | null {
  return path.reduce<Node | null>((node, step) => childOf(node, step) ?? node, root)
}

function childOf(node: Node | null, step: PropertyKey): Node | undefined {
  if (node === null || !('get' in node) || typeof node.get !== 'function') return undefined
  const found: unknown = node.get(step, true)
  return isNode(found) ? found : undefined
}

function keyNode(root: Node | null, path: Path): Node | null {
  const around = nearest(root, path.slice(0, -1))
  const pair = isMap(around)
    ? around.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))
    : undefined
  return pair !== undefined && isNode(pair.key) ? pair.key : around
}

/** `cases[3].expect`. */
function placeOf(path: Path): string {
  const place = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('')
  return place === '' ? 'the table' : place.replace(/^\./, '')
}
