/** Answers for the frozen vectors of the wire objects on both back ends, and for what one back end makes the other reading it. */
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { backEnds, over } from '../support/back-ends.ts'
import { flipped, hex } from '../support/bytes.ts'
import { counted, readJson } from '../support/vectors.ts'
import type * as Wire from '../support/wire.ts'

const facts = z.record(z.string(), z.unknown())
const shape = z.object({
  keys: z.object({ parties: z.record(z.string(), z.object({ xWing: z.string() })) }),
  registry: z.string().optional(),
  pinned: z.string().optional(),
  accept: z.array(
    z.object({
      ...{ name: z.string(), now: z.number(), bytes: z.string(), facts },
      ...{ opener: z.string().optional(), held: z.literal(0).optional() },
    }),
  ),
  refuse: z.array(
    z.object({
      ...{ name: z.string(), code: z.string(), bytes: z.string() },
      ...{ check: z.string().optional(), now: z.number().optional() },
      ...{ held: z.literal(0).optional(), pinned: z.string().optional() },
    }),
  ),
})

const json = (name: string): unknown => readJson(path.resolve(import.meta.dirname, `../vectors/${name}.json`))
const read = (name: string) => shape.parse(json(name))
const files = {
  envelope: read('envelope'),
  attestation: read('attestation'),
  acknowledgement: read('acknowledgement'),
  registry: read('registry'),
}
/** Of the same parties and the same registry. */
const justified = shape.omit({ keys: true }).parse(json('envelope-justification'))
const { pinned = '' } = files.registry
const base = hex(files.envelope.registry ?? '')
const held = hex(files.registry.accept[0]?.bytes ?? '')
const seedOf = (party: string) => hex(files.envelope.keys.parties[party]?.xWing ?? '')
/** As it is in a file: no `undefined`. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const load = (): Promise<typeof Wire> => import('../support/wire.ts')
const sides: { readonly backEnd: string; readonly wire: typeof Wire }[] = []
for (const suite of backEnds) sides.push({ backEnd: suite.backEnd, wire: await over(suite, load) })

describe.each(sides)('on $backEnd', ({ backEnd, wire }) => {
  test.each([
    ...counted(`envelope.json, accepted (${backEnd})`, files.envelope.accept),
    ...counted(`envelope-justification.json, accepted (${backEnd})`, justified.accept),
  ])('envelope $name', (row) => {
    const trust = { registry: base, pinned, now: row.now }
    expect(plain(wire.accepted.envelope(hex(row.bytes), trust, seedOf(row.opener ?? 'NLD')))).toEqual(
      row.facts,
    )
  })

  test.each([
    ...counted(`envelope.json, refused (${backEnd})`, files.envelope.refuse),
    ...counted(`envelope-justification.json, refused (${backEnd})`, justified.refuse),
  ])('envelope with $name', (row) => {
    // The registry is as fresh as on the day of the vectors, whenever the row is verified.
    const trust = { registry: base, pinned, now: row.now ?? 0 }
    expect(wire.refused.envelope(hex(row.bytes), trust, seedOf('NLD'))).toBe(`${row.check ?? ''} ${row.code}`)
  })

  test.each([
    'attestation',
    'acknowledgement',
  ] as const)('every %s that is accepted, and every one refused', (object) => {
    for (const row of counted(`${object}.json, accepted (${backEnd})`, files[object].accept)) {
      const trust = { registry: base, pinned, now: row.now }
      expect(plain(wire.accepted[object](hex(row.bytes), trust)), row.name).toEqual(row.facts)
    }
    for (const row of counted(`${object}.json, refused (${backEnd})`, files[object].refuse)) {
      const trust = { registry: base, pinned, now: row.now ?? 0 }
      expect(wire.refused[object](hex(row.bytes), trust), row.name).toBe(`${row.check ?? ''} ${row.code}`)
    }
  })

  test('every registry that is accepted, and every one refused', () => {
    for (const row of counted(`registry.json, accepted (${backEnd})`, files.registry.accept)) {
      const before = row.held === undefined ? undefined : held
      expect(plain(wire.accepted.registry(hex(row.bytes), row.now, before)), row.name).toEqual(row.facts)
    }
    for (const row of counted(`registry.json, refused (${backEnd})`, files.registry.refuse)) {
      const before = row.held === undefined ? undefined : held
      expect(wire.refused.registry(hex(row.bytes), row.pinned ?? pinned, before), row.name).toBe(row.code)
    }
  })
})

const crossings = sides.flatMap((maker) => sides.map((reader) => ({ maker, reader })))

describe.each(crossings)('made on $maker.backEnd, read on $reader.backEnd', ({ maker, reader }) => {
  const now = files.envelope.accept[0]?.now ?? 0
  const trust = { registry: base, pinned, now }

  test('an envelope with an attestation', () => {
    for (const opener of ['NLD', 'NATO-NOS']) {
      const { issuer, attestations } = reader.wire.accepted.envelope(
        maker.wire.envelope(),
        trust,
        seedOf(opener),
      )
      expect([issuer, attestations.length]).toEqual(['EST', 1])
    }
  })

  test('an attestation, an acknowledgement', () => {
    expect(reader.wire.accepted.attestation(maker.wire.attestation(), trust).subject).toBe('h-7f3a9c')
    expect(reader.wire.accepted.acknowledgement(maker.wire.acknowledgement(), trust).outcome).toBe('opened')
  })
})

test('both say the same of 100 damaged envelopes: the check and its code', () => {
  const [one, other] = sides
  if (one === undefined || other === undefined) throw new Error('two back ends')
  const bytes = one.wire.envelope()
  const trust = { registry: base, pinned, now: files.envelope.accept[0]?.now ?? 0 }
  for (let i = 0; i < 100; i++) {
    const damaged = flipped(bytes, Math.floor((i * 8 * bytes.length) / 100) + (i % 8))
    const verdict = one.wire.refused.envelope(damaged, trust, seedOf('NLD'))
    expect(verdict).toBeDefined()
    expect(other.wire.refused.envelope(damaged, trust, seedOf('NLD'))).toBe(verdict)
  }
})
