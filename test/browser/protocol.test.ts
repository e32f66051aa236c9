/** Answers for the whole protocol running unchanged in a browser, and for a browser and a server reading each other's objects. */
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { present } from '../../protocol/attestation/issue.ts'
import { toHex } from '../../protocol/bytes.ts'
import { flipped, hex } from '../support/bytes.ts'
import { acknowledgement, attestation, envelope } from '../support/objects.ts'
import { directory, nld, now, registry } from '../support/parties.ts'
import { recipientRows } from '../support/recipient-rows.ts'
import { structureRows } from '../support/structure-rows.ts'
import * as facts from '../support/vector-facts.ts'
import { startChromium } from './chromium.ts'
import { runInChromium } from './harness.ts'
import { type Input, type Output, verdict } from './protocol-in-browser.ts'

const browser = await startChromium()
afterAll(() => browser?.close())

const entry = path.join(import.meta.dirname, 'protocol-in-browser.ts')
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** Of every check that a file can fail on its own. */
const refused = [...structureRows.slice(5), ...recipientRows]
  .filter((row) => row.directory === undefined && row.keys === undefined)
  .map(({ bytes }) => bytes)

test.skipIf(browser === undefined)(
  'a browser seals, verifies, opens, issues, presents, acknowledges as a server does',
  async () => {
    if (browser === undefined) return
    const objects = {
      envelope: envelope(),
      attestation: present(attestation(), ['surname', 'nationality']),
      acknowledgement: acknowledgement(),
      registry,
    }
    const damaged = Object.values(objects).flatMap((bytes) =>
      Array.from({ length: 8 }, (_, i) => flipped(bytes, Math.floor((i + 0.5) * bytes.length) + i)),
    )
    const bad = [...refused, ...damaged]
    const input: Input = {
      envelope: toHex(objects.envelope),
      attestation: toHex(objects.attestation),
      acknowledgement: toHex(objects.acknowledgement),
      registry: toHex(registry),
      refused: bad.map(toHex),
    }

    const { backEnd, read, verdicts, made, own } = (await runInChromium(browser, entry, input)) as Output

    expect(backEnd).toBe('noble')
    expect(read).toEqual(
      plain({
        envelope: facts.factsOfEnvelope(objects.envelope, nld.opening, directory, now),
        attestation: facts.factsOfAttestation(objects.attestation, directory, now),
        acknowledgement: facts.factsOfAcknowledgement(objects.acknowledgement, directory, now),
        registry: facts.factsOfRegistry(registry, now),
      }),
    )
    const good = ['envelope good', 'attestation good', 'acknowledgement good', 'registry good']
    expect(own).toEqual(good)
    expect(Object.values(made).map((text) => verdict(hex(text)))).toEqual(good)
    expect(verdicts).toEqual(bad.map(verdict))
    expect(verdicts.filter((each) => each.endsWith('good'))).toEqual([])
    console.info(`${bad.length} bad objects: the same verdict in the browser, with its check and code`)
  },
)
