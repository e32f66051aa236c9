/** Answers for what a peer in the measurements is: a library doing the nearest equivalent that it can. */

export interface Peer {
  readonly name: string
  /** What it does, and what it leaves undone beside ours. */
  readonly does: string
  readonly message: Uint8Array
  readonly seal: () => Promise<Uint8Array>
  /** As the last recipient. Throws when the document does not come out. */
  readonly open: () => Promise<void>
}

export type MakePeer = (document: Uint8Array, recipients: number) => Promise<Peer>

export function requireSame(opened: Uint8Array, document: Uint8Array): void {
  if (Buffer.compare(opened, document) !== 0) throw new Error('the peer did not give the document back')
}
