/** Answers for loading commands when they are named: what one needs may be much, and most need little of what others do. */
import type { Command } from 'commander'

/** Loads a command with all that it needs; `args` are those after its name. */
export type Loading = (args: readonly string[]) => Promise<Command>

/** The command that the first argument names; all of them where it names none, for help that lists them. */
export async function named(
  commands: Readonly<Record<string, Loading>>,
  [name = '', ...args]: readonly string[],
): Promise<readonly Command[]> {
  const one = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (one !== undefined) return [await one(args)]
  return Promise.all(Object.values(commands).map((load) => load([])))
}
