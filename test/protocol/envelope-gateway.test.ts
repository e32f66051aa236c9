/** Answers for checks 1 to 7 of an envelope: for each, what only that check refuses, though all the rest is right. */
import { describe, expect, test } from 'vitest'
import { forge } from '../support/forge.ts'
import { gatewayRows } from '../support/gateway-rows.ts'
import { attestation, envelope } from '../support/objects.ts'
import { day, directoryWhere, est, nld, now } from '../support/parties.ts'
import { onlyFailing, outcomes } from '../support/reports.ts'
import { justificationRows, structureRows } from '../support/structure-rows.ts'

const honest = forge({ documents: [attestation()] })
const [ed25519, mlDsa65] = est.signing

describe('an envelope', () => {
  const passed = onlyFailing({ check: 'replay', code: 'reused-id' }).map((line) =>
    line.replace('not-reached', 'pass'),
  )

  test.each([
    ['sealed', envelope()],
    ['with something stated', envelope({ justification: { legalBasis: 'treaty' } })],
    ['with nothing stated', envelope({ justification: {} })],
    ['forged with nothing wrong', honest],
  ])('%s passes every check', (_, bytes) => {
    expect(outcomes({ bytes })).toEqual(passed)
  })

  test.each([
    ['an hour before it expires', { now: now + day - 3600 }],
    ['within five minutes of its future', { now: now - 60 - 300 }],
    ['by a key that retired since', { directory: directoryWhere('EST', ed25519.id, { until: now - 59 }) }],
    [
      'to a key that retired since',
      { directory: directoryWhere('NLD', nld.opening.id, { until: now - 59 }) },
    ],
    ['by a key that will be revoked', { directory: directoryWhere('EST', mlDsa65.id, { revoked: now + 1 }) }],
  ])('%s is accepted', (_, circumstances) => {
    expect(outcomes({ bytes: honest, ...circumstances })).toEqual(passed)
  })
})

test.each([
  ...structureRows,
  ...justificationRows,
  ...gatewayRows,
])('$check: $name is refused as $code', (row) => {
  expect(outcomes(row)).toEqual(onlyFailing(row))
})
