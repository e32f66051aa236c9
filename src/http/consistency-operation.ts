/** Answers for the consistency receipt over HTTP: that the ledger only grew from one size to another. */
import { z } from 'zod'
import { Rejected } from '../../protocol/errors.ts'
import type { Gateway } from '../exchange/gateway.ts'
import { consistencyAt } from '../ledger/consistency.ts'
import { readDescriptor } from '../ledger/genesis.ts'
import { bytes } from './answer.ts'
import { type Access, type Operation, operation } from './operation.ts'

const cborType = 'application/cbor'
const size = (what: string) =>
  z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).meta({ description: what })
const sizes = z.object({
  first: size('the size that the reader knows'),
  second: size('a size that the ledger signed, such as that of its newest checkpoint'),
})

export function ledgerConsistency({ database }: Gateway, access: Access): Operation {
  return operation(
    {
      id: 'ledgerConsistency',
      method: 'get',
      path: '/ledger/consistency/{first}/{second}',
      summary: 'A consistency receipt: that the ledger only grew from one size to another',
      access,
      params: sizes,
      answers: {
        200: {
          description: 'CBOR, as protocol/ledger/consistency.md has it.',
          content: { [cborType]: 'bytes' },
        },
      },
      refuses: ['not-found'],
    },
    async ({ params: { first, second } }) => {
      const origin = (await readDescriptor(database))?.origin
      const found = origin && (await consistencyAt(database, origin, first, second))
      if (!found) throw new Rejected('not-found', 'the ledger signed no tree of the second size')
      return bytes(found, cborType)
    },
  )
}
