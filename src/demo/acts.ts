/** Answers for what happens in the demonstration, act by act: a transfer permitted, one refused, one tampered with, two checks. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { examine } from '../../protocol/examine.ts'
import { entriesPath } from '../../protocol/ledger/tiles.ts'
import { Rejected } from '../../protocol/errors.ts'
import { verify } from '../../protocol/envelope/verify.ts'
import { exportSize } from '../cli/export-files.ts'
import { verifyExport } from '../cli/export-folder.ts'
import { Client } from '../client/client.ts'
import { exportLedger } from '../client/export.ts'
import { ProblemError } from '../client/problem-error.ts'
import { upgradeReceipt } from '../client/upgrade.ts'
import type { Agency, Union } from './agencies.ts'
import { overreach, visitConfirmation } from './requests.ts'
import { milliseconds, type Telling } from './telling.ts'

export interface Stage {
  readonly folder: string
  readonly union: Union
  readonly tell: Telling
  now(): number
}

function clientOf({ union }: Stage, id: string): Client {
  const { agencyPort, credential } = agencyNamed(union, id)
  return new Client({ url: `http://127.0.0.1:${agencyPort}`, credential })
}

function agencyNamed({ agencies }: Union, id: string): Agency {
  const found = agencies.find((agency) => agency.id === id)
  if (found === undefined) throw new Error(`no agency ${id}`)
  return found
}

/** Every gateway takes SECRET once it has heard of a witness, which takes as long as for the first of them to answer. */
export async function heardOf({ union, tell }: Stage): Promise<void> {
  const began = performance.now()
  await Promise.all(union.agencies.map(({ agencyPort }) => takesSecret(agencyPort)))
  tell.figure('until each ledger is witnessed by another', milliseconds(began))
  tell.say(
    'each is witness to the ledgers of the others: SECRET waits for one of them, what is above for both',
  )
}

async function takesSecret(agencyPort: number): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const response = await fetch(`http://127.0.0.1:${agencyPort}/readyz`)
    const { levels = [] } = (await response.json()) as { readonly levels?: readonly Level[] }
    if (levels.some(({ level, open }) => level === 3 && open)) return
    await pause()
  }
  throw new Error('the witnesses are silent')
}

interface Level {
  readonly level: number
  readonly open: boolean
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 100))
}

/** EST confirms a clearance to NLD and NATO-NOS; both open it and acknowledge. Gives the envelope's id. */
export async function permitted(stage: Stage): Promise<string> {
  const { tell, folder } = stage
  const est = clientOf(stage, 'EST')
  const began = performance.now()
  const { id, index, receipt, state } = await est.package(visitConfirmation(stage.now()))
  tell.figure('issue, seal to 2 recipients, decide, enter, receipt', milliseconds(began))
  tell.say(`EST signs and seals: envelope ${id}`)
  tell.say(`permitted; entry ${index} of EST’s ledger, receipt ${receipt.length} bytes`)
  tell.say(state === 'held' ? 'held: it is SECRET, and waits until a witness has cosigned that entry' : state)
  writeFileSync(path.join(folder, 'receipt.cbor'), receipt)
  writeFileSync(path.join(folder, 'envelope.cose'), await est.fetch(id))
  await released(stage, id)
  for (const reader of ['NLD', 'NATO-NOS']) await read(stage, reader, id)
  await settled(est, id)
  tell.figure('from request to both acknowledgements back', milliseconds(began))
  tell.say('EST holds both acknowledgements, and the receipts of both ledgers')
  return id
}

async function released(stage: Stage, id: string): Promise<void> {
  const est = clientOf(stage, 'EST')
  const began = performance.now()
  for (let attempt = 0; attempt < 300; attempt++) {
    if ((await est.status(id)).state === 'released') {
      stage.tell.figure('from receipt to release by a witness', milliseconds(began))
      stage.tell.say('released: a witness has cosigned, and EST’s gateway relays it')
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`envelope ${id} was not witnessed`)
}

/** The receipt is EST's word; the proof that it becomes is that of EST and of a witness. */
export async function upgraded(stage: Stage): Promise<void> {
  const { folder, tell, union } = stage
  const receipt = new Uint8Array(readFileSync(path.join(folder, 'receipt.cbor')))
  const { proof, size, witnesses } = await upgradeReceipt(receipt, union.directory, stage.now())
  writeFileSync(path.join(folder, 'receipt.tlog-proof'), proof)
  const names = [...witnesses.keys()].join(' and ')
  tell.say(`EST’s receipt becomes a proof under ${size} entries that ${names} cosigned`)
  tell.say('EST cannot show another history to anyone who has it, unless its witnesses do so too')
}

async function read(stage: Stage, reader: string, id: string): Promise<void> {
  const client = clientOf(stage, reader)
  const item = await arrival(client, id)
  const { attestations } = await client.content(item)
  const [first] = attestations
  if (first === undefined) throw new Error('an empty envelope')
  const { clearance, identifiers, subject } = first
  stage.tell.say(
    `${reader} opens it: ${subject} (${Object.values(identifiers).join(', ')}) holds ${clearance.level}`,
  )
  await client.acknowledge(item, { outcome: 'opened' })
}

async function arrival(client: Client, id: string): Promise<string> {
  const signal = AbortSignal.timeout(30_000)
  for await (const item of client.inbox({ follow: true, signal })) if (item.id === id) return item.id
  throw new Error(`envelope ${id} did not arrive`)
}

async function settled(client: Client, id: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const { recipients } = await client.status(id)
    if (recipients.every(({ acknowledgement }) => acknowledgement?.outcome === 'opened')) return
    await pause()
  }
  throw new Error(`envelope ${id} was not acknowledged`)
}

