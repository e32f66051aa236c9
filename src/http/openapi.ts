/** Answers for /openapi.json: the OpenAPI 3.1 document of a listener, made of its operations and the schemas that they read with. */
import { z } from 'zod'
import { type Code, refusals } from '../../protocol/errors.ts'
import { jsonType } from './answer.ts'
import { denialForm, problemForm, problemMediaType } from './forms/problem.ts'
import { type Answer, type Content, type Operation, operation, type Route } from './operation.ts'
import { type Json, type SchemaBook, schemaBook } from './schema-book.ts'

export interface About {
  readonly title: string
  readonly description: string
  readonly listener: 'agency' | 'exchange'
}

/** The operations, and beside them the one that gives their document. */
export function documented(operations: readonly Operation[], about: About): readonly Operation[] {
  const own = operation(
    {
      id: 'openapi',
      method: 'get',
      path: '/openapi.json',
      summary: 'This document',
      access: 'anyone',
      answers: { 200: { description: 'OpenAPI 3.1.', content: { [jsonType]: z.looseObject({}) } } },
      refuses: [],
    },
    () => Promise.resolve(new Response(text(), { headers: { 'content-type': jsonType } })),
  )
  const all = [...operations, own]
  let made: string | undefined
  const text = (): string => (made ??= JSON.stringify(openapiDocument(all, about), undefined, 2))
  return all
}

function openapiDocument(operations: readonly Operation[], about: About): Json {
  const schemas = schemaBook()
  const paths: Record<string, Json> = {}
  for (const { route } of operations) {
    const path = documentedPath(route.path)
    paths[path] = { ...paths[path], [route.method]: operationObject(route, about.listener, schemas) }
  }
  return {
    openapi: '3.1.1',
    info: { title: about.title, description: about.description, version: '1', license },
    servers: [{ url: '/' }],
    paths,
    components: { schemas: schemas.components(), securitySchemes: securitySchemes[about.listener] },
  }
}

const license = { name: 'Apache-2.0', identifier: 'Apache-2.0' }

/** `{+path}` is ours: OpenAPI has no way to say that a parameter takes the rest of the path. */
export function documentedPath(path: string): string {
  return path.replace(/\{\+/g, '{')
}

const securitySchemes = {
  agency: {
    credential: {
      type: 'http',
      scheme: 'bearer',
      description: 'An API credential; its roles say what it may do.',
    },
  },
  exchange: {
    signature: {
      type: 'apiKey',
      in: 'header',
      name: 'signature',
      description:
        'HTTP Message Signature (RFC 9421) by a transport key of the registry over @method, @target-uri and content-digest, with created, nonce and keyid.',
    },
  },
} as const

function operationObject(route: Route, listener: About['listener'], schemas: SchemaBook): Json {
  const { id, summary, access } = route
  const roles = typeof access === 'string' ? '' : `Role: ${access.join(' or ')}.`
  const description = [route.description ?? '', roles].filter((text) => text !== '').join(' ')
  const scheme = listener === 'agency' ? { credential: [] } : { signature: [] }
  return {
    operationId: id,
    summary,
    ...(description !== '' && { description }),
    security: access === 'anyone' ? [] : [scheme],
    parameters: parametersOf(route, schemas),
    ...(route.takes && { requestBody: { required: true, content: contentOf(route.takes.content, schemas) } }),
    responses: { ...answersOf(route.answers, schemas), ...problemsOf(codesOf(route, listener), schemas) },
  }
}

function parametersOf(route: Route, schemas: SchemaBook): readonly Json[] {
  const places = [
    ['path', route.params],
    ['query', route.query],
    ['header', route.headers],
  ] as const
  return places.flatMap(([place, form]) => (form === undefined ? [] : parametersIn(place, form, schemas)))
}

function parametersIn(place: string, form: z.ZodObject, schemas: SchemaBook): readonly Json[] {
  const { properties, required } = schemas.of(form) as {
    readonly properties: Readonly<Record<string, Json>>
    readonly required?: readonly string[]
  }
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: place,
    required: required?.includes(name) ?? false,
    ...(description !== undefined && { description }),
    schema,
  }))
}

function answersOf(answers: Route['answers'], schemas: SchemaBook): Json {
  const documented = ({ description, content }: Answer): Json => ({
    description,
    ...(content && { content: contentOf(content, schemas) }),
  })
  return Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, documented(answer)]))
}

function contentOf(content: Content, schemas: SchemaBook): Json {
  const one = (form: Content[string]): Json => {
    if (form === 'bytes') return {}
    return { schema: form === 'text' ? { type: 'string' } : schemas.of(form) }
  }
  return Object.fromEntries(Object.entries(content).map(([mediaType, form]) => [mediaType, one(form)]))
}

/** What the access and the body bring, and what the route names. */
function codesOf(
  { access, takes, params, query, headers, refuses }: Route,
  listener: About['listener'],
): readonly Code[] {
  const codes = new Set<Code>(refuses)
  if (listener === 'exchange') codes.add('too-many-requests')
  if (access !== 'anyone')
    codes.add('unauthenticated').add('unavailable').add('storage-full').add('ledger-damaged')
  if (typeof access !== 'string') codes.add('forbidden')
  if (access === 'gateway') codes.add('registry-expired')
  if (params ?? query ?? headers) codes.add('bad-request')
  if (takes) codes.add('too-large').add('wrong-content-type').add('bad-request')
  return [...codes]
}

/** One response for each status, with the codes that come with it, in the order of the closed list. */
function problemsOf(codes: readonly Code[], schemas: SchemaBook): Json {
  const inOrder = (Object.keys(refusals) as Code[]).filter((code) => codes.includes(code))
  const byStatus = Map.groupBy(inOrder, (code) => refusals[code].status)
  const responses = [...byStatus].map(([status, those]) => [status, problemResponse(those, schemas)] as const)
  return Object.fromEntries([...responses, [500, problemResponse(['internal'], schemas)]])
}

function problemResponse(codes: readonly (Code | 'internal')[], schemas: SchemaBook): Json {
  const lines = codes.map(
    (code) => `\`${code}\`: ${code === 'internal' ? 'The gateway failed' : refusals[code].title}.`,
  )
  const form = schemas.of(codes.includes('policy-denied') ? denialForm : problemForm)
  return {
    description: lines.join('\n\n'),
    content: { [problemMediaType]: { schema: { allOf: [form, { properties: { code: { enum: codes } } }] } } },
  }
}
