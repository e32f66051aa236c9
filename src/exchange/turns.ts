/** Answers for taking turns within this process: of what bears one name, one is under way at a time, in the order of asking. */

export interface Turns {
  readonly take: <T>(name: string, act: () => Promise<T>) => Promise<T>
}

export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>()
  const take = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
    const before = last.get(name) ?? Promise.resolve()
    // How the one before ended is told to who asked for it.
    const own = before.then(act, act)
    last.set(name, own)
    try {
      return await own
    } finally {
      if (last.get(name) === own) last.delete(name)
    }
  }
  return { take }
}
