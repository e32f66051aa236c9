/** Answers for the stage that transcripts are played on: EST, NLD and NATO with a gateway each, a standing clock, and credentials. */
import { suite } from '#suite'
import { issue } from '../../protocol/attestation/issue.ts'
import { utf8 } from '../../protocol/bytes.ts'
import { seal } from '../../protocol/envelope/seal.ts'
import type { SigningPair } from '../../protocol/key.ts'
import { parseLabel } from '../../protocol/label.ts'
import type { PartyId } from '../../protocol/names.ts'
import { proposeRegistry } from '../../protocol/registry.ts'
import type { Gateway } from '../../src/exchange/gateway.ts'
import { inbox } from '../../src/exchange/inbox.ts'
import { issueCredentials, roles } from '../../src/http/credentials.ts'
import { signRequest } from '../../src/http/message-signatures.ts'
import type { TestDatabases } from './databases.ts'
import { resigned } from './envelope-variants.ts'
import { agreementId, signedBy } from './registry.ts'
import type { Prepared, Stage } from './transcript.ts'
import { makeWorld, originOf, type World } from './world.ts'

/** When it is on the stage. */
const stageNow = Date.parse('2026-11-23T12:00:00Z') / 1000
const year = 365 * 86_400

export interface TestStage {
  readonly world: World
  /** With names of its own: a fresh envelope, and where NLD's inbox ends now. */
  chapter(): Promise<Stage>
}

export async function makeStage(databases: TestDatabases): Promise<TestStage> {
  const parties = ['EST', 'NLD', 'NATO'].map((id) => ({ id, accreditation: 4 as const }))
  const world = await makeWorld({ parties, database: () => databases.fresh(), now: stageNow })
  const texts = new Map<string, string>()
  const [, receiver] = [
    await startWithCredentials(world, 'EST', texts),
    await startWithCredentials(world, 'NLD', texts),
    await startWithCredentials(world, 'NATO', texts),
  ]
  const chapter = async (): Promise<Stage> => ({
    names: { texts: new Map([...texts, ['NLD-seen', await endOfInbox(receiver)]]), bytes: bytesFor(world) },
    origin: (target) => originAt(world, target),
    sign: (party, request) => signed(world, party, request),
  })
  return { world, chapter }
}

function signed(world: World, party: PartyId, { method, url, body }: Prepared): Record<string, string> {
  const parts = { method, targetUri: url, body: body ?? new Uint8Array(0) }
  return { ...signRequest(parts, world.party(party).transport, world.clock.now) }
}

async function endOfInbox(gateway: Gateway): Promise<string> {
  const all = { after: 0, limit: 100, waitSeconds: 0, signal: new AbortController().signal }
  return String((await inbox(gateway, gateway.party, all)).next)
}

function originAt(world: World, target: string): string {
  const [party = '', listener] = target.split(' ')
  const { agencyPort, exchangePort } = world.party(party)
  return originOf(listener === 'agency' ? agencyPort : exchangePort)
}

/** One credential for each role: `EST-submit`, `EST-read` … */
async function startWithCredentials(
  world: World,
  party: PartyId,
  texts: Map<string, string>,
): Promise<Gateway> {
  const { gateway } = await world.start(party)
  const requests = roles.map((role) => ({ name: role, roles: [role] }))
  const issued = await issueCredentials(gateway.database, requests, world.clock.now)
  issued.forEach(({ token }, i) => texts.set(`${party}-${roles[i] ?? ''}`, token))
  return gateway
}

function bytesFor(world: World): Map<string, Uint8Array> {
  const next = { ...world.document, version: 2, previous: suite.sha256(proposeRegistry(world.document)) }
  const envelope = sealedByEstonia(world)
  const { signing } = world.party('EST')
  return new Map([
    ['envelope', envelope],
    [
      'other envelope with its id',
      resigned(envelope, signing, (header) => ({ ...header, purpose: 'other' })),
    ],
    ['registry', world.registry],
    ['next registry', signedBy(next, world.roots)],
    ['unsigned registry', signedBy(next, world.roots.slice(1))],
    ['twin registry', signedBy({ ...next, expires: next.expires + 1 }, world.roots)],
    ['not CBOR', utf8('not CBOR')],
  ])
}

/** One attestation, to NLD, good for a day. */
function sealedByEstonia(world: World): Uint8Array {
  const { signing: signers } = world.party('EST')
  return seal({
    issuer: 'EST',
    messageType: 'clearance.certificate',
    documents: [issued(signers)],
    label: { ...parseLabel('NATO RESTRICTED//REL TO EST, NLD', stageNow) },
    purpose: 'visit',
    agreement: agreementId,
    recipients: [{ party: 'NLD', key: world.party('NLD').opening.publicKey }],
    signers,
    issuedAt: stageNow,
    expiresAt: stageNow + 86_400,
  })
}

function issued(signers: SigningPair): Uint8Array {
  return issue({
    issuer: 'EST',
    subject: '3f8a1c9e',
    issuedAt: stageNow,
    notBefore: stageNow,
    expiresAt: stageNow + year,
    clearance: {
      ...{ scheme: 'NATO', level: 'NATO SECRET', categories: [], check: 'full', conditions: [], caveats: [] },
      ...{ granted: stageNow, validUntil: stageNow + year, legalBasis: 'National security clearance act' },
    },
    identifiers: { surname: 'Tamm' },
    signers,
  })
}
