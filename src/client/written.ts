/**
 * Answers for what a program gives, written by the form of the request. A member that is there and undefined says as much
 * as one that is absent: compilers let it pass unless told to be exact, and no form knows it.
 */
import { z } from 'zod'

export function written<T extends z.ZodType>(form: T, given: z.output<T>): z.input<T> {
  return z.encode(form, stated(given))
}

/** What holds members is made anew without the undefined ones; all else, bytes too, is as it was. */
function stated<T>(given: T): T
function stated(given: unknown): unknown {
  if (Array.isArray(given)) return given.map((each: unknown) => stated(each))
  if (!isRecord(given)) return given
  const members = Object.entries(given).filter(([, value]) => value !== undefined)
  return Object.fromEntries(members.map(([name, value]) => [name, stated(value)]))
}

function isRecord(given: unknown): given is object {
  if (typeof given !== 'object' || given === null) return false
  const prototype: unknown = Object.getPrototypeOf(given)
  return prototype === Object.prototype || prototype === null
}
