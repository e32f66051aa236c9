/** Answers for the time-stamped checkpoints of an export: each of this history, and every token that the ledger entered there. */
import { suite } from '#suite'
import { equal, toHex } from '../../protocol/bytes.ts'
import { atPlace, Rejected } from '../../protocol/errors.ts'
import { type LedgerKeys, verifyCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { timeStampFile } from '../../protocol/ledger/export-format.ts'
import type { LedgerRecord } from '../../protocol/ledger/record.ts'
import type { CheckResult } from '../../protocol/report.ts'
import { read, rootsIn, timeStampFiles } from './export-files.ts'

/** The names of a checkpoint that was time-stamped, and of the token over it. */
export interface StampedFiles {
  readonly checkpoint: string
  readonly token: string
}

/** The smallest first. Throws `bad-proof` where one is there without the other. */
export function stampedFiles(folder: string): readonly StampedFiles[] {
  const files = timeStampFiles(folder)
  const stamped = files
    .filter((file) => file.endsWith('.checkpoint'))
    .map((checkpoint) => ({ checkpoint, token: checkpoint.replace(/checkpoint$/, 'tsr') }))
  const wanted = new Set(stamped.flatMap(({ checkpoint, token }) => [checkpoint, token]))
  const alone = [...files, ...wanted].find((file) => !wanted.has(file) || !files.includes(file))
  if (alone === undefined) return stamped
  throw new Rejected('bad-proof', `${alone} does not stand beside what belongs to it`)
}

/** What is asked of the tokens themselves, where somebody names the authority (`examineTokens`). */
export const tokenChecks = ['tokens', 'authority'] as const
export type TokenCheck = (typeof tokenChecks)[number]

export interface ExaminedTokens {
  readonly checks: readonly CheckResult<TokenCheck>[]
  /** What is known of them, and what is not. */
  readonly said: string
}

export interface TimeStampsTold {
  /** Takes the entries in order. */
  read(index: number, record: LedgerRecord | undefined): void
  /** Gives how many there are. Throws `bad-proof` for a checkpoint of another history, and for a token that is entered and not there. */
  conclude(folder: string, keys: LedgerKeys, size: number): number
}

export function beginTimeStamps(): TimeStampsTold {
  /** By the digest of the token, the entry that tells of it. */
  const told = new Map<string, number>()
  return {
    read: (index, record) => {
      if (record?.event === 'time-stamp' && record.digest !== undefined) told.set(toHex(record.digest), index)
    },
    conclude: (folder, keys, size) => {
      const stamped = stampedFiles(folder)
      verifyHistory(folder, stamped, keys, size)
      const strange = stamped.filter(({ token }) => !told.delete(toHex(suite.sha256(read(folder, token)))))
      requireNoneMissing(told, strange)
      return stamped.length
    },
  }
}

function verifyHistory(
  folder: string,
  stamped: readonly StampedFiles[],
  keys: LedgerKeys,
  exported: number,
): void {
  const rootAt = rootsIn(folder, exported)
  for (const { checkpoint: file } of stamped) {
    const { size, root } = atPlace(file, () => verifyCheckpoint(read(folder, file), keys))
    const within = size <= exported && timeStampFile(size, 'checkpoint') === file
    if (!within || !equal(rootAt(size), root))
      throw new Rejected('bad-proof', `${file} is of another history`)
  }
}

/** A token that no entry tells of is no fault: it may have been entered after the export's last entry. */
function requireNoneMissing(told: ReadonlyMap<string, number>, strange: readonly StampedFiles[]): void {
  const [missing] = told.values()
  if (missing === undefined) return
  const others = strange.map(({ token }) => token).join(', ')
  const instead = others === '' ? '' : `; ${others} is none that was entered`
  throw new Rejected('bad-proof', `the export lacks the token that entry ${missing} tells of${instead}`)
}
