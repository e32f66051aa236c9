/** Answers for a disk that fails: preloaded, it lets every fsync fail once the file named in FSYNC_FAILS_AFTER exists. */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { fsyncSync } = fs
fs.fsyncSync = (descriptor) => {
  if (fs.existsSync(process.env['FSYNC_FAILS_AFTER'] ?? ''))
    throw Object.assign(new Error('EIO'), { code: 'EIO' })
  fsyncSync(descriptor)
}
syncBuiltinESMExports()
