/** Answers for checkpoints over HTTP: the newest, with the cosignatures that are there for it, and the newest that is witnessed. */
import { z } from 'zod'
import { utf8 } from '../../protocol/bytes.ts'
import { Rejected } from '../../protocol/errors.ts'
import { parseCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import type { Gateway } from '../exchange/gateway.ts'
import { readCheckpoint } from '../ledger/checkpoints-table.ts'
import { cosignaturesAt } from '../ledger/witnessing/cosignatures-table.ts'
import { greatestQuorum } from '../ledger/witnessing/standing.ts'
import { newestWitnessed } from '../ledger/witnessing/witnessed.ts'
import { type Access, type Operation, operation } from './operation.ts'

const noteType = 'text/plain; charset=utf-8'
const signedNote = { 200: { description: 'The signed note.', content: { [noteType]: 'text' } } } as const

export function checkpoint({ database }: Gateway, access: Access): Operation {
  return operation(
    {
      id: 'ledgerCheckpoint',
      method: 'get',
      path: '/ledger/checkpoint',
      summary: 'The newest checkpoint: a signed note over size and root',
      description: 'With the lines of the witnesses that have cosigned it already.',
      access,
      answers: signedNote,
      refuses: ['not-found'],
    },
    async () => {
      const note = await readCheckpoint(database)
      if (note === undefined) throw new Rejected('not-found', 'no checkpoint yet')
      const cosignatures = await cosignaturesAt(database, parseCheckpoint(utf8(note)).size)
      return noteAnswer(note + cosignatures.map(({ lines }) => lines).join(''))
    },
  )
}

const witnessedQuery = z.object({
  quorum: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .meta({ description: 'by so many witnesses; as many as the highest level needs when absent' })
    .exactOptional(),
})

export function witnessedCheckpoint(gateway: Gateway, access: Access): Operation {
  return operation(
    {
      id: 'ledgerWitnessedCheckpoint',
      method: 'get',
      path: '/ledger/checkpoint/witnessed',
      summary: 'The newest checkpoint that enough witnesses cosigned, with their lines',
      access,
      query: witnessedQuery,
      answers: signedNote,
      refuses: ['not-found', 'registry-expired'],
    },
    async ({ query }) => {
      const quorum = query.quorum ?? greatestQuorum(gateway.directory())
      const witnessed = await newestWitnessed(gateway, Math.max(quorum, 1))
      if (witnessed === undefined) throw new Rejected('not-found', 'no checkpoint with so many cosignatures')
      return noteAnswer(witnessed.note)
    },
  )
}

function noteAnswer(note: string): Response {
  return new Response(note, { headers: { 'content-type': noteType, 'cache-control': 'no-cache' } })
}
