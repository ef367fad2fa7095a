import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { expect } from 'vitest'
import type { ApiAnswer } from './call-api.ts'

interface Operation {
  responses: Record<
    string,
    { content: Record<string, { examples?: Record<string, unknown> }>; headers?: Record<string, unknown> }
  >
}
interface Document {
  paths: Record<string, Record<string, Operation>>
}

/** The document that clients are generated from, as it is published. */
export const publishedDocument: Document = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../openapi/openapi.json'), 'utf8'),
)

const ajv = new Ajv2020({ strict: false, allErrors: true })
addFormats.default(ajv)
ajv.addSchema(closed(publishedDocument) as object, 'published')

/** Clients must expect fields and words that are not documented yet. The service must not answer them. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed)
  if (typeof value !== 'object' || value === null) return value
  const node = Object.fromEntries(Object.entries(value).map(([key, member]) => [key, closed(member)]))
  const { type, 'x-extensible-enum': known } = node
  if (Array.isArray(known))
    return { ...node, enum: [...known, ...([type].flat().includes('null') ? [null] : [])] }
  return type === 'object' && node.properties ? { additionalProperties: false, ...node } : node
}

/** The headers that say something of an answer. The others protect pages, or belong to the connection. */
const ourHeaders = new Set([
  'cache-control',
  'idempotent-replayed',
  'location',
  'preference-applied',
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
  'www-authenticate',
  'x-request-id',
])

const validators = new Map<string, ValidateFunction>()
function validatorOf(pointer: string): ValidateFunction {
  const known = validators.get(pointer)
  if (known) return known
  const compiled = ajv.compile({ $ref: `published#${pointer}` })
  validators.set(pointer, compiled)
  return compiled
}

/** Fails the test when an answer is not what the published document says of its operation. */
export function expectDocumented(method: string, path: string, answer: Omit<ApiAnswer, 'text'>): void {
  const pathname = path.split('?')[0] ?? ''
  const template = Object.keys(publishedDocument.paths).find((candidate) => matches(candidate, pathname))
  const operation = template ? publishedDocument.paths[template]?.[method.toLowerCase()] : undefined
  const mediaType = String(answer.headers['content-type']).split(';')[0] ?? ''
  if (!template || !operation) {
    if (answer.status >= 400) expectValid('/components/schemas/Problem', answer)
    return
  }
  const response = operation.responses[answer.status]
  expect(response, `${method} ${template} documents ${answer.status}`).toBeDefined()
  const declared = Object.keys(response?.headers ?? {}).map((name) => name.toLowerCase())
  const ours = Object.keys(answer.headers).filter((name) => ourHeaders.has(name))
  expect(declared, `headers of ${method} ${template} ${answer.status}`).toEqual(expect.arrayContaining(ours))
  if (answer.body === undefined && !response?.content) return
  expect(Object.keys(response?.content ?? {}), `${method} ${template} ${answer.status}`).toContain(mediaType)
  // An operation that is switched off is no route at all.
  if (mediaType === 'application/problem+json' && answer.body.code !== 'route_not_found')
    expect(
      Object.keys(response?.content[mediaType]?.examples ?? {}),
      `${method} ${template} ${answer.status}`,
    ).toContain(answer.body.code)
  const steps = [
    template,
    method.toLowerCase(),
    'responses',
    String(answer.status),
    'content',
    mediaType,
    'schema',
  ]
  expectValid(`/paths/${steps.map(escaped).join('/')}`, answer)
}

function expectValid(pointer: string, answer: Omit<ApiAnswer, 'text'>): void {
  const validate = validatorOf(pointer)
  const isValid = validate(answer.body)
  expect(isValid ? [] : validate.errors, `${pointer} for ${JSON.stringify(answer.body)}`).toEqual([])
}

const matches = (template: string, pathname: string) =>
  new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname)

const escaped = (step: string) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))
