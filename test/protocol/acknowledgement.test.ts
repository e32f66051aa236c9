/** Answers for acknowledgements: what is signed is read back, and each check refuses what only it refuses. */
import { describe, expect, test } from 'vitest'
import { suite } from '#suite'
import { acknowledge, acknowledgementChecks, verifyAcknowledgement } from '../../protocol/acknowledgement.ts'
import { report } from '../../protocol/report.ts'
import { acknowledgementRows } from '../support/acknowledgement-rows.ts'
import { acknowledgement, statement } from '../support/objects.ts'
import { directory, nld, now } from '../support/parties.ts'

test.each(acknowledgementRows)('$check: $name is refused as $code', ({ check, code, bytes, ...rest }) => {
  const results = report(acknowledgementChecks, (trace) =>
    verifyAcknowledgement(bytes, rest.directory ?? directory, rest.now ?? now, trace),
  )
  const failed = acknowledgementChecks.indexOf(check)
  expect(results.map(({ check, outcome, code }) => `${check} ${outcome} ${code ?? ''}`)).toEqual(
    acknowledgementChecks.map((each, i) =>
      i < failed ? `${each} pass ` : i > failed ? `${each} not-reached ` : `${each} fail ${code}`,
    ),
  )
})

describe('an acknowledgement', () => {
  test.each([
    { outcome: 'consigned' },
    { outcome: 'opened' },
    { outcome: 'refused', code: 'bad-document' },
  ] as const)('that it was $outcome is read back', (change) => {
    const bytes = acknowledgement(change)
    const verified = verifyAcknowledgement(bytes, directory, now)
    expect(verified).toMatchObject({ ...statement, ...change })
    expect(verified.ownDigest).toEqual(suite.sha256(bytes))
  })

  test.each([
    { outcome: 'opened', code: 'expired' },
    { outcome: 'refused' },
    { outcome: 'refused', code: 'two words' },
    { outcome: 'opened', digest: new Uint8Array(31) },
  ] as const)('with $outcome and $code is not signed', (change) => {
    expect(() => acknowledge({ ...statement, ...change }, nld.signing)).toThrow(
      expect.objectContaining({ code: 'malformed-structure' }),
    )
  })
})
