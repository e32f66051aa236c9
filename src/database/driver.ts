/**
 * Answers for the driver of PostgreSQL: postgres 3.4.9, changed while it is loaded (driver-changes.ts). It is loaded as
 * CommonJS, apart from the module that whoever imports `postgres` gets unchanged.
 */
import { createRequire, registerHooks } from 'node:module'
import type postgresql from 'postgres'
import { changed } from './driver-changes.ts'

const hooks = registerHooks({
  load: (url, context, next) => {
    const loaded = next(url, context)
    if (!url.endsWith('/postgres/cjs/src/connection.js')) return loaded
    const { source } = loaded
    const text = typeof source === 'string' ? source : new TextDecoder().decode(source ?? undefined)
    return { ...loaded, source: changed(text) }
  },
})

export const postgres = createRequire(import.meta.url)('postgres') as typeof postgresql

hooks.deregister()
