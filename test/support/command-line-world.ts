/** Answers for a union of two parties founded by the commands alone: keys, enrolments, plan, proposal, signatures, trust. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Ended, jsonOf, pouch, type Variables } from './command-line.ts'
import { freePort } from './free-port.ts'
import { recordSecrets } from './recorded.ts'

export const passphrase = 'violet harbour ledger kite'
export const opening: Variables = { POUCH_PASSPHRASE: passphrase }

export interface CommandLineWorld {
  readonly folder: string
  /** A path in the folder. */
  readonly at: (...parts: readonly string[]) => string
  readonly roots: string
  /** Every step of the ceremony, by its name, as it ended. */
  readonly steps: ReadonlyMap<string, Ended>
}

export const parties = ['EST', 'NLD'] as const
const signers = ['signer-a', 'signer-b'] as const

export async function foundByCommands(): Promise<CommandLineWorld> {
  recordSecrets('passphrase', [passphrase])
  const folder = mkdtempSync(path.join(tmpdir(), 'pouch-cli-'))
  const at = (...parts: readonly string[]): string => path.join(folder, ...parts)
  const steps = new Map<string, Ended>()
  const step = async (name: string, args: readonly string[], variables: Variables = {}): Promise<Ended> => {
    const ended = await pouch(args, variables)
    if (ended.code !== 0) throw new Error(`${args.join(' ')}: ${ended.err}${ended.out}`)
    steps.set(name, ended)
    return ended
  }
  const enrol = async (name: string): Promise<void> => {
    const { out } = await step(`enrol ${name}`, ['keys', 'enrol', name, '--data', at(name.toLowerCase())])
    writeFileSync(at(`${name}.json`), out)
  }
  const urls: string[] = []
  for (const party of parties) {
    const [agencyPort, exchangePort] = [String(await freePort()), String(await freePort())]
    const url = `http://127.0.0.1:${exchangePort}`
    urls.push(url)
    const ports = ['--agency-port', agencyPort, '--exchange-port', exchangePort]
    await step(
      `init ${party}`,
      ['init', party, '--url', url, ...ports, '--data', at(party.toLowerCase())],
      opening,
    )
    await enrol(party)
  }
  for (const signer of signers) {
    mkdirSync(at(signer), { mode: 0o700 })
    await step(`keys ${signer}`, ['keys', 'new', 'root', '--json', '--data', at(signer)], opening)
    await enrol(signer)
  }
  writeFileSync(at('plan.json'), await planFor(urls, step))
  const proposal = at('1.proposal')
  await step('propose', ['registry', 'propose', at('plan.json'), '--out', proposal])
  for (const signer of signers) {
    const out = at(`${signer}.signature`)
    await step(`sign ${signer}`, ['registry', 'sign', proposal, '--data', at(signer), '--out', out], opening)
  }
  const signatures = signers.map((signer) => at(`${signer}.signature`))
  await step('combine', ['registry', 'combine', proposal, ...signatures, '--out', at('registry.cose')])
  const roots = (await step('roots', ['registry', 'roots', at('registry.cose')])).out.trim()
  for (const party of parties) {
    const trust = ['registry', 'trust', at('registry.cose'), '--roots', roots]
    await step(`trust ${party}`, [...trust, '--data', at(party.toLowerCase())])
  }
  return { folder, at, roots, steps }
}

/** The example that the program prints, with the addresses and enrolments of this world. */
async function planFor(
  urls: readonly string[],
  step: (name: string, args: readonly string[]) => Promise<Ended>,
): Promise<string> {
  const example = jsonOf(await step('plan', ['example', 'plan', '--json'])) as {
    readonly parties: readonly object[]
  }
  return JSON.stringify({
    ...example,
    roots: signers.map((signer) => `${signer}.json`),
    parties: example.parties.map((party, i) => ({
      ...party,
      enrolment: `${parties[i] ?? ''}.json`,
      gateway: urls[i],
    })),
  })
}

export function bytesOf(file: string): Uint8Array {
  return new Uint8Array(readFileSync(file))
}

/** The same file with one bit changed in its middle, beside it. */
export function changed(file: string, at = 0.5): string {
  const bytes = bytesOf(file)
  const middle = Math.floor(bytes.length * at)
  bytes[middle] = (bytes[middle] ?? 0) ^ 1
  const other = `${file}.changed`
  writeFileSync(other, bytes)
  return other
}
