/**
 * Answers for an example: one party sends, the other receives, opens and acknowledges, the first keeps the evidence.
 * `node send-and-receive.ts <sender's agency listener> <receiver's agency listener> <sender> <receiver> <evidence file>`,
 * with the two credentials in POUCH_SENDER and POUCH_RECEIVER.
 */
import { writeFileSync } from 'node:fs'
import { env } from 'node:process'
import { Client, type PackageInput, ProblemError } from 'pouch/client'

const [senderUrl = '', receiverUrl = '', from = '', to = '', evidenceFile = ''] = process.argv.slice(2)
const sender = new Client({ url: senderUrl, credential: env['POUCH_SENDER'] ?? '' })
const receiver = new Client({ url: receiverUrl, credential: env['POUCH_RECEIVER'] ?? '' })

const now = Math.floor(Date.now() / 1000)
const year = 365 * 24 * 3600
const marking = { policy: 'NATO', marking: 'NATO SECRET', at: now, compartments: [], caveats: [] }

const request: PackageInput = {
  attestations: [
    {
      subject: 'holder-7f3a',
      expiresAt: now + year,
      clearance: {
        ...{ scheme: 'NATO', level: 'NATO SECRET', categories: [], check: 'security vetting' },
        ...{ granted: now - year, validUntil: now + 4 * year, conditions: [], caveats: [] },
        legalBasis: 'State Secrets and Classified Information of Foreign States Act',
      },
      identifiers: { surname: 'Tamm' },
    },
  ],
  label: { ...marking, releasability: [from, to] },
  recipients: [to],
  purpose: 'visit',
}

try {
  const sent = await sender.package(request)
  process.stdout.write(`sent ${sent.id}, entry ${sent.index} of the sender’s ledger\n`)
  for await (const item of receiver.inbox({ follow: true, signal: AbortSignal.timeout(60_000) })) {
    if (item.id !== sent.id) continue
    const { attestations } = await receiver.content(item.id)
    process.stdout.write(`received from ${item.issuer}: ${attestations[0]?.clearance.level ?? 'nothing'}\n`)
    await receiver.acknowledge(item.id, { outcome: 'opened' })
    break
  }
  writeFileSync(evidenceFile, await sender.evidence(sent.id))
  process.stdout.write(`evidence written to ${evidenceFile}\n`)
} catch (error) {
  if (!(error instanceof ProblemError)) throw error
  const why = error.grounds.map(({ code, change }) => `  ${code}: ${change}`)
  process.stderr.write(`${[`${error.code}: ${error.title}`, error.next, ...why].join('\n')}\n`)
  process.exitCode = 1
}
