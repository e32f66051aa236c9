/** Answers for whether the process lives, and whether it can do its work: every check by its name. */
import { sql } from 'kysely'
import { z } from 'zod'
import { Rejected } from '../../protocol/errors.ts'
import type { Gateway } from '../exchange/gateway.ts'
import { urgencyOf } from '../keys/expiries.ts'
import { readCheckpoint } from '../ledger/checkpoints-table.ts'
import { standingOf } from '../ledger/witnessing/standing.ts'
import { errorFields } from '../logger.ts'
import { json, jsonType } from './answer.ts'
import { party, time } from './forms/values.ts'
import { type Operation, operation } from './operation.ts'
import { problemOf, respond, retryAfterSeconds } from './problems.ts'

const aliveForm = z.object({ status: z.literal('alive') }).meta({ id: 'Alive' })
const checkForm = z.object({ check: z.enum(['database', 'registry', 'ledger']), ok: z.boolean() })
const witnessForm = z.object({
  party,
  size: z.int().exactOptional().meta({ description: 'of this ledger, when it cosigned last' }),
  at: time.exactOptional(),
  silent: z.boolean().meta({ description: 'for longer than the registry’s limit, or always' }),
})
const levelForm = z.object({
  level: z.int().min(0).max(4),
  quorum: z.int().exactOptional().meta({ description: 'absent where the registry states none' }),
  open: z.boolean().meta({ description: 'whether new submissions of the level are taken' }),
})
const expiryForm = z.object({
  what: z.enum(['registry', 'key', 'time-stamp-certificate', 'tls-certificate']),
  keyId: z.string().exactOptional(),
  at: time,
})
const readyForm = z
  .object({
    status: z.literal('ready'),
    checks: z.array(checkForm),
    witnesses: z.array(witnessForm).readonly(),
    levels: z.array(levelForm).readonly(),
    expiries: z
      .array(expiryForm)
      .readonly()
      .exactOptional()
      .meta({ description: 'what ends within thirty days, the soonest first; absent when nothing does' }),
  })
  .meta({ id: 'Ready' })
type Check = z.infer<typeof checkForm>

export function alive(): Operation {
  return operation(
    {
      id: 'alive',
      method: 'get',
      path: '/healthz',
      summary: 'Whether the process lives',
      access: 'anyone',
      answers: { 200: { description: 'It does.', content: { [jsonType]: aliveForm } } },
      refuses: [],
    },
    () => Promise.resolve(json(aliveForm, { status: 'alive' })),
  )
}

export function ready(gateway: Gateway): Operation {
  return operation(
    {
      id: 'ready',
      method: 'get',
      path: '/readyz',
      summary: 'Whether envelopes can be taken now, and of which levels',
      access: 'anyone',
      answers: { 200: { description: 'They can.', content: { [jsonType]: readyForm } } },
      refuses: ['unavailable'],
    },
    async ({ requestId }) => {
      const checks = await checksOf(gateway)
      if (checks.every(({ ok }) => ok)) {
        return json(readyForm, { status: 'ready', checks, ...(await standingOf(gateway)), ...soon(gateway) })
      }
      const problem = problemOf(new Rejected('unavailable'), requestId)
      return respond(problem, { 'retry-after': String(retryAfterSeconds) }, { checks })
    },
  )
}

function soon(gateway: Gateway) {
  const soonest = gateway.expiries().filter((expiry) => urgencyOf(expiry, gateway.now()) !== undefined)
  return soonest.length === 0 ? {} : { expiries: soonest }
}

async function checksOf(gateway: Gateway): Promise<Check[]> {
  return [
    await passes(gateway, 'database', () => sql`select 1`.execute(gateway.database)),
    await passes(gateway, 'registry', () => gateway.directory()),
    await passes(gateway, 'ledger', () => requireCheckpoint(gateway)),
  ]
}

async function requireCheckpoint({ database, damage }: Gateway): Promise<void> {
  damage.requireNone()
  if ((await readCheckpoint(database)) === undefined)
    throw new Rejected('unavailable', 'no signed checkpoint')
}

async function passes(gateway: Gateway, check: Check['check'], run: () => unknown): Promise<Check> {
  try {
    await run()
    return { check, ok: true }
  } catch (error) {
    gateway.logger.warn('request-refused', { ...errorFields(error), route: '/readyz' })
    return { check, ok: false }
  }
}
