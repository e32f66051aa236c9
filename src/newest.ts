/** Answers for memory of the newest so many: whoever asks for what was dropped finds it out again. */

export interface Newest<V> {
  readonly add: (name: string, value: V) => void
  readonly get: (name: string) => V | undefined
}

export function createNewest<V>(most: number): Newest<V> {
  const kept = new Map<string, V>()
  return {
    add: (name, value) => {
      kept.set(name, value)
      const [oldest] = kept.keys()
      if (kept.size > most && oldest !== undefined) kept.delete(oldest)
    },
    get: (name) => kept.get(name),
  }
}
