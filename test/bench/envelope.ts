/**
 * Answers for what an envelope costs: seal and open, for 1, 10 and 100 recipients, beside the native primitives that they
 * cannot do without and beside other libraries doing the nearest equivalent.
 */
import { decodeAs } from '../../protocol/codec.ts'
import { encStructure } from '../../protocol/cose.ts'
import { signedAttestation } from '../../protocol/attestation/format.ts'
import { externalAad } from '../../protocol/envelope/format.ts'
import { decrypt, openEnvelope } from '../../protocol/envelope/open.ts'
import { seal, sealOffThread } from '../../protocol/envelope/seal.ts'
import { verify } from '../../protocol/envelope/verify.ts'
import { compare, type Figure, type Subject } from './measure.ts'
import { ageHybridPeer, agePeer } from './peers/age.ts'
import { hpkeInTurnPeer, hpkePeer } from './peers/hpke.ts'
import { josePeer } from './peers/jose.ts'
import { openpgpPeer } from './peers/openpgp.ts'
import type { Peer } from './peers/peer.ts'
import { openingPrimitives, sealingPrimitives, type Sizes } from './primitives.ts'
import { makeScene, type Scene } from './scene.ts'
import { micro, printTable, ratio } from './table.ts'

const ours = 'pouch'
const bound = 'primitives'
const makers = [josePeer, openpgpPeer, agePeer, hpkePeer, hpkeInTurnPeer]

export interface Measured {
  readonly operation: 'seal' | 'open'
  readonly recipients: number
  readonly inFlight: number
  readonly figures: readonly Figure[]
}

export interface EnvelopeResult {
  readonly bytes: readonly { readonly recipients: number; readonly of: Readonly<Record<string, number>> }[]
  readonly measured: readonly Measured[]
}

export async function measureEnvelope(seconds: number): Promise<EnvelopeResult> {
  const bytes: EnvelopeResult['bytes'][number][] = []
  const measured: Measured[] = []
  for (const recipients of [1, 10, 100]) {
    const scene = makeScene(recipients)
    const peers = await Promise.all(makers.map((make) => make(scene.document, recipients)))
    const slow = await ageHybridPeer(scene.document, recipients)
    if (recipients === 1) explain(scene, [...peers, slow])
    bytes.push({ recipients, of: sizesByName(scene, [...peers, slow]) })
    const taken = async (
      operation: Measured['operation'],
      inFlight: number,
      subjects: readonly Subject[],
    ): Promise<void> => {
      const figures = await compare(subjects, { inFlight, seconds })
      measured.push({ operation, recipients, inFlight, figures })
      printMeasured({ operation, recipients, inFlight, figures })
    }
    for (const operation of ['seal', 'open'] as const) {
      const own = ownSubjects(operation, scene)
      const others = peers.map((peer) => ({ name: peer.name, run: peer[operation] }))
      await taken(operation, 1, [...own.slice(0, 1), boundOf(operation, scene)])
      await taken(operation, 1, [...own, ...others])
      await taken(operation, 8, [...own, ...others])
      // Apart from the others: its garbage is collected in their time.
      if (recipients === 10) await taken(operation, 1, [...own, { name: slow.name, run: slow[operation] }])
    }
  }
  printBytes(bytes)
  return { bytes, measured }
}

function ownSubjects(operation: Measured['operation'], scene: Scene): readonly Subject[] {
  const { sealing, envelope, directory, now, opener } = scene
  if (operation === 'seal') {
    return [
      { name: ours, run: () => seal(sealing) },
      { name: `${ours}, signed off thread`, run: () => sealOffThread(sealing) },
    ]
  }
  return [
    { name: ours, run: () => openEnvelope(verify(envelope, directory, now), [opener], directory, now) },
    { name: `${ours}, envelope alone`, run: () => decrypt(verify(envelope, directory, now), [opener]) },
  ]
}

function boundOf(operation: Measured['operation'], scene: Scene): Subject {
  const sizes = sizesOf(scene)
  return { name: bound, run: operation === 'seal' ? sealingPrimitives(sizes) : openingPrimitives(sizes) }
}

/** What the primitives of this very envelope are given. */
function sizesOf({ envelope, directory, now, document, sealing }: Scene): Sizes {
  const { parsed } = verify(envelope, directory, now)
  const [header, , payload] = parsed.signed
  const [attestationHeader, { disclosures }, claims] = decodeAs(signedAttestation, document)
  // RFC 9052 §4.4: an array, its context string, the signature's own header and the heads around them.
  const structure = 70
  return {
    recipients: sealing.recipients.length,
    envelope: envelope.length,
    plaintext: parsed.sealed[2].length - 16,
    additional: encStructure(externalAad(header)).length,
    envelopeSigned: structure + header.length + payload.length,
    attestationSigned: structure + attestationHeader.length + claims.length,
    disclosures: disclosures.map(({ length }) => length),
  }
}

function sizesByName({ envelope }: Scene, peers: readonly Peer[]): Readonly<Record<string, number>> {
  return Object.fromEntries([
    [ours, envelope.length],
    ...peers.map(({ name, message }) => [name, message.length] as const),
  ])
}

function explain({ document }: Scene, peers: readonly Peer[]): void {
  console.log(`Envelope: one attestation of ${document.length} bytes, as the only document.
  ${ours}: seal makes the padded plaintext and its commitment, encrypts it, wraps its key with X-Wing and HPKE for each
    recipient, and signs with Ed25519 and with ML-DSA-65. Open is all fourteen checks but replay: structure, keys in the
    registry, validity, both signatures, recipients; one decapsulation, decryption, padding, commitment; then the
    attestation's own two signatures, disclosures, validity and clearance; "envelope alone" ends before the attestation.
  ${bound}: the same cryptography, the attestation's included, called on node:crypto directly over ready bytes.
  ${ours} is synchronous, on one core, but where it signs off thread, as the gateway does; others work in Node's pool of
  threads, on all cores.
  They are given the same document, do not pad it, and verify no attestation:`)
  for (const { name, does } of peers) console.log(`  ${name}: ${does}`)
}

function printMeasured({ operation, recipients, inFlight, figures }: Measured): void {
  const [own] = figures
  const rounds = own?.rounds ?? 0
  const times = inFlight === 1 ? 'one at a time' : `${inFlight} in flight`
  console.log(
    `\n${operation}, ${recipients} recipients, ${times}, ${rounds} rounds interleaved; µs an operation`,
  )
  printTable(
    ['', 'median', 'lower quarter', 'upper quarter', `${ours} is × as fast`],
    figures.map(({ name, median, quarters: [lower, upper] }) => [
      name,
      micro(median),
      micro(lower),
      micro(upper),
      ratio(median / (own?.median ?? Number.NaN)),
    ]),
  )
}

function printBytes(bytes: EnvelopeResult['bytes']): void {
  console.log('\nBytes of one message')
  const names = Object.keys(bytes[0]?.of ?? {})
  printTable(
    ['recipients', ...bytes.map(({ recipients }) => String(recipients))],
    names.map((name) => [name, ...bytes.map((one) => String(one.of[name]))]),
  )
}
