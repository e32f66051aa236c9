/**
 * Answers for seals: every head is signed by the ledger's Ed25519 key before it is committed, so that a head which somebody
 * else wrote into the tables is never gone on from, and no root but a sealed one's is ever signed late.
 */
import * as is from '../../protocol/codec.ts'
import { Rejected } from '../../protocol/errors.ts'
import type { LedgerKeys, LedgerSigner } from '../../protocol/ledger/checkpoint.ts'
import {
  type Consistency,
  consistencyRanges,
  proveConsistency,
  verifyConsistency,
} from '../../protocol/ledger/merkle-proof.ts'
import type { Database } from '../database/open.ts'
import { type Head, readHead } from './head-table.ts'
import { readNodes } from './store.ts'

type Place = Pick<Head, 'size' | 'root' | 'last'>

/** Begins unlike anything else that the key signs: a note is a text, a COSE structure names its own context. */
const sealed = is.tuple(is.oneOf('pouch/1 ledger head'), is.text(), is.unsigned, is.bytes(32), is.bytes(32))

/** 64 bytes. It says that this gateway is about to commit this head, and is shown to nobody. */
export function sealOf({ keys, pair: [ed25519] }: LedgerSigner, head: Place): Uint8Array {
  return ed25519.sign(message(keys, head))
}

/** Throws `broken-chain` for a head that this ledger's key did not seal. One that is empty has nothing to protect. */
export function requireSealed(head: Head, keys: LedgerKeys): void {
  if (head.size === 0) return
  if (head.seal === null || !keys.ed25519.verify(message(keys, head), head.seal)) {
    throw new Rejected('broken-chain', `the head at ${head.size} is not sealed: somebody else wrote it`)
  }
}

/** Where the ledger is. Throws `broken-chain` when it is nowhere, or not where this ledger's key put it. */
export async function readSealed(database: Database, keys: LedgerKeys): Promise<Head> {
  const head = await readHead(database)
  if (head === undefined) throw new Rejected('broken-chain', 'the ledger has no head')
  requireSealed(head, keys)
  return head
}

/** Throws `broken-chain` unless the sealed head continues the tree of this size and root: then it is one that we entered. */
export async function requireEntered(
  database: Database,
  { size, root }: Pick<Head, 'size' | 'root'>,
  keys: LedgerKeys,
): Promise<void> {
  const head = await readSealed(database, keys)
  if (size >= 1 && size <= head.size) {
    const read = await readNodes(database, head.size, consistencyRanges(size, head.size))
    if (continues(root, proveConsistency(size, head.size, read), head.root)) return
  }
  throw new Rejected('broken-chain', `the head at ${head.size} does not continue the root of ${size}`)
}

function continues(first: Uint8Array, proof: Consistency, second: Uint8Array): boolean {
  try {
    verifyConsistency(first, proof, second)
    return true
  } catch (error) {
    if (error instanceof Rejected) return false
    throw error
  }
}

function message({ origin }: LedgerKeys, { size, root, last }: Place): Uint8Array {
  return is.encodeAs(sealed, ['pouch/1 ledger head', origin, size, root, last])
}