/** NLD asks for what the policy does not allow: every ground is named, and the refusal is an entry. */
export async function refused(stage: Stage): Promise<void> {
  const problem = await refusalOf(() => clientOf(stage, 'NLD').package(overreach(stage.now())))
  stage.tell.say('NLD asks to send COSMIC TOP SECRET to EST for recruitment')
  stage.tell.say(`refused (${problem.code}), on ${problem.grounds.length} grounds:`)
  for (const { code, found, change } of problem.grounds) stage.tell.say(`  ${code}: ${found}\n    ${change}`)
  stage.tell.say(`the refusal is entry ${problem.entry?.index ?? '?'} of NLD’s ledger`)
}

async function refusalOf(run: () => Promise<unknown>): Promise<ProblemError> {
  try {
    await run()
  } catch (error) {
    if (error instanceof ProblemError) return error
    throw error
  }
  throw new Error('this should have been refused')
}

/** One bit of the label is changed on the way: the gateway refuses it, and so does anyone else. */
export async function tampered(stage: Stage): Promise<void> {
  const { folder, tell, union } = stage
  const bytes = new Uint8Array(readFileSync(path.join(folder, 'envelope.cose')))
  const at = Buffer.from(bytes).indexOf('NATO SECRET') + 'NATO SECRE'.length
  bytes[at] = (bytes[at] ?? 0) ^ 1
  writeFileSync(path.join(folder, 'tampered.cose'), bytes)
  const problem = await refusalOf(() => clientOf(stage, 'EST').submit(bytes))
  tell.say('somebody changes one bit of the label: NATO SECRET becomes NATO SECREU')
  tell.say(`the gateway refuses it: ${problem.title} (${problem.code})`)
  try {
    verify(bytes, union.directory, stage.now())
  } catch (error) {
    if (!(error instanceof Rejected)) throw error
    tell.say(`so does anyone with the registry: ${error.code}`)
  }
}

/** A stranger with the registry and the digest of its roots, and nothing else. */
export async function thirdParty(stage: Stage, id: string): Promise<void> {
  const { folder, tell, union } = stage
  const evidence = await clientOf(stage, 'EST').evidence(id)
  writeFileSync(path.join(folder, 'evidence.cbor'), evidence)
  const began = performance.now()
  const { good, checks } = examine(evidence, {
    directory: union.directory,
    now: stage.now(),
    openingKeys: [],
  })
  tell.figure('a third party verifies the evidence', milliseconds(began))
  tell.say('a stranger has the registry, the digest of its roots, and EST’s evidence:')
  tell.say(`${evidence.length} bytes in one file, ${good ? 'good' : 'NOT GOOD'}`)
  for (const { check, outcome } of checks) tell.say(`  ${outcome}  ${check}`)
  if (!good) throw new Error('the evidence should be good')
}

/** The auditor hashes all of EST's ledger again, and then a copy in which one byte was changed. */
export async function audited(stage: Stage): Promise<void> {
  const { folder, tell, union } = stage
  const ledger = path.join(folder, 'est-ledger')
  await exportLedger(clientOf(stage, 'EST'), ledger, () => undefined)
  const began = performance.now()
  const { size, records } = verifyExport(ledger, union.directory, stage.now(), () => undefined)
  tell.figure(`an auditor verifies a ledger of ${size} entries`, milliseconds(began))
  tell.say(`EST’s ledger: ${size} entries, ${records} records, every link, tile and the signed root: good`)
  const changed = path.join(folder, 'est-ledger-changed')
  cpSync(ledger, changed, { recursive: true })
  changeOneByte(changed)
  try {
    verifyExport(changed, union.directory, stage.now(), () => undefined)
  } catch (error) {
    if (!(error instanceof Rejected)) throw error
    tell.say(`a copy with one byte changed: refused (${error.code}): ${error.detail}`)
    return
  }
  throw new Error('the changed copy should have been refused')
}

function changeOneByte(folder: string): void {
  const { size } = exportSize(folder)
  const file = path.join(folder, entriesPath({ index: 0, width: Math.min(256, size) }))
  const bytes = readFileSync(file)
  // The last byte of the last entry: whatever else there is of it, it is no length.
  const last = bytes.length - 1
  bytes[last] = (bytes[last] ?? 0) ^ 1
  writeFileSync(file, bytes)
}
