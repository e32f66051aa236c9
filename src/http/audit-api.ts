/** Answers for the ledger over HTTP, as C2SP tlog-tiles has it: checkpoints, the tiles of the tree, the bundles of entries. */
import { z } from 'zod'
import { Rejected } from '../../protocol/errors.ts'
import { parseTilePath } from '../../protocol/ledger/tiles.ts'
import type { Gateway } from '../exchange/gateway.ts'
import { readTile } from '../ledger/store.ts'
import { bytes } from './answer.ts'
import { checkpoint, witnessedCheckpoint } from './checkpoint-operations.ts'
import { ledgerConsistency } from './consistency-operation.ts'
import { type Access, type Operation, operation } from './operation.ts'

const tileType = 'application/octet-stream'
/** A tile never changes; a longer one has another path. */
const forever = { 'cache-control': 'public, max-age=31536000, immutable' }

/** What auditors, witnesses and monitors read. */
export function ledgerOperations(gateway: Gateway, access: Access): readonly Operation[] {
  return [
    checkpoint(gateway, access),
    witnessedCheckpoint(gateway, access),
    tile(gateway, access),
    ledgerConsistency(gateway, access),
  ]
}

const tileParams = z.object({
  path: z
    .string()
    .max(64)
    .meta({
      description: '`<L>/<N>[.p/<W>]` for a tile, `entries/<N>[.p/<W>]` for the entries under it',
      examples: ['0/x001/067', 'entries/000.p/17'],
    }),
})

function tile({ database }: Gateway, access: Access): Operation {
  return operation(
    {
      id: 'ledgerTile',
      method: 'get',
      path: '/ledger/tile/{+path}',
      summary: 'A tile of the tree, or the bundle of entries under a tile',
      description: 'The parameter holds slashes, which are sent as they are.',
      access,
      params: tileParams,
      answers: { 200: { description: 'The tile or the bundle.', content: { [tileType]: 'bytes' } } },
      refuses: ['not-found'],
    },
    async ({ params: { path } }) => {
      const wanted = parseTilePath(`tile/${path}`)
      const found = wanted && (await readTile(database, wanted))
      if (found === undefined) throw new Rejected('not-found', 'no such tile')
      return bytes(found, tileType, forever)
    },
  )
}
