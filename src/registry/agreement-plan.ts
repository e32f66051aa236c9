/** Answers for agreements as people write them, in plans and profiles: JSON with days and numbers of days, and where each is known from. */
import { z } from 'zod'
import { type Agreement, states, topics } from '../../protocol/policy/agreement.ts'
import type { Level } from '../../protocol/policy/level.ts'
import type { Group } from '../../protocol/policy/group.ts'

export const day = z.iso.date().or(z.iso.datetime())
export const level = z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3), z.literal(4)])
const names = z.array(z.string()).min(1)
const days = z.int().min(1).max(36_525)

export const agreementPlan = z.strictObject({
  id: z.string(),
  title: z.string(),
  first: z.array(z.string()),
  second: z.array(z.string()),
  direction: z.enum(['both', 'first-to-second']),
  ceilings: z.record(z.string(), level),
  purposes: z.array(z.string()),
  from: day,
  until: day.optional(),
  timeline: z.array(z.strictObject({ at: day, state: z.enum(states) })),
  table: z
    .array(
      z.strictObject({
        issuer: z.string(),
        marking: z.string(),
        level,
        protectAs: z.string().optional(),
        measures: z.array(z.string()).default([]),
      }),
    )
    .default([]),
  articles: z.array(z.strictObject({ topic: z.enum(topics), article: z.string() })).default([]),
  legalBases: names.optional(),
  needToKnow: z.boolean().optional(),
  retentionDays: days.optional(),
  nationals: names.optional(),
  onward: names.optional(),
  aggregation: z
    .array(z.strictObject({ category: z.string(), periodDays: days, count: z.int().min(1), level }))
    .min(1)
    .optional(),
  /** For people, and not in the registry: where it is known from, and whether somebody has held it against that. */
  source: z.array(z.string()).optional(),
  verified: z.boolean().optional(),
  notes: z.array(z.string()).optional(),
})

export type AgreementPlan = z.output<typeof agreementPlan>

/** A group with its own members, where it is none of the shipped ones. */
export const groupPlan = z.strictObject({
  id: z.string(),
  members: z.array(z.strictObject({ party: z.string(), from: day.optional(), until: day.optional() })),
})

export type GroupPlan = z.output<typeof groupPlan>

export function agreementFrom(plan: AgreementPlan): Agreement {
  const { from, until, timeline, ceilings, table, retentionDays, aggregation } = plan
  const { id, title, first, second, direction, purposes, articles } = plan
  const { legalBases, needToKnow, nationals, onward } = plan
  return {
    ...{ id, title, first, second, direction, purposes, articles },
    ceilings: new Map<string, Level>(Object.entries(ceilings)),
    from: seconds(from),
    ...(until !== undefined && { until: seconds(until) }),
    timeline: timeline.map(({ at, state }) => ({ at: seconds(at), state })),
    table: table.map(({ protectAs, ...row }) => ({ ...row, ...(protectAs !== undefined && { protectAs }) })),
    ...(legalBases && { legalBases }),
    ...(needToKnow !== undefined && { needToKnow }),
    ...(retentionDays !== undefined && { retention: retentionDays * daySeconds }),
    ...(nationals && { nationals }),
    ...(onward && { onward }),
    ...(aggregation && { aggregation: aggregation.map(aggregationFrom) }),
  }
}

type AggregationPlan = NonNullable<AgreementPlan['aggregation']>[number]

function aggregationFrom({ periodDays, ...rest }: AggregationPlan) {
  return { ...rest, period: periodDays * daySeconds }
}

export function groupFrom({ id, members }: GroupPlan): Group {
  return {
    id,
    members: members.map(({ party, from, until }) => ({
      party,
      ...(from !== undefined && { from: seconds(from) }),
      ...(until !== undefined && { until: seconds(until) }),
    })),
  }
}

const daySeconds = 86_400

export function seconds(date: string): number {
  return Math.floor(Date.parse(date) / 1000)
}
