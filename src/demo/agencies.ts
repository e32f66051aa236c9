/** Answers for the demonstration's parties: keys, registry ceremony, data folders and credentials, all made afresh. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createKeystore } from '../../keys/keystore.ts'
import { Passphrase } from '../../keys/passphrase.ts'
import type { Directory } from '../../protocol/directory.ts'
import { directoryOf } from '../../protocol/directory.ts'
import { acceptFirst, combineRegistry, proposeRegistry, signRegistry } from '../../protocol/registry.ts'
import { rootsDigest } from '../../protocol/roots.ts'
import { openDatabase } from '../database/open.ts'
import { issueCredentials } from '../http/credentials.ts'
import { enrolmentOf } from '../registry/enrolment.ts'
import { documentFrom } from '../registry/plan.ts'

export interface AgencyPlan {
  readonly id: string
  readonly name: string
  readonly accreditation: number
  readonly agencyPort: number
  readonly exchangePort: number
}

export interface Agency extends AgencyPlan {
  readonly folder: string
  readonly credential: string
}

export interface Union {
  readonly agencies: readonly Agency[]
  readonly directory: Directory
  readonly registryFile: string
  readonly roots: string
}

const signers = ['signer-a', 'signer-b', 'signer-c'] as const

/** Three root signers of whom two must sign, and the agencies, each with its own data folder under `folder`. */
export async function founded(
  folder: string,
  passphrase: string,
  plans: readonly AgencyPlan[],
  now: number,
): Promise<Union> {
  const databases = databasesFor(plans.map((plan) => path.join(folderOf(folder, plan), 'database')))
  const opener = new Passphrase(passphrase)
  const roots = signers.map((name) => keysOf(path.join(folder, 'signers', name), opener, name, ['root'], now))
  const parties = plans.map((plan) =>
    keysOf(folderOf(folder, plan), opener, plan.id, ['sign', 'open', 'transport', 'ledger'], now),
  )
  const enrolments = new Map([...roots, ...parties].map(({ name, enrolment }) => [name, enrolment]))
  const files = {
    enrolment: (name: string) => enrolments.get(name),
    profile: () => ({}),
    policies: () => '',
  }
  const document = documentFrom(planOf(plans), files, undefined, now)
  const proposal = proposeRegistry(document)
  const signatures = roots
    .slice(0, 2)
    .map(({ keystore }) => signRegistry(proposal, keystore.signingPair('root')))
  const bytes = combineRegistry(proposal, signatures)
  const digest = rootsDigest(document.roots)
  const directory = directoryOf(acceptFirst(bytes, digest), now)
  const registryFile = path.join(folder, 'registry.cose')
  writeFileSync(registryFile, bytes)
  await databases
  const agencies = await Promise.all(
    plans.map(async (plan) => {
      const place = folderOf(folder, plan)
      settle(place, plan, bytes, digest)
      return { ...plan, folder: place, credential: await credentialFor(place, now) }
    }),
  )
  return { agencies, directory, registryFile, roots: digest }
}

function folderOf(folder: string, { id }: AgencyPlan): string {
  return path.join(folder, id.toLowerCase())
}

type Use = 'sign' | 'open' | 'transport' | 'ledger' | 'root'

function keysOf(folder: string, passphrase: Passphrase, name: string, uses: readonly Use[], now: number) {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const keystore = createKeystore(path.join(folder, 'keys'), passphrase)
  const enrolment = enrolmentOf(
    name,
    uses.flatMap((use) => keystore.add(use, now)),
  )
  writeFileSync(path.join(folder, 'enrolment.json'), `${JSON.stringify(enrolment, null, 2)}\n`)
  return { name, keystore, enrolment }
}

function settle(folder: string, plan: AgencyPlan, registry: Uint8Array, pinnedRoots: string): void {
  const { id: party, agencyPort, exchangePort } = plan
  const settings = {
    party,
    exchangeUrl: gatewayUrl(plan),
    agencyPort,
    exchangePort,
    pinnedRoots,
    logLevel: 'warn',
  }
  writeFileSync(path.join(folder, 'pouch.json'), `${JSON.stringify(settings, null, 2)}\n`)
  writeFileSync(path.join(folder, 'registry.cose'), registry)
}

function gatewayUrl({ exchangePort }: AgencyPlan): string {
  return `http://127.0.0.1:${exchangePort}`
}

/** To make one takes seconds: one is made, while the keys are, and copied before it holds anything. */
async function databasesFor([first = '', ...others]: readonly string[]): Promise<void> {
  const made = await openDatabase({ kind: 'embedded', directory: first })
  await made.destroy()
  for (const other of others) cpSync(first, other, { recursive: true })
}

/** Kept in the data folder, where the commands look for it. */
async function credentialFor(folder: string, now: number): Promise<string> {
  const database = await openDatabase({ kind: 'embedded', directory: path.join(folder, 'database') })
  try {
    const [made] = await issueCredentials(
      database,
      [{ name: 'demo', roles: ['submit', 'read', 'auditor'] }],
      now,
    )
    const token = made?.token ?? ''
    writeFileSync(path.join(folder, 'credential'), `${token}\n`, { mode: 0o600 })
    return token
  } finally {
    await database.destroy()
  }
}

/** One agreement: visits and postings, up to SECRET, among NATO's members and its office of security. */
function planOf(plans: readonly AgencyPlan[]): object {
  return {
    validDays: 90,
    threshold: 2,
    roots: signers,
    parties: plans.map((plan) => ({
      enrolment: plan.id,
      name: plan.name,
      gateway: gatewayUrl(plan),
      accreditation: plan.accreditation,
    })),
    schemes: ['NATO', 'EST', 'NLD'],
    groups: ['NATO'],
    keyConsents: true,
    // Each is the others' witness: SECRET waits for one of them, what is above for both.
    witnessing: { witnesses: plans.map(({ id }) => id), quorums: [0, 0, 0, 1, 2], limitSeconds: 900 },
    agreements: [
      {
        id: 'nato-security',
        title: 'Security within NATO, C-M(2002)49',
        first: ['NATO', 'NATO-NOS'],
        second: ['NATO', 'NATO-NOS'],
        direction: 'both',
        ceilings: { clearance: 3 },
        purposes: ['visit', 'posting'],
        from: '2026-01-01',
        timeline: [{ at: '2026-01-01', state: 'in-force' }],
      },
    ],
  }
}
