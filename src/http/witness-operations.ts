/** Answers for witnessing over HTTP (C2SP tlog-witness): a ledger asks for cosignatures; auditors and officers see who has two histories. */
import { z } from 'zod'
import { formatSize, sizeMediaType } from '../../protocol/ledger/witness.ts'
import type { Gateway } from '../exchange/gateway.ts'
import { resumeWitnessing } from '../ledger/witness/conflict.ts'
import { readConflicts } from '../ledger/witness/conflicts-table.ts'
import { createWitness } from '../ledger/witness/witness.ts'
import { json, jsonType } from './answer.ts'
import { conflictsForm } from './forms/witness.ts'
import { digest } from './forms/values.ts'
import { type Operation, operation, textBody } from './operation.ts'

const linesType = 'text/plain; charset=utf-8'

/** Signed by the ledger itself, so open to all. */
export function addCheckpoint(gateway: Gateway): Operation {
  const witness = createWitness(gateway)
  return operation(
    {
      id: 'addCheckpoint',
      method: 'post',
      path: '/witness/add-checkpoint',
      summary: 'Ask for this gateway’s cosignatures of another party’s checkpoint',
      description: 'As C2SP tlog-witness and protocol/ledger/witness.md have it.',
      access: 'anyone',
      takes: textBody,
      answers: {
        200: { description: 'The signature lines of this witness.', content: { [linesType]: 'text' } },
        409: {
          description: 'The size cosigned last, which is not the old size, or has another root.',
          content: { [sizeMediaType]: 'text' },
        },
      },
      refuses: ['bad-note', 'bad-signature', 'unknown-ledger', 'bad-proof', 'unavailable'],
    },
    async ({ body }) => {
      const answer = await witness(body)
      if ('lines' in answer) return text(200, linesType, answer.lines)
      return text(409, sizeMediaType, formatSize(answer.held))
    },
  )
}

function text(status: 200 | 409, mediaType: string, content: string): Response {
  return new Response(content, {
    status,
    headers: { 'content-type': mediaType, 'cache-control': 'no-store' },
  })
}

export function conflicts({ database }: Gateway): Operation {
  return operation(
    {
      id: 'witnessConflicts',
      method: 'get',
      path: '/v1/witness/conflicts',
      summary: 'Ledgers that signed two roots for one size, with both notes as proof',
      access: ['auditor', 'officer'],
      answers: { 200: { description: 'The oldest first.', content: { [jsonType]: conflictsForm } } },
      refuses: [],
    },
    async () => json(conflictsForm, { conflicts: (await readConflicts(database)).map(shown) }),
  )
}

type Row = Awaited<ReturnType<typeof readConflicts>>[number]

function shown({ digest, origin, size, held, other, found_at, resumed_at }: Row) {
  const resumed = resumed_at === null ? {} : { resumedAt: resumed_at }
  return { digest, origin, size, held, other, foundAt: found_at, ...resumed }
}

const conflictParams = z.object({ digest: digest.meta({ description: 'as listed' }) })

export function resume(gateway: Gateway): Operation {
  return operation(
    {
      id: 'resumeWitnessing',
      method: 'post',
      path: '/v1/witness/conflicts/{digest}/resume',
      summary: 'Witness this ledger again, from what was cosigned here',
      description:
        'An entry of the ledger. What the ledger signed beside that is not cosigned, now or later.',
      access: ['officer'],
      params: conflictParams,
      answers: { 204: { description: 'Resumed, now or before.' } },
      refuses: ['not-found'],
    },
    async ({ params }) => {
      await resumeWitnessing(gateway, params.digest)
      return new Response(null, { status: 204 })
    },
  )
}
