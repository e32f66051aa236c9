/**
 * Answers for `npm run demo`: three agencies' gateways on loopback with embedded databases, one transfer permitted, one
 * refused, one tampered with, a stranger's verification, an auditor's. What it leaves behind can be tried by hand.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from '#suite'
import { toHex } from '../../protocol/bytes.ts'
import { audited, heardOf, permitted, refused, type Stage, tampered, thirdParty, upgraded } from './acts.ts'
import { type AgencyPlan, founded } from './agencies.ts'
import { freePorts, type GatewayProcess, startGateway } from './processes.ts'
import { milliseconds, Telling } from './telling.ts'

const folder = 'pouch-demo'
const marker = path.join(folder, '.made-by-pouch-demo')
const began = performance.now()
const tell = new Telling()
const gateways: GatewayProcess[] = []

const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())

process.exitCode = await played()

/** Whatever happens, the gateways are stopped. Who interrupts it finds nothing half-made. */
async function played(): Promise<number> {
  try {
    await Promise.race([demonstrate(), interruption()])
    return 0
  } catch (error) {
    if (!stopping.signal.aborted) throw error
    tell.line('\ninterrupted')
    return 130
  } finally {
    await Promise.all(gateways.splice(0).map((gateway) => gateway.stop()))
    if (stopping.signal.aborted) {
      rmSync(folder, { recursive: true, force: true })
      process.exit(130)
    }
  }
}

function interruption(): Promise<never> {
  return new Promise((_, reject) => {
    stopping.signal.addEventListener('abort', () => reject(new Error('interrupted')))
  })
}

async function demonstrate(): Promise<void> {
  prepare()
  tell.line('Pouch: three agencies exchange a security-clearance attestation, on this machine alone.')
  tell.act('Three agencies are founded')
  const stage = await found()
  tell.act('Their gateways start')
  await startAll(stage)
  await heardOf(stage)
  tell.act('EST confirms a clearance to NLD and NATO-NOS')
  const id = await permitted(stage)
  tell.act('EST’s receipt is witnessed')
  await upgraded(stage)
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
  for (const [command, about] of commands()) tell.say(`# ${about}\n${command}`)
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
  const starting = agencies.map(({ folder: place }) => startGateway(place, path.join(folder, 'passphrase')))
  gateways.push(...starting)
  await Promise.all(starting.map(({ ready }) => ready))
  tell.figure('start of three gateways', milliseconds(since))
  for (const { id, agencyPort, exchangePort } of agencies) {
    tell.say(`${id}: agency listener on port ${agencyPort}, exchange listener on port ${exchangePort}`)
  }
}

/** What to type, and what it shows. */
function commands(): readonly (readonly [command: string, about: string])[] {
  const opening = 'POUCH_PASSPHRASE_FILE=pouch-demo/passphrase npx pouch'
  return [
    [
      'npx pouch verify pouch-demo/envelope.cose --data pouch-demo/nld',
      'every check that a stranger can make',
    ],
    ['npx pouch verify pouch-demo/tampered.cose --data pouch-demo/nld', 'which check the changed bit fails'],
    ['npx pouch verify pouch-demo/evidence.cbor --data pouch-demo/nld', 'the whole transfer, in one file'],
    ['npx pouch verify pouch-demo/receipt.cbor --data pouch-demo/nld', 'EST’s ledger holds the entry'],
    ['npx pouch verify pouch-demo/receipt.tlog-proof --data pouch-demo/nld', 'and who has witnessed it'],
    ['npx pouch inspect pouch-demo/envelope.cose', 'what is on the wire'],
    [`${opening} open pouch-demo/envelope.cose --data pouch-demo/nld`, 'what NLD’s keys find inside'],
    [
      'npx pouch audit verify pouch-demo/est-ledger --data pouch-demo/nld',
      'EST’s ledger, every entry hashed again',
    ],
    [
      'npx pouch audit verify pouch-demo/est-ledger-changed --data pouch-demo/nld',
      'the copy with one byte changed',
    ],
    [`${opening} serve --data pouch-demo/est`, 'EST’s gateway again; Ctrl-C ends it'],
    [
      'npx pouch inbox --data pouch-demo/nld',
      'NLD’s inbox, while `serve --data pouch-demo/nld` runs in another terminal',
    ],
  ]
}
