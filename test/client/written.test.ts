/** What a program leaves undefined is not written, whichever form it is for. */
import { expect, test } from 'vitest'
import { z } from 'zod'
import { written } from '../../src/client/written.ts'
import { historyQueryForm } from '../../src/http/forms/history.ts'
import { packageForm } from '../../src/http/forms/submission.ts'
import { withdrawalRequestForm } from '../../src/http/forms/withdrawal.ts'
import { requestTo } from '../support/request.ts'

const request = requestTo(['NLD'], 1_800_000_000, { justification: { needToKnow: 'visit-7' } })
const withdrawal = { attestation: new Uint8Array(32), kind: 'withdrawn', reason: 'review' } as const
const [attestation] = request.attestations

test.each([
  [
    'a package',
    packageForm,
    request,
    { agreement: undefined, passing: undefined, expiresInSeconds: undefined },
  ],
  [
    'its label',
    packageForm,
    request,
    { label: { ...request.label, originator: undefined, retainUntil: undefined } },
  ],
  ['what is stated', packageForm, request, { justification: { needToKnow: 'visit-7', reader: undefined } }],
  ['an attestation', packageForm, request, { attestations: [{ ...attestation, notBefore: undefined }] }],
  ['a withdrawal', withdrawalRequestForm, withdrawal, { replacement: undefined }],
  ['a query', historyQueryForm, { limit: 100 }, { before: undefined, since: undefined, party: undefined }],
] as readonly (readonly [string, z.ZodType, object, object])[])('%s', (_, form, given, undefinedToo) => {
  const expected = z.encode(form, given)
  expect(written(form, { ...given, ...undefinedToo })).toEqual(expected)
  expect(() => z.encode(form, { ...given, ...undefinedToo })).toThrow(z.ZodError)
})
