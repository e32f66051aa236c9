/** Answers for JSON Schemas of forms in an OpenAPI document: a form with an id is written once, and referred to. */
import { z } from 'zod'

export type Json = Readonly<Record<string, unknown>>

export interface SchemaBook {
  of(form: z.ZodType): Json
  /** All that was referred to. */
  components(): Json
}

export function schemaBook(): SchemaBook {
  const components: Record<string, unknown> = {}
  const of = (form: z.ZodType): Json => {
    const schema = referring(written(form))
    Object.assign(components, schema['$defs'])
    return Object.fromEntries(
      Object.entries(schema).filter(([name]) => name !== '$defs' && name !== '$schema'),
    )
  }
  return { of, components: () => components }
}

/** As on the wire, both ways: the input side of a codec. */
function written(form: z.ZodType): Json {
  return z.toJSONSchema(form, {
    io: 'input',
    override: ({ jsonSchema }) => {
      // Of arrays in code; in OpenAPI the word means that requests do not have it.
      delete jsonSchema.readOnly
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern
    },
  })
}

function referring(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json
}
