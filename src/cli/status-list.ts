/** Answers for a status list from where the command line names it: a file, or the address that its issuer publishes it at. */
import { SystemRefused } from './answer.ts'
import { readBytes } from './files.ts'

const patienceMilliseconds = 10_000
/** 67 million statuses of one bit, and their signatures. */
const mostBytes = 9 * 1024 * 1024

/** What does not come whole and in time is no list: then nothing is said to be valid. */
export async function statusListAt(place: string): Promise<Uint8Array> {
  if (!/^https?:\/\//.test(place)) return readBytes(place)
  try {
    const response = await fetch(place, {
      redirect: 'error',
      signal: AbortSignal.timeout(patienceMilliseconds),
    })
    if (!response.ok) throw new Error(`answered ${response.status}`)
    return await bounded(response)
  } catch (cause) {
    const next = 'try again, or get the list from its issuer in another way, and name the file'
    throw new SystemRefused(`no status list comes from ${place}`, next, { cause })
  }
}

async function bounded(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body ?? []) {
    length += part.length
    if (length > mostBytes) throw new Error('too large')
    parts.push(part)
  }
  return new Uint8Array(Buffer.concat(parts))
}
