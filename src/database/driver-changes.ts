/**
 * Answers for what is changed in the driver's connection (postgres 3.4.9). Two faults are mended: a connection that is lost
 * while something waits to be written to it ends the whole process (https://github.com/porsager/postgres/issues/1208), or
 * never writes again. And byte arrays cross in binary, which the driver does not know: as text they take twice the room.
 */

interface Change {
  readonly found: string
  readonly made: string
}

// What waits goes with its socket, and what comes after is refused as for any closed connection.
const lostConnections: readonly Change[] = [
  {
    found: '  function nextWrite(fn) {\n',
    made: `  function nextWrite(fn) {
    if (socket === null) {
      chunk = nextWriteTimer = null
      error(Errors.connection('CONNECTION_CLOSED', options))
      return false
    }
`,
  },
  {
    found: "    clearImmediate(nextWriteTimer)\n    socket.removeListener('data', data)\n",
    made: `    clearImmediate(nextWriteTimer)
    chunk = nextWriteTimer = null
    socket.removeListener('data', data)
`,
  },
]

// Formats of PostgreSQL's protocol ("Message Formats", Bind): 0 is text, 1 is binary. 17 is `bytea`. A result is in binary
// where the columns were known when it was asked for, which they are from the second time on.
const binary: readonly Change[] = [
  {
    found: '.str(statement + b.N).i16(0).i16(parameters.length)\n',
    made: `.str(statement + b.N).i16(parameters.length)
    parameters.forEach((x) => b.i16(x instanceof Uint8Array ? 1 : 0))
    b.i16(parameters.length)
`,
  },
  {
    found: '      b.inc(4).str(x).i32(b.i - prev - 4, prev)\n    })\n\n    b.i16(0)\n',
    made: `      x instanceof Uint8Array ? b.i32(x.length).raw(x) : b.inc(4).str(x).i32(b.i - prev - 4, prev)
    })

    b.i16(formats.length)
    formats.forEach((format) => b.i16(format))
`,
  },
  {
    found: "function Bind(parameters, types, statement = '', portal = '') {",
    made: "function Bind(parameters, types, statement = '', portal = '', formats = []) {",
  },
  {
    found: '      Bind(q.parameters, q.statement.types, q.statement.name, q.cursorName),\n',
    made: `      Bind(q.parameters, q.statement.types, q.statement.name, q.cursorName,
        q.formats = q.statement.columns?.map(({ type }) => type === 17 ? 1 : 0) ?? []),
`,
  },
  {
    found: '          : column.parser === undefined\n',
    made: `          : query.formats?.[i] === 1
            ? new Uint8Array(x.subarray(index, index += length))
          : column.parser === undefined
`,
  },
]

/** Throws for another version than the one that is known here: then look whether the faults are still in it. */
export function changed(source: string): string {
  return [...lostConnections, ...binary].reduce((text, { found, made }) => {
    if (text.split(found).length !== 2) throw new Error(`postgres is not of version 3.4.9: without ${found}`)
    return text.replace(found, () => made)
  }, source)
}
