/** Answers for holding a gateway to its word: a refusal that /openapi.json does not name for a route must not come from it. */
import { expect } from 'vitest'
import { problemMediaType } from '../../src/http/forms/problem.ts'

interface Documented {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>
}
interface DocumentedOperation {
  readonly responses: Readonly<Record<string, { readonly description: string } | undefined>>
}

const documents = new Map<string, Documented>()

/** Fetches, and checks the answer's status and code against the document of the listener that gave it. */
export async function fetchAsDocumented(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init)
  const { origin, pathname } = new URL(url)
  const found = operationAt(await documentOf(origin), init.method ?? 'GET', pathname)
  if (found === undefined) expect(response.status, `${url} is in no document`).toBe(404)
  else await requireDocumented(found, response, `${init.method ?? 'GET'} ${pathname}`)
  return response
}

async function documentOf(origin: string): Promise<Documented> {
  const known =
    documents.get(origin) ?? ((await (await fetch(`${origin}/openapi.json`)).json()) as Documented)
  documents.set(origin, known)
  return known
}

function operationAt(
  { paths }: Documented,
  method: string,
  pathname: string,
): DocumentedOperation | undefined {
  const fits = (path: string): boolean =>
    new RegExp(`^${path.replace('{path}', '.+').replace(/\{\w+\}/g, '[^/]+')}$`).test(pathname)
  return Object.entries(paths).find(([path, methods]) => fits(path) && method.toLowerCase() in methods)?.[1][
    method.toLowerCase()
  ]
}

async function requireDocumented(
  { responses }: DocumentedOperation,
  response: Response,
  place: string,
): Promise<void> {
  const documented = responses[response.status]
  expect(documented, `${place}: ${response.status} is not documented`).toBeDefined()
  if (response.headers.get('content-type') !== problemMediaType) return
  const { code } = (await response.clone().json()) as { readonly code: string }
  expect(documented?.description, `${place}: ${code} is not documented`).toContain(`\`${code}\``)
}
