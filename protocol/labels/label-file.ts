/**
 * Answers for files of labels: one label alone, or labels bound to data by the digest of an envelope (ADatP-4778, STANAG
 * 4778). The originator's label stays as it came, whatever is said beside it.
 */
import { fromBase64, toBase64 } from '../bytes.ts'
import { Rejected } from '../errors.ts'
import type { Label } from '../label.ts'
import type { Seconds } from '../names.ts'
import { mediaTypes } from '../numbers.ts'
import { type Restriction, restrictionOf } from '../policy/lattice.ts'
import { markingAt, type Rules } from '../policy/rules.ts'
import {
  type ConfidentialityLabel,
  confidentialityElement,
  readConfidentialityLabel,
} from './confidentiality-label.ts'
import {
  attributesOf,
  bindingNamespace,
  childrenOf,
  contentTypeNamespace,
  elementOf,
  printXml,
  unmappable,
} from './element.ts'
import { confidentialityLabelFrom, labelFrom } from './mapping.ts'
import type { Vocabulary } from './vocabulary.ts'
import { type Element, readXml } from './xml.ts'

export interface LabelFile {
  readonly originator: ConfidentialityLabel
  /** What others hold to be the same in policies of their own. */
  readonly alternatives: readonly ConfidentialityLabel[]
  /** SHA-256 of the envelope that the labels are bound to. */
  readonly dataDigest?: Uint8Array
}

/** Throws `bad-xml`, `unmappable-label` and `label-conflict`. */
export function readLabelFile(bytes: Uint8Array): LabelFile {
  const root = readXml(bytes)
  const isBinding = root.namespace === bindingNamespace && root.name === 'BindingInformation'
  return isBinding ? readBinding(root) : fileOf([readConfidentialityLabel(root)])
}

function readBinding(root: Element): LabelFile {
  attributesOf(root, [])
  const [container] = childrenOf(root, { MetadataBindingContainer: 'one' }).MetadataBindingContainer
  if (container === undefined) return unmappable(root.name)
  attributesOf(container, ['Id'])
  const [binding] = childrenOf(container, { MetadataBinding: 'one' }).MetadataBinding
  if (binding === undefined) return unmappable(container.name)
  attributesOf(binding, ['Id'])
  const { Metadata, DataReference } = childrenOf(binding, { Metadata: 'some', DataReference: 'one' })
  const [reference] = DataReference
  if (reference === undefined) return unmappable(binding.name)
  return { ...fileOf(Metadata.map(readMetadata)), dataDigest: readReference(reference) }
}

function readMetadata(element: Element): ConfidentialityLabel {
  attributesOf(element, [])
  const [label, ...others] = element.children
  return label === undefined || others.length > 0 ? unmappable(element.name) : readConfidentialityLabel(label)
}

function fileOf(labels: readonly ConfidentialityLabel[]): LabelFile {
  const [originator, ...others] = labels.filter(({ role }) => role === 'originator')
  if (originator === undefined || others.length > 0) {
    throw new Rejected('unmappable-label', 'one label of the originator is needed, and no more')
  }
  const policies = new Set(labels.map(({ policy }) => policy.toUpperCase()))
  if (policies.size < labels.length) throw new Rejected('label-conflict', 'two labels of one policy')
  return { originator, alternatives: labels.filter(({ role }) => role === 'alternative') }
}

const contentType = `{${contentTypeNamespace}}contentType`
/** RFC 6920: the name of data is its digest. */
const digestName = /^ni:\/\/\/sha-256;([A-Za-z0-9_-]{43})$/

function readReference(element: Element): Uint8Array {
  const attributes = attributesOf(element, ['URI', contentType])
  childrenOf(element, {})
  const type = attributes.get(contentType)
  const [, base64url = ''] = digestName.exec(attributes.get('URI') ?? '') ?? []
  const digest = fromBase64(`${base64url.replaceAll('-', '+').replaceAll('_', '/')}=`)
  const isRight = element.text === '' && (type === undefined || type === mediaTypes.envelope)
  return digest?.length === 32 && isRight ? digest : unmappable(element.name, 'URI')
}

export function printLabelFile({ originator, alternatives, dataDigest }: LabelFile): string {
  if (dataDigest === undefined) {
    if (alternatives.length === 0) return printXml(confidentialityElement(originator))
    throw new Rejected('unmappable-label', 'several labels belong together by their data: give its digest')
  }
  const part = (name: string, content: readonly Element[], attributes = {}) =>
    elementOf(bindingNamespace, name, content, attributes)
  const metadata = [originator, ...alternatives].map((each) =>
    part('Metadata', [confidentialityElement(each)]),
  )
  const base64url = toBase64(dataDigest).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  const reference = part('DataReference', [], {
    URI: `ni:///sha-256;${base64url}`,
    [contentType]: mediaTypes.envelope,
  })
  const binding = part('MetadataBinding', [...metadata, reference])
  return printXml(part('BindingInformation', [part('MetadataBindingContainer', [binding])]))
}

/**
 * The label beside those that came with the data: as the originator's where there were none, as an alternative where the
 * policy is another and it asks for no less. A label of a policy that is there already must say the same: nothing is
 * written over it.
 */
export function withLabel(
  label: Label,
  earlier: LabelFile | undefined,
  vocabulary: Vocabulary,
  review: Seconds,
): LabelFile {
  if (earlier === undefined) {
    return { originator: confidentialityLabelFrom(label, vocabulary, 'originator', review), alternatives: [] }
  }
  const all = [earlier.originator, ...earlier.alternatives]
  const present = all.find(({ policy }) => policy.toUpperCase() === label.policy)
  if (present === undefined) {
    requireNoLess(label, labelFrom(earlier.originator, vocabulary), vocabulary.rules)
    const own = confidentialityLabelFrom(label, vocabulary, 'alternative', review)
    return { ...earlier, alternatives: [...earlier.alternatives, own] }
  }
  const told = confidentialityLabelFrom(label, vocabulary, present.role, review)
  if (saysTheSame(labelFrom(present, vocabulary), labelFrom(told, vocabulary))) return earlier
  throw new Rejected('label-conflict', `the ${present.role}’s label of ${label.policy} says something else`)
}

/** But for the day on which it was said. */
function saysTheSame(a: Label, b: Label): boolean {
  const plain = ({ policy, marking, compartments, releasability, caveats }: Label) =>
    JSON.stringify([policy, marking, compartments, releasability, caveats])
  return plain(a) === plain(b)
}

/** In every respect: a reader may go by either. Throws `label-conflict`. */
function requireNoLess(label: Label, originators: Label, rules: Rules): void {
  const own = restrictionOf(label, rules)
  const theirs = restrictionOf(originators, rules)
  const scheme = rules.schemes.get(label.policy)
  const low = scheme && markingAt(scheme, label.marking, label.at)?.low
  if (own === undefined || theirs === undefined || low === undefined) {
    throw new Rejected('unknown-marking', `of ${label.policy}, on the day of the label`)
  }
  const isNarrower = isWithin(own.audience, theirs.audience)
  const has = (names: readonly string[], wanted: readonly string[]) =>
    wanted.every((name) => names.includes(name))
  const hasAll = has(label.compartments, originators.compartments) && has(label.caveats, originators.caveats)
  if (low >= theirs.level && isNarrower && hasAll) return
  throw new Rejected('label-conflict', 'an alternative that asks for less than the originator’s label')
}

function isWithin(audience: Restriction['audience'], other: Restriction['audience']): boolean {
  if (other === 'unrestricted') return true
  return audience !== 'unrestricted' && [...audience].every((party) => other.has(party))
}
