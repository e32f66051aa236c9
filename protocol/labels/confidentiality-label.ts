/**
 * Answers for the confidentiality label of ADatP-4774 (STANAG 4774) as it is written: every part that is provided for, and
 * none changed. What it means here is mapping.ts.
 */
import { Rejected } from '../errors.ts'
import type { Seconds } from '../names.ts'
import { attributesOf, childrenOf, elementOf, labelNamespace, textOf, unmappable } from './element.ts'
import type { Element } from './xml.ts'

export interface ConfidentialityLabel {
  readonly role: Role
  readonly policy: string
  readonly policyUri?: string
  readonly classification: string
  readonly categories: readonly Category[]
  /** Who labelled it: kept, and nothing here depends on it. */
  readonly originatorId?: { readonly idType: string; readonly value: string }
  /** As they are written; `secondsOf` reads them. */
  readonly created: string
  readonly review?: string
}

export type Role = 'originator' | 'alternative'

export interface Category {
  readonly type: (typeof categoryTypes)[number]
  readonly tagName: string
  readonly uri?: string
  /** None at all is not the same as no category. */
  readonly values: readonly string[]
}

const categoryTypes = ['RESTRICTIVE', 'PERMISSIVE', 'INFORMATIVE'] as const

const roles: Readonly<Record<string, Role>> = {
  originatorConfidentialityLabel: 'originator',
  alternativeConfidentialityLabel: 'alternative',
}

/** Throws `unmappable-label` with the name of the element. */
export function readConfidentialityLabel(element: Element): ConfidentialityLabel {
  const role = Object.hasOwn(roles, element.name) ? roles[element.name] : undefined
  if (role === undefined || element.namespace !== labelNamespace) return unmappable('label', element.name)
  const review = attributesOf(element, ['Id', 'ReviewDateTime']).get('ReviewDateTime')
  if (review !== undefined) secondsOf(review)
  const parts = childrenOf(element, {
    ConfidentialityInformation: 'one',
    OriginatorID: 'optional',
    CreationDateTime: 'one',
  })
  const [information] = parts.ConfidentialityInformation.map(readInformation)
  const [originatorId] = parts.OriginatorID.map(readOriginatorId)
  const [created] = parts.CreationDateTime.map((each) => textOf(each))
  if (information === undefined || created === undefined) return unmappable(element.name)
  secondsOf(created)
  return {
    ...{ role, ...information, created },
    ...(originatorId && { originatorId }),
    ...(review !== undefined && { review }),
  }
}

type Information = Pick<ConfidentialityLabel, 'policy' | 'policyUri' | 'classification' | 'categories'>

function readInformation(element: Element): Information {
  attributesOf(element, [])
  const { PolicyIdentifier, Classification, Category } = childrenOf(element, {
    PolicyIdentifier: 'one',
    Classification: 'one',
    Category: 'any',
  })
  const [policy] = PolicyIdentifier
  const [classification] = Classification
  if (policy === undefined || classification === undefined) return unmappable(element.name)
  const uri = policy.attributes.get('URI')
  return {
    policy: textOf(policy, ['URI']),
    ...(uri !== undefined && { policyUri: uri }),
    classification: textOf(classification),
    categories: Category.map(readCategory),
  }
}

function readCategory(element: Element): Category {
  const attributes = attributesOf(element, ['Type', 'TagName', 'URI'])
  const type = categoryTypes.find((each) => each === attributes.get('Type'))
  const tagName = attributes.get('TagName')
  const uri = attributes.get('URI')
  if (type === undefined || tagName === undefined) return unmappable(element.name)
  const { GenericValue } = childrenOf(element, { GenericValue: 'any' })
  if (element.text !== '') return unmappable(element.name)
  return {
    type,
    tagName,
    ...(uri !== undefined && { uri }),
    values: GenericValue.map((each) => textOf(each)),
  }
}

function readOriginatorId(element: Element): { idType: string; value: string } {
  const idType = element.attributes.get('IDType')
  return idType === undefined ? unmappable(element.name) : { idType, value: textOf(element, ['IDType']) }
}

export function confidentialityElement(label: ConfidentialityLabel): Element {
  const part = (name: string, content: string | readonly Element[], attributes = {}) =>
    elementOf(labelNamespace, name, content, attributes)
  const categories = label.categories.map(({ type, tagName, uri, values }) =>
    part(
      'Category',
      values.map((value) => part('GenericValue', value)),
      { Type: type, TagName: tagName, URI: uri },
    ),
  )
  const information = part('ConfidentialityInformation', [
    part('PolicyIdentifier', label.policy, { URI: label.policyUri }),
    part('Classification', label.classification),
    ...categories,
  ])
  const { originatorId } = label
  return part(
    `${label.role}ConfidentialityLabel`,
    [
      information,
      ...(originatorId ? [part('OriginatorID', originatorId.value, { IDType: originatorId.idType })] : []),
      part('CreationDateTime', label.created),
    ],
    { ReviewDateTime: label.review },
  )
}

const dateTime = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/

/** A time of XML Schema. It needs its offset: without one nobody knows when it is. */
export function secondsOf(text: string): Seconds {
  const [, local = ''] = dateTime.exec(text) ?? []
  const time = Date.parse(text)
  const isReal = Date.parse(`${local}Z`) >= 0 && new Date(`${local}Z`).toISOString().startsWith(local)
  if (!isReal || Number.isNaN(time) || time < 0) {
    throw new Rejected('unmappable-label', 'a time is none, or is without its offset, or before 1970')
  }
  return Math.floor(time / 1000)
}

export function dateTimeOf(at: Seconds): string {
  return new Date(at * 1000).toISOString().replace('.000Z', 'Z')
}
