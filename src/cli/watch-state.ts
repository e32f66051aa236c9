/** Answers for what a watch remembers of a ledger between two looks: the last checkpoint that it verified, and the edge of the tree. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import * as is from '../../protocol/codec.ts'
import { atPlace } from '../../protocol/errors.ts'
import type { FlatTree } from '../../protocol/ledger/flat-tiles.ts'

const watchState = is.record({
  type: is.field('type', is.oneOf('pouch-watch-v1')),
  /** The signed note, letter for letter: with it, whoever shows another history is convicted. */
  checkpoint: is.field('checkpoint', is.text(512 * 1024)),
  size: is.field('size', is.unsigned),
  /** The last, partial tile of each level. */
  edge: is.field('edge', is.list(is.bytes(0, 8192), 0, 8)),
  /** The hash of the last leaf. */
  previous: is.field('previous', is.bytes(32)),
})

export interface WatchState {
  readonly checkpoint: string
  readonly tree: FlatTree
  readonly previous: Uint8Array
}

/** `undefined` before the first look. */
export function readState(file: string): WatchState | undefined {
  if (!existsSync(file)) return undefined
  const { checkpoint, size, edge, previous } = atPlace(file, () =>
    is.decodeAs(watchState, new Uint8Array(readFileSync(file))),
  )
  return { checkpoint, tree: { size, edge }, previous }
}

/** Whole, or as it was before. */
export function keepState(file: string, { checkpoint, tree, previous }: WatchState): void {
  const { size, edge } = tree
  const bytes = is.encodeAs(watchState, { type: 'pouch-watch-v1', checkpoint, size, edge, previous })
  writeFileSync(`${file}.next`, bytes, { mode: 0o600, flush: true })
  renameSync(`${file}.next`, file)
}
