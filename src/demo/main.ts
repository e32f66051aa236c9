/**
 * Answers for `npm run demo`: three agencies' gateways on loopback with embedded databases, one transfer permitted, one
 * refused, one tampered with, a stranger's verification, an auditor's. What it leaves behind can be tried by hand.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from '#suite'
import { toHex } from '../../protocol/bytes.ts'
import { audited, permitted, refused, type Stage, tampered, thirdParty } from './acts.ts'
import { type AgencyPlan, founded } from './agencies.ts'
import { freePorts, type GatewayProcess, startGateway } from './processes.ts'
import { milliseconds, Telling } from './telling.ts'

const folder = 'pouch-demo'
const marker = path.join(folder, '.made-by-pouch-demo')
const began = performance.now()
const tell = new Telling()
const gateways: GatewayProcess[] = []

try {
  await demonstrate()
} finally {
  await Promise.all(gateways.map((gateway) => gateway.stop()))
}

async function demonstrate(): Promise<void> {
  prepare()
  tell.act('Three agencies are founded')
  const stage = await found()
  tell.act('Their gateways start')
  await startAll(stage)
  tell.act('EST confirms a clearance to NLD and NATO-NOS')
  const id = await permitted(stage)
  tell.act('NLD asks for what no agreement allows')
  await refused(stage)
  tell.act('An envelope is tampered with')
  await tampered(stage)
  tell.act('A third party verifies, offline')
  await thirdParty(stage, id)
  tell.act('An auditor verifies EST’s ledger, offline')
  await audited(stage)
  tell.act('Figures')
  tell.figure('the whole demonstration', milliseconds(began))
  tell.figures()
  tell.act('Try it: the files are in pouch-demo/')
  for (const command of commands()) tell.say(command)
}

/** Clears what an earlier demonstration left, and nothing else. */
function prepare(): void {
  if (existsSync(folder) && !existsSync(marker)) {
    throw new Error(`${folder}/ is there and was not made by this demonstration; move it away`)
  }
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { mode: 0o700 })
  writeFileSync(marker, '')
}

async function found(): Promise<Stage> {
  const ports = await freePorts(6)
  const plan = (id: string, name: string, accreditation: number, i: number): AgencyPlan => {
    return { id, name, accreditation, agencyPort: ports[2 * i] ?? 0, exchangePort: ports[2 * i + 1] ?? 0 }
  }
  const plans = [
    plan('EST', 'National Security Authority of Estonia', 3, 0),
    plan('NLD', 'National Security Authority of the Netherlands', 4, 1),
    plan('NATO-NOS', 'NATO Office of Security', 4, 2),
  ]
  const passphrase = toHex(suite.randomBytes(16))
  writeFileSync(path.join(folder, 'passphrase'), passphrase, { mode: 0o600 })
  const now = (): number => Math.floor(Date.now() / 1000)
  const since = performance.now()
  const union = await founded(folder, passphrase, plans, now())
  tell.figure('keys, registry, databases', milliseconds(since))
  for (const { id, name } of plans) tell.say(`${id}: ${name}`)
  tell.say('registry version 1, signed by 2 of 3 root signers')
  tell.say(`roots ${union.roots}`)
  return { folder, union, tell, now }
}

async function startAll({ union: { agencies } }: Stage): Promise<void> {
  const since = performance.now()
  const started = await Promise.all(
    agencies.map((agency) => startGateway(agency.folder, path.join(folder, 'passphrase'))),
  )
  gateways.push(...started)
  tell.figure('start of three gateways', milliseconds(since))
  for (const { id, agencyPort, exchangePort } of agencies) {
    tell.say(`${id}: agency listener on port ${agencyPort}, exchange listener on port ${exchangePort}`)
  }
}

function commands(): readonly string[] {
  return [
    'npx pouch verify pouch-demo/envelope.cose --data pouch-demo/nld',
    'npx pouch verify pouch-demo/tampered.cose --data pouch-demo/nld',
    'npx pouch verify pouch-demo/evidence.cbor --data pouch-demo/nld',
    'npx pouch verify pouch-demo/receipt.cbor --data pouch-demo/nld',
    'npx pouch inspect pouch-demo/envelope.cose',
    'npx pouch audit verify pouch-demo/est-ledger --data pouch-demo/nld',
    'npx pouch audit verify pouch-demo/est-ledger-changed --data pouch-demo/nld',
    'POUCH_PASSPHRASE_FILE=pouch-demo/passphrase npx pouch open pouch-demo/envelope.cose --data pouch-demo/nld',
    'POUCH_PASSPHRASE_FILE=pouch-demo/passphrase npx pouch serve --data pouch-demo/est',
  ]
}
