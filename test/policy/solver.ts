/** z3, started so that its answers do not depend on when the garbage collector runs. */
import { init, type Z3HighLevel } from 'z3-solver'

interface Threads {
  readonly terminateAllThreads: () => void
}
type Solver = Pick<Z3HighLevel, 'Context'> & { readonly stop: () => void }

class NeverFinalizes<T> extends FinalizationRegistry<T> {
  override register(): void {}
}

/**
 * The library lets go of a formula when the collector finds it unused, on the main thread, while a question is answered
 * on another: that damages the solver's memory. Here nothing is let go before the solver stops.
 */
export async function startSolver(): Promise<Solver> {
  const collecting = globalThis.FinalizationRegistry
  globalThis.FinalizationRegistry = NeverFinalizes
  try {
    const started: Z3HighLevel & { readonly em: { readonly PThread: Threads } } = await init()
    // Its threads would keep the process.
    return { Context: started.Context, stop: () => started.em.PThread.terminateAllThreads() }
  } finally {
    globalThis.FinalizationRegistry = collecting
  }
}
