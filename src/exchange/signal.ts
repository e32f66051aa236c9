/** Answers for waking those who wait within one process. */

export interface Signal {
  notify(): void
  /** Resolves at the next `notify`, after the time, or when aborted; never rejects. */
  wait(milliseconds: number, abort?: AbortSignal): Promise<void>
}

export function createSignal(): Signal {
  const waiting = new Set<() => void>()
  return {
    notify: () => {
      for (const wake of [...waiting]) wake()
    },
    wait: (milliseconds, abort) =>
      new Promise((resolve) => {
        if (abort?.aborted === true) {
          resolve()
          return
        }
        const wake = (): void => {
          clearTimeout(timer)
          abort?.removeEventListener('abort', wake)
          waiting.delete(wake)
          resolve()
        }
        const timer = setTimeout(wake, milliseconds)
        abort?.addEventListener('abort', wake)
        waiting.add(wake)
      }),
  }
}
