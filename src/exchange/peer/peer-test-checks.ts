/** Answers for the shapes of the test of a peer: its checks in their order, and what is told of each. */
import type { PartyId } from '../../../protocol/names.ts'

export const peerChecks = [
  'connection',
  'tls',
  'clock',
  'registry',
  'signature',
  'ledger',
  'consistency',
] as const
export type PeerCheck = (typeof peerChecks)[number]

export interface PeerFinding {
  readonly check: PeerCheck
  readonly outcome: 'pass' | 'fail' | 'not-reached'
  /** What was found. */
  readonly detail: string
}

export interface PeerTest {
  readonly party: PartyId
  readonly gateway: string
  readonly good: boolean
  readonly findings: readonly PeerFinding[]
}
