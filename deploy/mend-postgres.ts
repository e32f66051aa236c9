/**
 * Answers for two faults of postgres 3.4.9, mended where npm put it: a connection that is lost while something waits to be
 * written to it ends the whole process (https://github.com/porsager/postgres/issues/1208), or never writes again. What waits
 * goes with its socket, and what comes after is refused as for any closed connection. `npm ci` runs this; it may run again.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const file = path.resolve(import.meta.dirname, '../node_modules/postgres/src/connection.js')

const faults = [
  {
    found: '  function nextWrite(fn) {\n',
    mended: `  function nextWrite(fn) {
    if (socket === null) {
      chunk = nextWriteTimer = null
      error(Errors.connection('CONNECTION_CLOSED', options))
      return false
    }
`,
  },
  {
    found: "    clearImmediate(nextWriteTimer)\n    socket.removeListener('data', data)\n",
    mended: `    clearImmediate(nextWriteTimer)
    chunk = nextWriteTimer = null
    socket.removeListener('data', data)
`,
  },
]

const source = readFileSync(file, 'utf8')
if (!faults.every(({ mended }) => source.includes(mended))) writeFileSync(file, mend(source))

/** Throws when the file is another one than is known here: then look whether the faults are still in it. */
function mend(text: string): string {
  return faults.reduce((mendedSoFar, { found, mended }) => {
    if (mendedSoFar.split(found).length !== 2) throw new Error(`${file} is not that of postgres 3.4.9`)
    return mendedSoFar.replace(found, mended)
  }, text)
}
