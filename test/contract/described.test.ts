import { expect, test } from 'vitest'
import { openapiDocument } from '../../scripts/openapi-document.ts'
import { PROBLEM_CODES } from '../../src/domain/problems.ts'

interface Schema {
  readonly $ref?: string
  readonly description?: string
  readonly examples?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
}
interface Described {
  readonly summary?: string
  readonly description?: string
  readonly schema?: Schema
  readonly example?: unknown
  readonly examples?: object
  readonly content?: Readonly<Record<string, { readonly examples?: object }>>
}
interface Operation extends Described {
  readonly parameters?: readonly (Described & { readonly name: string })[]
  readonly requestBody?: Described
  readonly responses: Readonly<Record<string, Described>>
}

const document = JSON.parse(await openapiDocument())
const operations = Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, ...operation })),
)

/** A field of objects is shown by their own fields. */
const isShown = ({ $ref, properties, items, examples = [] }: Schema) =>
  $ref !== undefined ||
  properties !== undefined ||
  items?.$ref !== undefined ||
  items?.properties !== undefined ||
  examples.length > 0

const fieldsOf = (name: string, { properties = {}, items }: Schema): [string, Schema][] => [
  ...Object.entries(properties).flatMap(([field, schema]): [string, Schema][] => [
    [`${name}.${field}`, schema],
    ...fieldsOf(`${name}.${field}`, schema),
  ]),
  ...(items ? fieldsOf(`${name}[]`, items) : []),
]

test('every operation says what it does, and shows what it takes and each successful answer with a body', () => {
  const silent = operations.filter(({ summary, description }) => !summary || !description)
  const unshown = operations.flatMap(({ name, requestBody, responses }) =>
    [...(requestBody ? [['body', requestBody] as const] : []), ...Object.entries(responses)]
      .filter(([, { content }]) => content && Object.values(content).some(({ examples }) => !examples))
      .map(([what]) => `${name} ${what}`),
  )

  expect(operations.length).toBeGreaterThan(5)
  expect([silent.map(({ name }) => name), unshown]).toEqual([[], []])
})

test('every parameter, header and security scheme has a description, and an example where it has a value', () => {
  const parameters = operations.flatMap(({ name, parameters = [] }) =>
    parameters
      .filter(({ description, example, examples }) => !description || !(example ?? examples))
      .map((parameter) => `${name} ${parameter.name}`),
  )
  const headers = Object.entries<Described>(document.components.headers)
    .filter(([, { description, schema }]) => !description || !schema?.examples)
    .map(([name]) => name)
  const schemes = Object.entries<Described>(document.components.securitySchemes)

  expect([parameters, headers]).toEqual([[], []])
  expect(schemes.map(([name]) => name)).toEqual(['callerToken', 'webhookSignature', 'eventSignature'])
  expect(schemes.filter(([, { description }]) => !description)).toEqual([])
})

test('every schema and every field has a description, and every field an example', () => {
  const schemas = Object.entries<Schema>(document.components.schemas)
  const fields = schemas.flatMap(([name, schema]) => fieldsOf(name, schema))
  const isDescribed = ({ $ref, description }: Schema) => $ref !== undefined || description !== undefined

  expect(fields.length).toBeGreaterThan(70)
  expect([...schemas, ...fields].filter(([, schema]) => !isDescribed(schema)).map(([name]) => name)).toEqual(
    [],
  )
  expect(fields.filter(([, schema]) => !isShown(schema)).map(([name]) => name)).toEqual([])
})

test('every problem that an operation may end in has an example, and no problem is left out but those of no operation', () => {
  const shown = operations.flatMap(({ responses }) =>
    Object.values(responses).flatMap(({ content }) =>
      Object.keys(content?.['application/problem+json']?.examples ?? {}),
    ),
  )

  expect(PROBLEM_CODES.filter((code) => !shown.includes(code))).toEqual([
    'route_not_found',
    'payment_not_resolvable',
  ])
})

test('the versioning policy is there', () => {
  expect(document.info.description).toContain('## Versions')
})
