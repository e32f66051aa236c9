/** Answers for reading a stream of server-sent events as a reader that keeps to the letter of it: block by block. */
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'

export interface ServerEvent {
  readonly id?: string
  readonly data?: unknown
  readonly comment?: string
}

export interface Events {
  readonly status: number | undefined
  readonly mediaType: string | undefined
  /** The next block, comments included; `undefined` when the stream has ended. Throws when it is cut off. */
  next(): Promise<ServerEvent | undefined>
  /** The next that is no comment. */
  item(): Promise<ServerEvent | undefined>
  /** Goes away. */
  leave(): void
}

/** On a connection of its own, which goes away with it. */
export async function openEvents(url: string, headers: Readonly<Record<string, string>>): Promise<Events> {
  const asked = get(url, { agent: false, headers: { accept: 'text/event-stream', ...headers } })
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  const blocks = blocksOf(response)
  const next = async () => (await blocks.next()).value ?? undefined
  return {
    status: response.statusCode,
    mediaType: response.headers['content-type'],
    next,
    item: async () => {
      for (;;) {
        const event = await next()
        if (event?.comment === undefined) return event
      }
    },
    leave: () => {
      response.on('error', () => undefined)
      response.destroy()
    },
  }
}

async function* blocksOf(response: IncomingMessage): AsyncGenerator<ServerEvent, undefined> {
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) {
    text += String(chunk)
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    yield* blocks.map(eventOf)
  }
  if (text !== '') throw new Error(`the stream ends within a block: ${text}`)
}

function eventOf(block: string): ServerEvent {
  const [, comment] = /^: (.*)$/.exec(block) ?? []
  if (comment !== undefined) return { comment }
  const [, id, data] = /^id: ([0-9]+)\ndata: (.+)$/.exec(block) ?? []
  if (id === undefined || data === undefined) throw new Error(`no event: ${block}`)
  return { id, data: JSON.parse(data) as unknown }
}
