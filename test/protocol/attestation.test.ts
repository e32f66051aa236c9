/** Answers for attestations: what is issued and presented is read back, and each check refuses what only it refuses. */
import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { identifierNames } from '../../protocol/attestation/format.ts'
import { issue, present } from '../../protocol/attestation/issue.ts'
import { attestationChecks, verifyAttestation } from '../../protocol/attestation/verify.ts'
import { disclosureHash } from '../../protocol/attestation/format.ts'
import { report } from '../../protocol/report.ts'
import { attestationRows, disclosuresOf } from '../support/attestation-rows.ts'
import { attestation, issuing } from '../support/objects.ts'
import { directory, nld, now } from '../support/parties.ts'

const read = (bytes: Uint8Array) => verifyAttestation(bytes, directory, now)

test.each(attestationRows(disclosureHash))('$check: $name is refused as $code', ({
  check,
  code,
  bytes,
  ...rest
}) => {
  const results = report(attestationChecks, (trace) =>
    verifyAttestation(bytes, rest.directory ?? directory, rest.now ?? now, trace),
  )
  const failed = attestationChecks.indexOf(check)
  expect(results.map(({ check, outcome, code }) => `${check} ${outcome} ${code ?? ''}`)).toEqual(
    attestationChecks.map((each, i) =>
      i < failed ? `${each} pass ` : i > failed ? `${each} not-reached ` : `${each} fail ${code}`,
    ),
  )
})

describe('what is issued', () => {
  test('is read back, every word of it', () => {
    const { clearance, issuer, subject, status, identifiers, notBefore, expiresAt, issuedAt } = issuing
    const verified = read(attestation({ holder: nld.signing[0].publicKey }))
    expect(verified).toMatchObject({ clearance, issuer, subject, status, notBefore, expiresAt, issuedAt })
    expect(Object.fromEntries(verified.identifiers)).toEqual(identifiers)
    expect(verified.holder?.id).toBe(nld.signing[0].id)
    expect(verified.id).toMatch(/^[0-9a-f]{32}$/)
  })

  test('shows what is presented of it, and no more', () => {
    fc.assert(
      fc.property(fc.subarray(['surname', 'birth-date', 'nationality'] as const), (disclosed) => {
        const bytes = present(attestation(), disclosed)
        expect([...read(bytes).identifiers.keys()].toSorted()).toEqual(disclosed.toSorted())
        expect(disclosuresOf(bytes)).toHaveLength(disclosed.length)
      }),
      { numRuns: 20 },
    )
  })

  test('carries no word of an identifier that is withheld', () => {
    const text = Buffer.from(present(attestation(), ['nationality'])).toString('latin1')
    expect(text).not.toMatch(/Tamm|Liis|1990-02-03|surname/)
  })

  test('has sixteen hashes however many identifiers there are, in the order of their bytes', () => {
    const all = Object.fromEntries(identifierNames.map((name) => [name, name.repeat(20)]))
    const lengths = [{}, { surname: 'Tamm' }, all].map(
      (identifiers) => present(attestation({ identifiers }), []).length,
    )
    expect(new Set(lengths).size).toBe(1)
  })

  test('may name a person in the longest words of any script', () => {
    const surname = '語'.repeat(400)
    expect(read(attestation({ identifiers: { surname } })).identifiers.get('surname')).toBe(surname)
    expect(() => attestation({ identifiers: { surname: `${surname}語` } })).toThrow(
      expect.objectContaining({ code: 'malformed-structure' }),
    )
  })

  test('cannot disclose what is not there', () => {
    expect(() => present(attestation(), ['employer'])).toThrow(
      expect.objectContaining({ code: 'bad-disclosure' }),
    )
    expect(() => present(present(attestation(), ['surname']), ['nationality'])).toThrow(
      expect.objectContaining({ code: 'bad-disclosure' }),
    )
  })

  test('is never the same twice: salts, decoys and ids are made anew', () => {
    const [one, other] = [issue(issuing), issue(issuing)]
    const common = disclosuresOf(one).filter((each) =>
      disclosuresOf(other).some((its) => Buffer.compare(each, its) === 0),
    )
    expect(common).toEqual([])
    expect(read(one).id).not.toBe(read(other).id)
  })
})
