/** Answers for waiting in tests for what happens by itself, such as a relay. */

const mostMilliseconds = 60_000

/** Asks again until there is an answer; throws when there is none for too long. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = performance.now() + mostMilliseconds
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
