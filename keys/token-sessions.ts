/**
 * Answers for sessions with a token: the login, a session for calls that wait, some for those beside the thread, and all of
 * them again after the token was away. A PIN that is refused is never given again: a token that counts wrong ones locks.
 */
import { Rejected } from '../protocol/errors.ts'
import type { Pin } from './pin.ts'
import * as calls from './pkcs11-calls.ts'
import { type Library, loadLibrary } from './pkcs11-library.ts'
import { ckf, ckr } from './pkcs11-numbers.ts'

export interface TokenPlace {
  /** The vendor's library: a whole path. */
  readonly module: string
  /** The token's label. */
  readonly label: string
}

/** A session, and a memory that is forgotten with the sessions: handles are good as long as they are. */
export interface Session {
  readonly library: Library
  readonly handle: calls.Handle
  readonly objects: Map<string, calls.Handle>
}

/** So many calls are made beside each other. */
const mostSessions = 4

const lost: ReadonlySet<number> = new Set([
  ...[ckr.sessionHandle, ckr.sessionClosed, ckr.notLoggedIn],
  ...[ckr.tokenNotPresent, ckr.deviceError, ckr.deviceRemoved],
])

const libraries = new Map<string, Library>()

interface Opened {
  readonly slot: calls.Handle
  readonly main: Session
  readonly free: Session[]
  count: number
}

export class TokenSessions {
  readonly #place: TokenPlace
  readonly #pin: Pin
  readonly #library: Library
  readonly #waiting: ((session: Session) => void)[] = []
  #refused: Rejected | undefined
  #opened: Opened | undefined

  /** Throws `no-token-module`, `no-token`, `wrong-pin`, `locked-pin`, `token-failed`. */
  constructor(place: TokenPlace, pin: Pin) {
    this.#place = place
    this.#pin = pin
    this.#library = libraryOf(place.module)
    this.#opened = this.#begin()
  }

  /** Runs one call or more in the session of this thread; again, once, if the token was away meanwhile. */
  now<T>(run: (session: Session) => T): T {
    try {
      return run(this.#living().main)
    } catch (error) {
      if (!isLost(error)) throw error
      this.close()
      return run(this.#living().main)
    }
  }

  /** The same in a session that nobody else has meanwhile. */
  async beside<T>(run: (session: Session) => Promise<T>): Promise<T> {
    try {
      return await this.#borrowed(run)
    } catch (error) {
      if (!isLost(error)) throw error
      this.close()
      return this.#borrowed(run)
    }
  }

  close(): void {
    const { main, free } = this.#opened ?? {}
    this.#opened = undefined
    for (const { handle } of [...(free ?? []), ...(main === undefined ? [] : [main])])
      calls.closeSession(this.#library, handle)
  }

  async #borrowed<T>(run: (session: Session) => Promise<T>): Promise<T> {
    const opened = this.#living()
    const session = await this.#borrow(opened)
    try {
      return await run(session)
    } finally {
      const next = this.#waiting.shift()
      if (next !== undefined) next(session)
      else if (opened === this.#opened) opened.free.push(session)
      else calls.closeSession(this.#library, session.handle)
    }
  }

  async #borrow(opened: Opened): Promise<Session> {
    const free = opened.free.pop()
    if (free !== undefined) return free
    if (opened.count >= mostSessions) return new Promise((resolve) => this.#waiting.push(resolve))
    opened.count++
    const handle = calls.openSession(this.#library, opened.slot)
    return { ...opened.main, handle }
  }

  #living(): Opened {
    this.#opened ??= this.#begin()
    return this.#opened
  }

  #begin(): Opened {
    if (this.#refused !== undefined) throw this.#refused
    const slot = slotOf(this.#library, this.#place.label)
    const handle = calls.openSession(this.#library, slot)
    try {
      this.#login(slot, handle)
    } catch (error) {
      calls.closeSession(this.#library, handle)
      throw error
    }
    const main = { library: this.#library, handle, objects: new Map<string, calls.Handle>() }
    return { slot, main, free: [], count: 0 }
  }

  /** The token's own mark of a wrong PIN outlives this process: no supervisor that starts it again spends the next try. */
  #login(slot: calls.Handle, session: calls.Handle): void {
    const { flags } = calls.tokenIn(this.#library, slot)
    const marked = flags & (ckf.pinCountLow | ckf.pinFinalTry | ckf.pinLocked)
    if (marked !== 0) throw this.#refuse(new Rejected('locked-pin', this.#place.label))
    const pin = this.#pin.exportForLogin()
    const rv = calls.login(this.#library, session, pin)
    pin.fill(0)
    if (rv === 0 || rv === ckr.alreadyLoggedIn) return
    if (rv === ckr.pinLocked) throw this.#refuse(new Rejected('locked-pin', this.#place.label))
    if (wrongPin.has(rv)) throw this.#refuse(new Rejected('wrong-pin', this.#place.label))
    throw new calls.CallFailed('C_Login', rv)
  }

  #refuse(why: Rejected): Rejected {
    this.#refused = why
    return why
  }
}

const wrongPin: ReadonlySet<number> = new Set([
  ...[ckr.pinIncorrect, ckr.pinInvalid, ckr.pinLength, ckr.pinExpired],
])

function libraryOf(module: string): Library {
  const loaded = libraries.get(module) ?? loadLibrary(module)
  libraries.set(module, loaded)
  calls.initialize(loaded)
  return loaded
}

function slotOf(library: Library, label: string): calls.Handle {
  const slots = calls.slotsWithTokens(library).filter((slot) => calls.tokenIn(library, slot).label === label)
  const [slot] = slots
  if (slot === undefined) throw new Rejected('no-token', label)
  if (slots.length > 1) throw new Rejected('no-token', `${slots.length} tokens are called ${label}`)
  return slot
}

function isLost(error: unknown): boolean {
  return error instanceof calls.CallFailed && lost.has(error.rv)
}
