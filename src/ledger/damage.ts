/** Answers for what follows when the ledger is found not to hold what it signed: nothing more is entered in it. */
import { Rejected } from '../../protocol/errors.ts'
import type { Sequencer } from './sequencer.ts'

export interface Damage {
  /** The first place found stays. */
  readonly found: (place: string) => void
  readonly isFound: () => boolean
  /** Throws `ledger-damaged` with the place. */
  readonly requireNone: () => void
}

export function createDamage(): Damage {
  let first: string | undefined
  return {
    found: (place) => {
      first ??= place
    },
    isFound: () => first !== undefined,
    requireNone: () => {
      if (first !== undefined) throw new Rejected('ledger-damaged', first)
    },
  }
}

/** The same sequencer, which enters nothing once damage is found. What was entered is answered for as before. */
export function guarded(sequencer: Sequencer, damage: Damage): Sequencer {
  return {
    ...sequencer,
    push: async (event) => {
      damage.requireNone()
      return sequencer.push(event)
    },
  }
}
