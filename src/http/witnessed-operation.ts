/** Answers for what this gateway cosigned last of another party's ledger: the ledger asks for it when it starts. */
import { z } from 'zod'
import { Rejected } from '../../protocol/errors.ts'
import { witnessedPath } from '../exchange/peer/known-checkpoints.ts'
import type { Gateway } from '../exchange/gateway.ts'
import { readWitnessed } from '../ledger/witness/witnessed-table.ts'
import { type Operation, operation } from './operation.ts'

const noteType = 'text/plain; charset=utf-8'

const query = z.object({
  origin: z
    .string()
    .min(1)
    .max(500)
    .meta({ description: 'the origin of the ledger', examples: ['pouch.example.ee/ledger/est'] }),
})

/** The ledger signed it, so it is open to all. */
export function witnessedCheckpoint({ database }: Gateway): Operation {
  return operation(
    {
      id: 'witnessedCheckpoint',
      method: 'get',
      path: witnessedPath,
      summary: 'The checkpoint of another party’s ledger that this gateway cosigned last',
      description: 'A ledger whose database went back finds here what it signed since.',
      access: 'anyone',
      query,
      answers: { 200: { description: 'The signed note.', content: { [noteType]: 'text' } } },
      refuses: ['not-found'],
    },
    async ({ query: { origin } }) => {
      const witnessed = await readWitnessed(database, origin)
      if (witnessed === undefined) throw new Rejected('not-found', 'nothing of this ledger is cosigned here')
      return new Response(witnessed.note, {
        headers: { 'content-type': noteType, 'cache-control': 'no-store' },
      })
    },
  )
}
