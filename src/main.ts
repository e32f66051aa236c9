#!/usr/bin/env node
/** Answers for the program's start: one command line in, one exit code out. */
import { run } from './cli/program.ts'

// Who reads the output may stop reading, as `head` does: then there is nobody left to write for.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})
process.exitCode = await run(process.argv.slice(2))
