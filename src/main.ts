#!/usr/bin/env node
/** Answers for the program's start: one command line in, one exit code out. */
import { program } from './cli/program.ts'

await program().parseAsync()
