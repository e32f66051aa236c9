/** Answers for questions that go together: those that come while one statement is under way share the next one. */

/** In one statement. */
const mostTogether = 256

interface Waiting<Q, A> {
  readonly question: Q
  readonly resolve: (answer: A) => void
  readonly reject: (error: unknown) => void
}

/** `ask` gives one answer for each question, in their order. What it throws, all who asked together are told. */
export function together<Q, A>(
  ask: (questions: readonly Q[]) => Promise<readonly A[]>,
): (question: Q) => Promise<A> {
  const waiting: Waiting<Q, A>[] = []
  let running = false
  const run = async (): Promise<void> => {
    if (running) return
    running = true
    while (waiting.length > 0) await settle(ask, waiting.splice(0, mostTogether))
    running = false
  }
  return (question) =>
    new Promise((resolve, reject) => {
      waiting.push({ question, resolve, reject })
      void run()
    })
}

async function settle<Q, A>(
  ask: (questions: readonly Q[]) => Promise<readonly A[]>,
  batch: readonly Waiting<Q, A>[],
): Promise<void> {
  try {
    const answers = await ask(batch.map(({ question }) => question))
    if (answers.length !== batch.length) throw new RangeError('one answer for each question')
    for (const [i, answer] of answers.entries()) batch[i]?.resolve(answer)
  } catch (error) {
    for (const { reject } of batch) reject(error)
  }
}
