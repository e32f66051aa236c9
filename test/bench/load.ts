/** Answers for putting load on a listener: so many requests at a time, each once, and each must be accepted. */
import { Agent, request } from 'node:http'
import { performance } from 'node:perf_hooks'

export interface Target {
  readonly port: number
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

/** Requests a second. Throws at the first answer that is not 201. */
export async function rateOf(
  target: Target,
  bodies: readonly Uint8Array[],
  inFlight: number,
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight })
  const waiting = bodies.values()
  const start = performance.now()
  // The lines share one iterator, so that each body goes once.
  const line = async (): Promise<void> => {
    for (const body of waiting) await post(agent, target, body)
  }
  await Promise.all(Array.from({ length: inFlight }, line))
  const seconds = (performance.now() - start) / 1000
  agent.destroy()
  return bodies.length / seconds
}

/** The answer's text. Throws when it is not 201. */
export async function post(agent: Agent, { port, path, headers }: Target, body: Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { agent, host: '127.0.0.1', port, path, method: 'POST' }
    const sending = request(
      { ...options, headers: { ...headers, 'content-length': body.length } },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (part: string) => (text += part))
        answer.on('end', () =>
          answer.statusCode === 201 ? resolve(text) : reject(new Error(`${answer.statusCode}: ${text}`)),
        )
      },
    )
    sending.on('error', reject)
    sending.end(body)
  })
}
