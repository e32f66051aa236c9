/** Answers for the file in which a running gateway announces keys that it made: what the signers of the registry need. */
import { renameSync, writeFileSync } from 'node:fs'
import type { KeyListing } from '../../keys/key-folder.ts'
import type { KeyConsent } from '../../protocol/key-consent.ts'
import { enrolmentOf } from '../registry/enrolment.ts'

/** Whole or not at all: somebody may be reading it. */
export function writeEnrolment(
  file: string,
  party: string,
  keys: readonly KeyListing[],
  consent?: KeyConsent,
): void {
  const temporary = `${file}.new`
  writeFileSync(temporary, `${JSON.stringify(enrolmentOf(party, keys, consent), null, 2)}\n`)
  renameSync(temporary, file)
}
