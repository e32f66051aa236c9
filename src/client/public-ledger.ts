/** Answers for reading a ledger where anybody may: its checkpoint, tiles and entry bundles over HTTP, from its gateway or a mirror. */
import { Rejected } from '../../protocol/errors.ts'
import { perfectNodes, type Range } from '../../protocol/ledger/merkle.ts'
import type { NodeReader } from '../../protocol/ledger/merkle-proof.ts'
import { nodesFromTiles, parseTile, tileOf, tilePath } from '../../protocol/ledger/tiles.ts'
import { attempting, type Patience } from './attempts.ts'

export interface PublicLedger {
  readonly url: string
  /** A file by its C2SP path. Throws `not-found`, and what `fetch` throws. */
  file(path: string): Promise<Uint8Array>
}

const patience: Patience = { attempts: 3, firstPauseMilliseconds: 200, longestPauseMilliseconds: 5000 }
const timeoutMilliseconds = 30_000
/** A bundle of 256 entries of the greatest length. */
const maxFileBytes = 256 * 65_537

/** `url` is the prefix of the C2SP paths; of a gateway its origin is enough. A gateway asks by its own connections. */
export function publicLedgerAt(url: string, ask: (url: string) => Promise<Response> = send): PublicLedger {
  const { origin, pathname } = new URL(url)
  const prefix = origin + (pathname === '/' ? '/ledger' : pathname.replace(/\/$/, ''))
  return {
    url: prefix,
    file: async (path) => {
      const response = await attempting(() => ask(`${prefix}/${path}`), patience)
      if (response.status === 404) throw new Rejected('not-found', `${prefix}/${path}`)
      if (!response.ok) throw new Rejected('unavailable', `${prefix}/${path}: status ${response.status}`)
      return new Uint8Array(await response.arrayBuffer())
    },
  }
}

async function send(url: string): Promise<Response> {
  const signal = AbortSignal.timeout(timeoutMilliseconds)
  const response = await fetch(url, { redirect: 'error', signal })
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > maxFileBytes) throw new Rejected('too-large', url)
    chunks.push(new Uint8Array(chunk))
  }
  // The body is part of the attempt: an answer that breaks off is asked for again.
  return new Response(new Blob(chunks), { status: response.status, headers: response.headers })
}

/** Fetches every tile that these ranges of a ledger of this size need. */
export async function nodesAt(
  ledger: PublicLedger,
  size: number,
  ranges: readonly Range[],
): Promise<NodeReader> {
  const tiles = new Map<string, readonly Uint8Array[]>()
  for (const range of ranges) {
    for (const node of perfectNodes(range)) {
      const tile = tileOf(node, size)
      const path = tilePath(tile)
      if (!tiles.has(path)) tiles.set(path, parseTile(await ledger.file(path), tile.width))
    }
  }
  return nodesFromTiles(size, (tile) => tiles.get(tilePath(tile)) ?? [])
}
