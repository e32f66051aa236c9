import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { decode as decodeByCbor2 } from 'cbor2'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type CborValue, decode, encode } from '../../protocol/cbor.ts'
import { diagnose } from '../../protocol/diagnostic.ts'
import { hex } from '../support/bytes.ts'
import { inProfile, ours } from '../support/other-cbor.ts'
import { counted, readJson, vectors } from '../support/vectors.ts'

interface Vector {
  readonly name: string
  readonly bytes: Uint8Array
  /** The value that the set gives, where it gives one that we have a word for. */
  readonly value?: CborValue | undefined
  readonly diagnostic?: string | undefined
}

const row = z.object({
  hex: z.string(),
  decoded: z.json().optional(),
  diagnostic: z.string().optional(),
  /** The value becomes these bytes, but not the other way round. */
  skipDecode: z.boolean().optional(),
})

function fromJson(set: string, file: string): readonly Vector[] | undefined {
  const folder = vectors(set)
  if (folder === undefined) return undefined
  const rows = z.array(row).parse(readJson(path.join(folder, file)))
  return rows.map(({ hex: text, decoded, diagnostic, skipDecode }) => ({
    name: text,
    bytes: hex(text),
    value: decoded === undefined || skipDecode === true ? undefined : (valueOf(decoded) ?? undefined),
    diagnostic,
  }))
}

function valueOf(value: z.core.util.JSONType): CborValue {
  if (Array.isArray(value)) return value.map(valueOf)
  if (typeof value !== 'object' || value === null) return value
  return new Map(Object.entries(value).map(([key, item]) => [key, valueOf(item)]))
}

const file = z.object({
  title: z.string(),
  fail: z.boolean().optional(),
  tests: z.array(
    z.object({ description: z.string(), encoded: z.instanceof(Uint8Array), decoded: z.unknown().optional() }),
  ),
})

function fromCbor(folder: string): readonly (Vector & { readonly bad: boolean })[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.cbor'),
  )
  return names.flatMap((name) => {
    const { title, fail, tests } = file.parse(
      decodeByCbor2(new Uint8Array(readFileSync(path.join(folder, name)))),
    )
    return tests.map(({ description, encoded, decoded }) => ({
      name: `${title}: ${description}`,
      bytes: new Uint8Array(encoded),
      bad: fail === true,
      value: wordFor(decoded),
    }))
  })
}

function wordFor(value: unknown): CborValue | undefined {
  try {
    return ours(value)
  } catch {
    return undefined
  }
}

function verdict(bytes: Uint8Array): CborValue | undefined {
  try {
    return decode(bytes)
  } catch (error) {
    expect(error).toMatchObject({ name: 'Rejected', code: 'malformed-cbor' })
    return undefined
  }
}

/** Accepted exactly when the rule of other-cbor.ts says so, with the value that the set gives. */
function judge(set: string, rows: readonly Vector[]): void {
  const verdicts = counted(set, rows).map((row) => ({ ...row, read: verdict(row.bytes) }))
  const wrong = verdicts.filter(({ bytes, read }) => (read !== undefined) !== inProfile(bytes))
  expect(wrong.map(({ name }) => name)).toEqual([])
  const accepted = verdicts.filter(({ read }) => read !== undefined)
  console.info(`${accepted.length} of them are of the profile`)
  expect(accepted.length).toBeGreaterThan(0)
  for (const { name, bytes, value, read, diagnostic } of accepted) {
    if (read === undefined) continue
    expect(encode(read), name).toEqual(bytes)
    if (value !== undefined) expect(isDeepStrictEqual(read, value), name).toBe(true)
    if (diagnostic !== undefined) expect(diagnose(bytes), name).toBe(diagnostic)
  }
}

describe('published CBOR vectors', () => {
  const appendix = fromJson('cbor-appendix-a', 'appendix_a.json')
  test.skipIf(appendix === undefined)('RFC 8949 appendix A', () => judge('cbor-appendix-a', appendix ?? []))

  // dCBOR asks more of texts (NFC), and admits floats and wider integers.
  for (const file of ['valid.json', 'invalid.json']) {
    const rows = fromJson('dcbor', file)
    test.skipIf(rows === undefined)(`dCBOR, ${file}`, () => judge(`dcbor, ${file}`, rows ?? []))
  }

  const folder = vectors('cbor-wg-test-vectors')
  test.skipIf(folder === undefined)('CBOR working group', () => {
    const rows = fromCbor(folder ?? '')
    judge(
      'cbor-wg-test-vectors, well-formed',
      rows.filter(({ bad }) => !bad),
    )
    for (const { name, bytes } of counted(
      'cbor-wg-test-vectors, not well-formed',
      rows.filter(({ bad }) => bad),
    )) {
      expect(verdict(bytes), name).toBeUndefined()
    }
  })
})
