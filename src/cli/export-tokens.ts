/** Answers for the time-stamp tokens of an export: each over the exact bytes of its checkpoint, by an authority that is trusted for it. */
import { atPlace, Rejected } from '../../protocol/errors.ts'
import { type CheckResult, report } from '../../protocol/report.ts'
import { nameOf, parseCertificate, type TrustedAuthority } from '../ledger/time-stamps/authority.ts'
import { isOver, parseTimeStamp, signerOf, type TimeStamp } from '../ledger/time-stamps/token.ts'
import { toDate } from './answer.ts'
import { read } from './export-files.ts'
import {
  type ExaminedTokens,
  type StampedFiles,
  stampedFiles,
  type TokenCheck,
} from './export-time-stamps.ts'
import { readBytes } from './files.ts'

interface Stamped extends StampedFiles {
  readonly bytes: Uint8Array
  readonly stamp: TimeStamp
}

/** Without a certificate it says so, and that the authority is not verified. */
export async function examineTokens(
  folder: string,
  certificates: readonly string[],
): Promise<ExaminedTokens> {
  const trusted = certificates.map((file) => atPlace(file, () => parseCertificate(textOf(file))))
  const stamped: Stamped[] = []
  const over = report(['tokens'], (trace) => {
    trace('tokens')
    for (const files of stampedFiles(folder))
      stamped.push(atPlace(files.token, () => readToken(folder, files)))
  })
  if (over.some(({ outcome }) => outcome === 'fail'))
    return { checks: [...over, unreached], said: 'NOT verified' }
  if (trusted.length === 0)
    return { checks: [...over, unknownAuthority], said: saidOf(stamped, 'NOT verified') }
  const other = await firstByAnother(stamped, trusted)
  const names = trusted.map(nameOf).join(' or ')
  const by = report(['authority'], (trace) => {
    trace('authority')
    if (other !== undefined) throw new Rejected('bad-time-stamp', `${other.token}: not signed by ${names}`)
  })
  const verdict = other === undefined ? `verified, by ${names}` : 'NOT verified'
  return { checks: [...over, ...by], said: saidOf(stamped, verdict) }
}

const unreached: CheckResult<TokenCheck> = { check: 'authority', outcome: 'not-reached' }
const unknownAuthority: CheckResult<TokenCheck> = {
  ...unreached,
  detail: 'needs the certificate of the time-stamping authority: --tsa-certificate',
}

function textOf(file: string): string {
  return new TextDecoder().decode(readBytes(file))
}

function readToken(folder: string, files: StampedFiles): Stamped {
  const bytes = read(folder, files.checkpoint)
  const stamp = parseTimeStamp(read(folder, files.token))
  if (isOver(stamp, bytes)) return { ...files, bytes, stamp }
  throw new Rejected('bad-time-stamp', `not over the bytes of ${files.checkpoint}`)
}

async function firstByAnother(
  stamped: readonly Stamped[],
  trusted: readonly TrustedAuthority[],
): Promise<Stamped | undefined> {
  for (const each of stamped) if ((await signerOf(each.stamp, each.bytes, trusted)) === undefined) return each
  return undefined
}

/** The last of them says how old the ledger is at the least. */
function saidOf(stamped: readonly Stamped[], verdict: string): string {
  const last = stamped.at(-1)?.stamp.at ?? 0
  return `${stamped.length}, the last of ${toDate(last)}; their authority ${verdict}`
}
