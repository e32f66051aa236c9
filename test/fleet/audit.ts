/** Answers for the fleet's auditors: each ledger exported and verified by the commands, and each pair of them compared. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { PartyId } from '../../protocol/names.ts'
import { exportLedger } from '../../src/client/export.ts'
import { pouch } from '../support/command-line.ts'
import type { GatewayProcesses } from '../support/gateway-processes.ts'
import { readLedger, type WholeLedger } from '../support/whole-ledgers.ts'

export interface Audited {
  readonly ledgers: ReadonlyMap<PartyId, WholeLedger>
  readonly entries: number
  readonly pairs: number
  readonly differences: number
}

export async function auditFleet(gateways: readonly GatewayProcesses[], roots: string): Promise<Audited> {
  const folder = mkdtempSync(path.join(tmpdir(), 'pouch-fleet-'))
  const place = ({ party }: GatewayProcesses): string => path.join(folder, party)
  try {
    const ledgers = new Map<PartyId, WholeLedger>()
    for (const gateway of gateways) {
      const { size } = await exportLedger(gateway.client, place(gateway), () => undefined)
      const { good } = await audit(['verify', place(gateway)], roots)
      if (!good) throw new Error(`the ledger of ${gateway.party} does not verify`)
      ledgers.set(gateway.party, readLedger(place(gateway), size))
    }
    const pairs = gateways.flatMap((one, i) => gateways.slice(i + 1).map((other) => [one, other] as const))
    let differences = 0
    for (const [one, other] of pairs) {
      const { findings, good } = await audit(['reconcile', place(one), place(other)], roots)
      differences += findings?.length ?? (good ? 0 : 1)
      for (const finding of findings ?? []) console.info(`fleet: ${JSON.stringify(finding)}`)
    }
    const entries = [...ledgers.values()].reduce((sum, { leaves }) => sum + leaves.length, 0)
    return { ledgers, entries, pairs: pairs.length, differences }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Verdict {
  readonly good: boolean
  readonly findings?: readonly unknown[]
}

async function audit(args: readonly string[], roots: string): Promise<Verdict> {
  const { out, err } = await pouch(['audit', ...args, '--roots', roots, '--json'])
  if (out === '') throw new Error(err)
  return JSON.parse(out) as Verdict
}
