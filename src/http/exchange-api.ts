/** Answers for the exchange listener: what other parties' gateways may ask, each request signed, and what is open to all. */
import type { Gateway } from '../exchange/gateway.ts'
import { readNotices, takeNotice } from './agreement-operations.ts'
import { ledgerOperations } from './audit-api.ts'
import { exchangeDoor } from './authenticate.ts'
import { bodiesFor } from './body.ts'
import { fetchEnvelope, submitEnvelope } from './envelope-operations.ts'
import { acknowledgeFromPeer } from './inbox-operations.ts'
import { type Api, mount } from './mount.ts'
import { documented } from './openapi.ts'
import type { Operation } from './operation.ts'
import { adoptRegistry, currentRegistry, earlierRegistry } from './registry-operations.ts'
import { readStatusList } from './withdrawal-operations.ts'
import { addCheckpoint } from './witness-operations.ts'
import { witnessedCheckpoint } from './witnessed-operation.ts'

/** `publicOrigin` is the address in the registry, under which other gateways sign their requests. */
export function exchangeApi(gateway: Gateway, publicOrigin: string, stopping: AbortSignal): Api {
  const door = exchangeDoor(gateway, bodiesFor(gateway.limits), publicOrigin)
  const { logger, metrics } = gateway
  return mount(exchangeOperations(gateway), { door, logger, metrics, stopping })
}

export function exchangeOperations(gateway: Gateway): readonly Operation[] {
  const operations = [
    submitEnvelope(gateway, 'gateway'),
    fetchEnvelope(gateway, 'gateway'),
    acknowledgeFromPeer(gateway),
    currentRegistry(gateway, 'anyone'),
    earlierRegistry(gateway, 'anyone'),
    adoptRegistry(gateway, 'gateway'),
    takeNotice(gateway),
    readNotices(gateway, 'gateway'),
    readStatusList(gateway),
    ...ledgerOperations(gateway, 'anyone'),
    addCheckpoint(gateway),
    witnessedCheckpoint(gateway),
  ]
  return documented(operations, {
    title: 'Pouch: exchange listener',
    description:
      'For other parties’ gateways, which sign every request. Every refusal is a problem (RFC 9457).',
    listener: 'exchange',
  })
}
