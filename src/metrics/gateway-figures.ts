/** Answers for how the gateway itself stands: its ledger, registry, witnesses, and what ends when. */
import { sql } from 'kysely'
import { Rejected } from '../../protocol/errors.ts'
import type { Gateway } from '../exchange/gateway.ts'
import { readHead } from '../ledger/head-table.ts'
import { type Standing, standingOf } from '../ledger/witnessing/standing.ts'
import { type Figure, single } from './exposition.ts'

export function figuresInMemory(gateway: Gateway): readonly Figure[] {
  const { damage, sequencer, registry } = gateway
  const { version } = registry.current().document
  return [
    single('pouch_ledger_events_under_way', 'Events between push and answer.', sequencer.underWay()),
    single('pouch_ledger_damaged', '1 once damage was found.', damage.isFound() ? 1 : 0),
    single('pouch_registry_version', 'Version of the registry in force.', version),
    expiryFigure(gateway),
  ]
}

function expiryFigure(gateway: Gateway): Figure {
  const soonest = new Map<string, Figure['samples'][number]>()
  for (const { what, keyId = '', at } of gateway.expiries()) {
    const sample = { labels: { what, key_id: keyId }, value: at - gateway.now() }
    // Of several certificates the soonest, which comes first.
    if (!soonest.has(`${what} ${keyId}`)) soonest.set(`${what} ${keyId}`, sample)
  }
  return {
    name: 'pouch_expires_in_seconds',
    help: 'Until the registry, a key or a certificate ends.',
    samples: [...soonest.values()],
  }
}

export async function isReachable({ database }: Gateway): Promise<boolean> {
  try {
    await sql`select 1`.execute(database)
    return true
  } catch {
    // That it is away is the answer.
    return false
  }
}

export async function ledgerFigures({ database }: Gateway): Promise<readonly Figure[]> {
  const head = await readHead(database)
  return [single('pouch_ledger_entries', 'Entries of the ledger.', head?.size ?? 0)]
}

/** None while the registry has expired: then nobody counts as a witness. */
export async function witnessFigures(gateway: Gateway): Promise<readonly Figure[]> {
  try {
    return shown(await standingOf(gateway), gateway.now())
  } catch (error) {
    if (error instanceof Rejected && error.code === 'registry-expired') return []
    throw error
  }
}

function shown({ witnesses, levels }: Standing, now: number): readonly Figure[] {
  const heard = witnesses.flatMap(({ party, at }) => (at === undefined ? [] : [{ party, at }]))
  return [
    {
      name: 'pouch_witness_cosignature_age_seconds',
      help: 'Since a witness cosigned last; absent before it ever did.',
      samples: heard.map(({ party, at }) => ({ labels: { party }, value: Math.max(now - at, 0) })),
    },
    {
      name: 'pouch_witness_silent',
      help: '1 for a witness that has been silent for longer than the registry’s limit.',
      samples: witnesses.map(({ party, silent }) => ({ labels: { party }, value: silent ? 1 : 0 })),
    },
    {
      name: 'pouch_level_open',
      help: '1 for a level of which new submissions are taken.',
      samples: levels.map(({ level, open }) => ({ labels: { level }, value: open ? 1 : 0 })),
    },
  ]
}
