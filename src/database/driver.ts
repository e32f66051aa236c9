/**
 * Answers for the driver of PostgreSQL, with two faults of postgres 3.4.9 mended while it is loaded: a connection that is
 * lost while something waits to be written to it ends the whole process (https://github.com/porsager/postgres/issues/1208),
 * or never writes again. What waits goes with its socket, and what comes after is refused as for any closed connection.
 */
import { registerHooks } from 'node:module'

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

/** Throws for another version than the one that is known here: then look whether the faults are still in it. */
function mend(source: string): string {
  return faults.reduce((text, { found, mended }) => {
    if (text.split(found).length !== 2) throw new Error('postgres is not of version 3.4.9')
    return text.replace(found, mended)
  }, source)
}

const hooks = registerHooks({
  load: (url, context, next) => {
    const loaded = next(url, context)
    if (!url.endsWith('/postgres/src/connection.js')) return loaded
    const { source } = loaded
    const text = typeof source === 'string' ? source : new TextDecoder().decode(source ?? undefined)
    return { ...loaded, source: mend(text) }
  },
})

// Loaded here and not by an import of its own, which would go before this file.
export const { default: postgres } = await import('postgres')

hooks.deregister()
