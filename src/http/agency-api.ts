/** Answers for the agency listener: what the party's own systems may ask, with a credential. */
import type { Gateway } from '../exchange/gateway.ts'
import { giveNotice, listAgreements, readNotice, readNotices } from './agreement-operations.ts'
import { ledgerOperations } from './audit-api.ts'
import { auditorOperations } from './auditor-operations.ts'
import { agencyDoor } from './authenticate.ts'
import { bodiesFor } from './body.ts'
import { fetchEnvelope, packages, submitEnvelope } from './envelope-operations.ts'
import { alive, ready } from './health-operations.ts'
import { readHistory } from './history-operation.ts'
import { acknowledgeHere, readContent, readEvidence, readInbox, readStatus } from './inbox-operations.ts'
import { readMetrics } from './metrics-operation.ts'
import { type Api, mount } from './mount.ts'
import { documented } from './openapi.ts'
import type { Operation } from './operation.ts'
import { peerTest } from './peer-operation.ts'
import { registryConflict, registryConflicts } from './registry-conflict-operations.ts'
import { adoptRegistry, currentRegistry, earlierRegistry } from './registry-operations.ts'
import { timeStamps } from './time-stamp-operation.ts'
import { shredRecordsOf } from './shred-operation.ts'
import { workingRoles } from './credentials.ts'
import { readWithdrawals, stateWithdrawal } from './withdrawal-operations.ts'
import { conflicts, resume } from './witness-operations.ts'

/** `stopping` ends every wait for news at once, so that the listener can close. */
export function agencyApi(gateway: Gateway, stopping: AbortSignal): Api {
  const door = agencyDoor(gateway, bodiesFor(gateway.limits))
  const { logger, metrics } = gateway
  return mount(agencyOperations(gateway), { door, logger, metrics, stopping })
}

export function agencyOperations(gateway: Gateway): readonly Operation[] {
  const operations = [
    packages(gateway),
    submitEnvelope(gateway, ['submit']),
    readInbox(gateway),
    fetchEnvelope(gateway, ['read']),
    readContent(gateway),
    readStatus(gateway),
    readHistory(gateway),
    peerTest(gateway),
    acknowledgeHere(gateway),
    readEvidence(gateway),
    currentRegistry(gateway, workingRoles),
    earlierRegistry(gateway, workingRoles),
    adoptRegistry(gateway, ['officer']),
    registryConflicts(gateway, ['officer', 'auditor']),
    registryConflict(gateway, ['officer', 'auditor']),
    listAgreements(gateway, workingRoles),
    giveNotice(gateway, ['officer']),
    readNotices(gateway, workingRoles),
    readNotice(gateway, workingRoles),
    stateWithdrawal(gateway, ['officer']),
    readWithdrawals(gateway, ['read', 'officer', 'auditor']),
    ...ledgerOperations(gateway, workingRoles),
    ...auditorOperations(gateway),
    shredRecordsOf(gateway),
    timeStamps(gateway),
    conflicts(gateway),
    resume(gateway),
    alive(),
    ready(gateway),
    readMetrics(gateway),
  ]
  return documented(operations, {
    title: 'Pouch: agency listener',
    description:
      'For the systems of the party that the gateway serves. Every refusal is a problem (RFC 9457).',
    listener: 'agency',
  })
}
