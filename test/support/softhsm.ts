/**
 * Answers for a token in tests: SoftHSM in a temporary folder of its own. Where it is absent and apt cannot bring it, it is
 * `undefined` with a printed note.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TokenPlace } from '../../keys/token-sessions.ts'
import { recordSecrets } from './recorded.ts'
import { installed } from './stock-tools.ts'

export interface SoftHsm {
  readonly pin: string
  /** Makes an empty token with this label. */
  readonly token: (label: string) => TokenPlace
  /** What SoftHSM wants in the environment of every process. */
  readonly variables: Readonly<Record<string, string>>
  readonly remove: () => void
}

const libraries = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib64/pkcs11/libsofthsm2.so']
const pin = 'pin-7351942'

export function softHsm(): SoftHsm | undefined {
  const find = () => libraries.find((file) => existsSync(file))
  if (find() === undefined) installed('softhsm2')
  const module = find()
  if (module === undefined) {
    console.warn('skipped: softhsm2 is not on this machine, and apt does not bring it')
    return undefined
  }
  recordSecrets('pin', [pin])
  const folder = mkdtempSync(path.join(tmpdir(), 'pouch-softhsm-'))
  const configuration = path.join(folder, 'softhsm2.conf')
  mkdirSync(path.join(folder, 'tokens'))
  writeFileSync(configuration, `directories.tokendir = ${path.join(folder, 'tokens')}\nlog.level = ERROR\n`)
  process.env['SOFTHSM2_CONF'] = configuration
  return {
    pin,
    token: (label) => {
      const words = ['--init-token', '--free', '--label', label, '--pin', pin, '--so-pin', `so-${pin}`]
      execFileSync('softhsm2-util', words, { stdio: 'ignore' })
      return { module, label }
    },
    variables: { SOFTHSM2_CONF: configuration },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
