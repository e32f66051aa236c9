/** Answers for profiles: agreements that ship with the program as examples to begin from, with the groups and schemes that they need. */
import { z } from 'zod'
import bilateral from '../../protocol/policy/profiles/bilateral.json' with { type: 'json' }
import eu from '../../protocol/policy/profiles/eu.json' with { type: 'json' }
import fiveEyes from '../../protocol/policy/profiles/five-eyes.json' with { type: 'json' }
import mission from '../../protocol/policy/profiles/mission.json' with { type: 'json' }
import nato from '../../protocol/policy/profiles/nato.json' with { type: 'json' }
import treaties from '../../protocol/policy/profiles/treaties.json' with { type: 'json' }
import { Rejected } from '../../protocol/errors.ts'
import { agreementPlan, groupPlan } from './agreement-plan.ts'

/** Of an agreement in a profile, unlike one in a plan, it is always said where it is known from. */
const sourced = agreementPlan.required({ source: true, verified: true })

export const profilePlan = z.strictObject({
  about: z.string(),
  /** The sources that an agreement's `source` names. */
  sources: z.record(z.string(), z.string()),
  /** Shipped groups by their id, and others with their members. */
  groups: z.array(z.string().or(groupPlan)),
  /** Issuers whose shipped markings the agreements are about. */
  schemes: z.array(z.string()),
  agreements: z.array(sourced).min(1),
})

export type Profile = z.output<typeof profilePlan>

const shipped = { nato, eu, 'five-eyes': fiveEyes, bilateral, mission, treaties } as const

export type ProfileName = keyof typeof shipped
export const profileNames = Object.keys(shipped) as readonly ProfileName[]

export function shippedProfile(name: ProfileName): Profile {
  return parseProfile(shipped[name])
}

/** Throws `bad-request` with the place. */
export function parseProfile(json: unknown): Profile {
  const parsed = profilePlan.safeParse(json)
  if (!parsed.success) throw new Rejected('bad-request', `profile: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}
