/** Answers for /openapi.json: a sound OpenAPI 3.1 document of exactly the routes that are served, and true of real answers. */
import { describe, expect, test } from 'vitest'
import { type Code, refusals } from '../../protocol/errors.ts'
import { agencyApi, agencyOperations } from '../../src/http/agency-api.ts'
import { exchangeApi, exchangeOperations } from '../../src/http/exchange-api.ts'
import { routingPath } from '../../src/http/mount.ts'
import { documentedPath } from '../../src/http/openapi.ts'
import type { Operation } from '../../src/http/operation.ts'
import { eachDatabase } from '../support/databases.ts'
import { type Listeners, withListeners } from '../support/listeners.ts'

type Json = Readonly<Record<string, unknown>>

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required: boolean
}

interface Described {
  readonly operationId: string
  readonly summary: string
  readonly security: readonly Json[]
  readonly parameters: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Json>> }
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Json }>>
}

interface Document {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
  readonly components: { readonly schemas: Json; readonly securitySchemes: Json }
}

/** Refusals that another protocol gives a form of their own: of tlog-witness, the size held. */
function ownRefusals(operations: readonly Operation[]): ReadonlySet<string> {
  const answers = operations.flatMap(({ route }) =>
    Object.entries(route.answers).map(([status, { content = {} }]) => {
      return { status, place: `${route.path} ${status}`, types: Object.keys(content).join(' ') }
    }),
  )
  const found = answers.filter(({ status }) => Number(status) >= 400)
  expect(found.every(({ types }) => types === 'text/x.tlog.size')).toBe(true)
  return new Set(found.map(({ place }) => place))
}

const stopping = new AbortController().signal
const sides = {
  agency: {
    operations: agencyOperations,
    api: ({ gateway }: Listeners) => agencyApi(gateway, stopping),
  },
  exchange: {
    operations: exchangeOperations,
    api: ({ gateway }: Listeners) => exchangeApi(gateway, 'https://est.example', stopping),
  },
} as const

eachDatabase('openapi', (databases) => {
  const listeners = withListeners(databases)

  describe.each(['agency', 'exchange'] as const)('%s listener', (side) => {
    const document = async (): Promise<Document> =>
      (await (await fetch(`${listeners()[side]}/openapi.json`)).json()) as Document

    test('every served route is in the document, and every route of the document is served', async () => {
      const served = sides[side].api(listeners()).routes.map(({ method, path }) => `${method} ${path}`)
      const operations = sides[side].operations(listeners().gateway)
      const pathOf = new Map(
        operations.map(({ route }) => [documentedPath(route.path), routingPath(route.path)]),
      )
      const described = operationsOf(await document()).map(
        ({ method, path }) => `${method.toUpperCase()} ${pathOf.get(path) ?? path}`,
      )
      expect(new Set(described)).toEqual(new Set(served))
      expect(described.length).toBe(served.length)
    })

    test('it is OpenAPI 3.1, and nothing in it leads nowhere', async () => {
      const whole = await document()
      expect(whole.openapi).toMatch(/^3\.1\.\d+$/)
      expect(whole.info.title).toMatch(/^Pouch: /)
      expect(whole.info.version).toBe('1')
      const all = operationsOf(whole)
      const ids = all.map(({ operation }) => operation.operationId)
      expect(new Set(ids).size).toBe(ids.length)
      const names = Object.keys(whole.components.schemas)
      for (const reference of referencesIn(whole)) {
        expect(names, reference).toContain(reference.replace('#/components/schemas/', ''))
      }
      const schemes = Object.keys(whole.components.securitySchemes)
      for (const { operation } of all) {
        for (const scheme of operation.security.flatMap((each) => Object.keys(each))) {
          expect(schemes).toContain(scheme)
        }
      }
    })

    test('every parameter of a path is described, once and as required', async () => {
      for (const { path, operation } of operationsOf(await document())) {
        const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
        const declared = operation.parameters.filter((each) => each.in === 'path')
        expect(declared.map(({ name }) => name).sort(), path).toEqual(inPath.sort())
        expect(declared.every(({ required }) => required)).toBe(true)
      }
    })

    test('every operation says what it answers, and each refusal with a code of the closed list and its status', async () => {
      const own = ownRefusals(sides[side].operations(listeners().gateway))
      for (const { path, operation } of operationsOf(await document())) {
        const statuses = Object.keys(operation.responses)
        expect(
          statuses.some((status) => status.startsWith('2')),
          path,
        ).toBe(true)
        for (const [status, { description, content }] of Object.entries(operation.responses)) {
          expect(description).not.toBe('')
          if (Number(status) < 400 || own.has(`${path} ${status}`)) continue
          expect(Object.keys(content ?? {})).toEqual(['application/problem+json'])
          for (const code of codesIn(description)) {
            expect(code === 'internal' ? 500 : refusals[code as Code].status, `${path} ${code}`).toBe(
              Number(status),
            )
          }
        }
      }
    })

    test('the schema of a label refuses further members, and writes times as they are written', async () => {
      const { Label } = (await document()).components.schemas
      // The exchange listener takes no JSON.
      if (side === 'exchange') {
        expect(Label).toBeUndefined()
        return
      }
      expect(Label).toMatchObject({
        additionalProperties: false,
        properties: { at: { type: 'string', format: 'date-time' } },
        required: ['policy', 'marking', 'at', 'compartments', 'releasability', 'caveats'],
      })
    })
  })
})

function operationsOf({ paths }: Document) {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
}

function codesIn(description: string): readonly string[] {
  return [...description.matchAll(/^`([a-z-]+)`/gm)].map(([, code]) => code ?? '')
}

function referencesIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, item]) =>
    name === '$ref' && typeof item === 'string' ? [item] : referencesIn(item),
  )
}
