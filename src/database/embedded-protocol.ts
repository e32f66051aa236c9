/** Answers for what passes between the program and the thread of its embedded database. */

export interface EmbeddedStart {
  /** Where the cluster's files are. */
  readonly directory: string
}

export interface EmbeddedQuery {
  readonly id: number
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** Errors lose their fields between threads; the SQLSTATE is the one that is read. */
export interface EmbeddedFailure {
  readonly message: string
  readonly code: string | undefined
}

interface EmbeddedReply {
  readonly rows: readonly unknown[]
  readonly command: string
  readonly count: number
}

export type EmbeddedAnswer =
  | { readonly kind: 'opened' }
  | { readonly kind: 'refused'; readonly why: 'not-durable' | 'damaged'; readonly message: string }
  | { readonly kind: 'reply'; readonly id: number; readonly reply: EmbeddedReply }
  | { readonly kind: 'failure'; readonly id: number; readonly failure: EmbeddedFailure }
  | { readonly kind: 'closed' }
