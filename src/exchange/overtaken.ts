/** Answers for a decision whose grounds moved before it was entered: it is not entered, and made anew. */
import { Rejected } from '../../protocol/errors.ts'

/** An effect throws it in the transaction of the entry: nothing of that is durable. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken'
}

const mostAttempts = 8

/** Decides until what was decided on still stands where it is entered. Throws `unavailable` when it moves too fast. */
export async function untilEntered<T>(decideAndEnter: (again: boolean) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await decideAndEnter(attempt > 1)
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error
      if (attempt === mostAttempts)
        throw new Rejected('unavailable', 'others decide faster', { cause: error })
    }
  }
}
