/** Answers for registry conflicts over HTTP: that the roots signed two documents of one version, and the one not held, as proof. */
import { z } from 'zod'
import { toHex } from '../../protocol/bytes.ts'
import { Rejected } from '../../protocol/errors.ts'
import type { Gateway } from '../exchange/gateway.ts'
import { conflictsKnown } from '../registry/conflicts-known.ts'
import { conflictingRegistry } from '../registry/conflicts-table.ts'
import { bytes, coseType, json, jsonType } from './answer.ts'
import { registryConflictsForm } from './forms/registry.ts'
import { digest } from './forms/values.ts'
import { type Access, type Operation, operation } from './operation.ts'

export function registryConflicts({ database }: Gateway, access: Access): Operation {
  return operation(
    {
      id: 'registryConflicts',
      method: 'get',
      path: '/v1/registry-conflicts',
      summary: 'Versions of which the roots signed another document too',
      description: 'The held one stays in force, and is at /v1/registry/{version}.',
      access,
      answers: { 200: { description: 'The oldest first.', content: { [jsonType]: registryConflictsForm } } },
      refuses: [],
    },
    async () => json(registryConflictsForm, { conflicts: await conflictsKnown(database) }),
  )
}

const documentParams = z.object({ digest: digest.meta({ description: '`other`, as listed' }) })

export function registryConflict({ database }: Gateway, access: Access): Operation {
  return operation(
    {
      id: 'registryConflict',
      method: 'get',
      path: '/v1/registry-conflicts/{digest}',
      summary: 'The document that is not held, as signed',
      access,
      params: documentParams,
      answers: { 200: { description: 'As it came.', content: { [coseType]: 'bytes' } } },
      refuses: ['not-found'],
    },
    async ({ params }) => {
      const other = await conflictingRegistry(database, params.digest)
      if (other === undefined) throw new Rejected('not-found', `registry conflict ${toHex(params.digest)}`)
      return bytes(other, coseType)
    },
  )
}
