/** Answers for testing another party's gateway over the agency API. */
import { z } from 'zod'
import type { Gateway } from '../exchange/gateway.ts'
import { testPeer } from '../exchange/peer/peer-test.ts'
import { json, jsonType } from './answer.ts'
import { peerTestForm } from './forms/peer-test.ts'
import { type Operation, operation } from './operation.ts'

export function peerTest(gateway: Gateway): Operation {
  return operation(
    {
      id: 'testPeer',
      method: 'get',
      path: '/v1/peer-test',
      summary: 'Whether another party’s gateway can be exchanged with, and why not',
      description:
        'Asked now, from this gateway: connection, TLS, clock, registry, signature, ledger, consistency.',
      access: ['officer', 'auditor'],
      query: z.strictObject({
        peer: z
          .string()
          .min(1)
          .max(500)
          .meta({ description: 'id of a party, or the address of its gateway' }),
      }),
      answers: { 200: { description: 'Each check.', content: { [jsonType]: peerTestForm } } },
      refuses: ['unknown-party', 'registry-expired'],
    },
    async ({ query: { peer } }) => json(peerTestForm, await testPeer(gateway, peer)),
  )
}
