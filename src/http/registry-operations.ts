/** Answers for the registry over HTTP: any version that this gateway holds, and the next one, which its signatures alone let in. */
import { z } from 'zod'
import { Rejected } from '../../protocol/errors.ts'
import type { Gateway, Origin } from '../exchange/gateway.ts'
import { adopt } from '../registry/adopt.ts'
import { registryVersion } from '../registry/versions-table.ts'
import { bytes, coseType, json, jsonType } from './answer.ts'
import { adoptedForm } from './forms/registry.ts'
import { type Access, type Operation, operation, registryBody } from './operation.ts'

const answers = {
  200: { description: 'The document, as signed.', content: { [coseType]: 'bytes' } },
} as const

export function currentRegistry(gateway: Gateway, access: Access): Operation {
  return operation(
    {
      id: 'currentRegistry',
      method: 'get',
      path: '/v1/registry',
      summary: 'The registry in force',
      access,
      answers,
      refuses: [],
    },
    () => Promise.resolve(bytes(gateway.registry.current().bytes, coseType)),
  )
}

const versionParams = z.object({
  version: z
    .string()
    .regex(/^(?:0|[1-9][0-9]{0,8})$/)
    .transform(Number)
    .meta({ description: 'version number', examples: ['1'] }),
})

export function earlierRegistry(gateway: Gateway, access: Access): Operation {
  return operation(
    {
      id: 'registryVersion',
      method: 'get',
      path: '/v1/registry/{version}',
      summary: 'Any version of the registry that this gateway adopted',
      access,
      params: versionParams,
      answers,
      refuses: ['not-found'],
    },
    async ({ params: { version } }) => {
      const held = await registryVersion(gateway.database, version)
      if (held === undefined) throw new Rejected('not-found', `registry version ${version}`)
      return bytes(held, coseType)
    },
  )
}

export function adoptRegistry(gateway: Gateway, access: Access): Operation {
  return operation(
    {
      id: 'adoptRegistry',
      method: 'put',
      path: '/v1/registry',
      summary: 'Offer the next version of the registry',
      description:
        'It is adopted when enough of the root signers signed it, whoever brings it. The version in force again changes nothing.',
      access,
      takes: registryBody,
      answers: { 200: { description: 'Adopted and entered.', content: { [jsonType]: adoptedForm } } },
      refuses: [
        'registry-threshold',
        'registry-rollback',
        'reused-id',
        'malformed-cbor',
        'malformed-structure',
        'unknown-type',
        'bad-signature',
        'not-yet-valid',
      ],
    },
    async ({ body, origin }) => {
      const { document, digest } = await adopt(gateway, body, gatewayOf(gateway, origin))
      return json(adoptedForm, { version: document.version, digest })
    },
  )
}

function gatewayOf({ registry }: Gateway, origin: Origin): string | undefined {
  if (origin.kind === 'agency') return undefined
  return registry.current().document.parties.find(({ id }) => id === origin.party)?.gateway
}
