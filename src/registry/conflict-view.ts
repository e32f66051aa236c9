/** Answers for what is shown of a registry conflict: which document this gateway holds, which other one there is, and since when. */
import type { Seconds } from '../../protocol/names.ts'

export interface KnownConflict {
  readonly version: number
  /** SHA-256 of the documents without their signatures. */
  readonly held: Uint8Array
  readonly other: Uint8Array
  readonly foundAt: Seconds
  /** The address of the one that brought it; absent when the agency did, or nobody knows. */
  readonly gateway?: string
}
