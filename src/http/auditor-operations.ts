/** Answers for what only auditors are shown: what the ledger's first entry chains to, and the records that its leaves commit to. */
import { z } from 'zod'
import { suite } from '#suite'
import { utf8 } from '../../protocol/bytes.ts'
import { decodeAs, encodeAs } from '../../protocol/codec.ts'
import { Rejected } from '../../protocol/errors.ts'
import { rootSignatures, shownRecords, signedRoots } from '../../protocol/ledger/export-format.ts'
import { tileWidth } from '../../protocol/ledger/tiles.ts'
import type { Gateway } from '../exchange/gateway.ts'
import { signaturesWithin } from '../ledger/checkpoints-table.ts'
import { readEntries } from '../ledger/entries-table.ts'
import { readHead } from '../ledger/head-table.ts'
import { bytes } from './answer.ts'
import { type Operation, operation } from './operation.ts'

const cborType = 'application/cbor'

export function auditorOperations(gateway: Gateway): readonly Operation[] {
  return [descriptor(gateway), records(gateway), roots(gateway)]
}

function descriptor({ database }: Gateway): Operation {
  return operation(
    {
      id: 'ledgerDescriptor',
      method: 'get',
      path: '/v1/ledger/descriptor',
      summary: 'What the first entry of the ledger chains to: its origin and keys',
      access: ['auditor'],
      answers: {
        200: { description: 'CBOR, as protocol/ledger/entry.md has it.', content: { [cborType]: 'bytes' } },
      },
      refuses: ['not-found'],
    },
    async () => {
      const head = await readHead(database)
      if (head === undefined) throw new Rejected('not-found', 'no ledger yet')
      return bytes(head.descriptor, cborType)
    },
  )
}

const bundleParams = z.object({
  bundle: z.coerce.number().int().min(0).max(1e12).meta({ description: 'the entries from 256 × bundle on' }),
})

function records(gateway: Gateway): Operation {
  return operation(
    {
      id: 'ledgerRecords',
      method: 'get',
      path: '/v1/ledger/records/{bundle}',
      summary: 'The records of 256 entries, with the keys that their leaves commit with',
      description: 'Reading is itself an entry of the ledger, one for each hour.',
      access: ['auditor'],
      params: bundleParams,
      answers: {
        200: { description: 'CBOR, as protocol/ledger/export.md has it.', content: { [cborType]: 'bytes' } },
      },
      refuses: ['not-found'],
    },
    async ({ params: { bundle } }) => {
      await enterReading(gateway)
      const start = bundle * tileWidth
      const entries = await readEntries(gateway.database, { start, end: start + tileWidth })
      if (entries.length === 0) throw new Rejected('not-found', 'no such entries')
      const rows = entries.map(({ record, secret }) =>
        record === null || secret === null ? null : ([record, secret] as const),
      )
      return bytes(encodeAs(shownRecords, rows), cborType)
    },
  )
}

function roots({ database }: Gateway): Operation {
  return operation(
    {
      id: 'ledgerCheckpoints',
      method: 'get',
      path: '/v1/ledger/checkpoints/{bundle}',
      summary: 'The signatures of every root that was signed over the entries of a bundle',
      description:
        'Of the sizes from 256 × bundle + 1 to 256 × bundle + 256: what receipts of these entries rest on.',
      access: ['auditor'],
      params: bundleParams,
      answers: {
        200: { description: 'CBOR, as protocol/ledger/export.md has it.', content: { [cborType]: 'bytes' } },
      },
      refuses: [],
    },
    async ({ params: { bundle } }) => {
      const start = bundle * tileWidth + 1
      const rows = await signaturesWithin(database, { start, end: start + tileWidth })
      const signed = rows.map(([size, signatures]) => [size, decodeAs(rootSignatures, signatures)] as const)
      return bytes(encodeAs(signedRoots, signed), cborType)
    },
  )
}

const readingSeconds = 3600

/** Durable before anything is shown; the same hour again is the same entry. */
async function enterReading(gateway: Gateway): Promise<void> {
  const { sequencer, party } = gateway
  const at = gateway.now()
  const key = `audit-read:${Math.floor(at / readingSeconds)}`
  const record = { event: 'audit-read', actor: `${party} auditor`, at } as const
  await sequencer.push({ key, fingerprint: suite.sha256(utf8(key)), record, effects: [] })
}
