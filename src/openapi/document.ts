import { PROBLEM_MEDIA_TYPE, Problem } from '../domain/problem.ts'
import { PROBLEMS, type ProblemCode } from '../domain/problems.ts'
import { servers } from './preamble.ts'

/** The parts of an OpenAPI document that are extended here. */
export interface OpenApiDocument {
  servers?: readonly object[]
  paths?: Record<string, Record<string, Operation>>
  /** What is sent to others; nothing of it is extended here. */
  webhooks?: Readonly<Record<string, object>>
  components?: { headers?: Record<string, object>; schemas?: Record<string, object> }
}

type Content = Record<string, { examples?: object }>

interface Operation {
  parameters?: readonly { readonly name: string; schema: { example?: unknown }; example?: unknown }[]
  requestBody?: { content: Content }
  security?: readonly object[]
  responses: Record<string, { headers?: Record<string, object>; content?: Content }>
  'x-problems'?: readonly ProblemCode[]
  'x-examples'?: OperationExamples
}

/** What a route's schema may have under `x-examples`: examples of the body, and of each successful answer. */
export interface OperationExamples {
  readonly body?: object
  readonly responses: Readonly<Record<number, object>>
}

const exampleRequestId = '6f2f4f7e-6a1c-4a0f-9d1d-0b6e5c7a9d31'

const headers = {
  RequestId: {
    description: 'The id of this request. Quote it when you ask for help.',
    schema: {
      type: 'string',
      maxLength: 64,
      pattern: '^[A-Za-z0-9._-]{8,64}$',
      examples: [exampleRequestId],
    },
  },
  RetryAfter: {
    description: 'Seconds to wait before asking again.',
    schema: { type: 'integer', minimum: 0, maximum: 86_400, examples: [2] },
  },
  WwwAuthenticate: {
    description: 'How to authenticate, and what is wrong with the token (RFC 6750 §3).',
    schema: {
      type: 'string',
      pattern: '^Bearer',
      maxLength: 512,
      examples: ['Bearer error="invalid_token", error_description="The token has expired."'],
    },
  },
  CacheControl: {
    description: 'No answer may be kept.',
    schema: { type: 'string', enum: ['no-store'], examples: ['no-store'] },
  },
  RateLimitPolicy: {
    description:
      'The allowances that apply to this request, as a structured field: `"address";q=600;w=60` means 600 requests in 60 seconds.',
    schema: {
      type: 'string',
      pattern: '^"[a-z]+";q=\\d+;w=\\d+(, "[a-z]+";q=\\d+;w=\\d+)*$',
      maxLength: 255,
      examples: ['"address";q=600;w=60, "caller";q=300;w=60'],
    },
  },
  RateLimit: {
    description:
      'The state of each: `"address";r=598;t=31` means that 598 requests are left, and that more come in 31 seconds.',
    schema: {
      type: 'string',
      pattern: '^"[a-z]+";r=\\d+;t=\\d+(, "[a-z]+";r=\\d+;t=\\d+)*$',
      maxLength: 255,
      examples: ['"address";r=598;t=31, "caller";r=299;t=59'],
    },
  },
  Location: {
    description:
      'Where to read the state of the payment. A reference relative to the address of the request (RFC 3986 §5), so that it holds behind a path prefix too: `new URL(location, response.url)`.',
    schema: {
      type: 'string',
      format: 'uri-reference',
      maxLength: 255,
      examples: ['payments/0d6d6c1e-6d3f-4c57-9a43-2f6a5d3b8c11'],
    },
  },
  IdempotentReplayed: {
    description: '`true` when this repeats the answer to an earlier request with the same Idempotency-Key.',
    schema: { type: 'string', enum: ['true'], examples: ['true'] },
  },
  PreferenceApplied: {
    description: '`wait=20` when the answer waited for an end, as `Prefer` asked for.',
    schema: { type: 'string', pattern: '^wait=\\d+$', maxLength: 32, examples: ['wait=20'] },
  },
  AccessControlAllowOrigin: {
    description: 'The origin of the page, if it may call from a browser (CORS).',
    schema: { type: 'string', format: 'uri', maxLength: 255, examples: ['https://shop.example'] },
  },
}
const header = (name: keyof typeof headers) => ({ $ref: `#/components/headers/${name}` })

/** The statuses whose answers may carry each of these headers. */
const authenticationStatuses = new Set(['401', '403'])
const retryAfterStatuses = new Set(['200', '202', '409', '429', '503'])
const locationStatuses = new Set(['202', '409'])
const awaitedStatuses = new Set(['200', '201', '202', '402', '404', '409', '422', '502'])
const replayedStatuses = new Set(['201', '402', '404', '409', '422', '502'])

/** Adds what route schemas cannot hold: response headers, and an example of each problem and body. */
export function withExamplesAndHeaders(given: OpenApiDocument): OpenApiDocument {
  const document = withOneNameEach(given)
  for (const operations of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(operations)) complete(operation)
  }
  return { ...document, servers, components: { ...document.components, headers } }
}

/** The generator emits each schema twice, as `Name` and `NameInput`. Ours are the same in both directions. */
function withOneNameEach(document: OpenApiDocument): OpenApiDocument {
  const { components, ...rest } = JSON.parse(
    JSON.stringify(document).replaceAll(/("#\/components\/schemas\/\w+)Input"/g, '$1"'),
  ) as OpenApiDocument
  const schemas = Object.entries(components?.schemas ?? {}).filter(([name]) => !name.endsWith('Input'))
  return { ...rest, components: { ...components, schemas: Object.fromEntries(schemas) } }
}

function complete(operation: Operation): void {
  operation.parameters?.forEach(moveExample)
  const {
    parameters,
    requestBody,
    responses,
    'x-problems': problems = [],
    'x-examples': examples,
  } = operation
  const body = requestBody?.content['application/json']
  if (body && examples?.body) body.examples = examples.body
  const mayWait = parameters?.some(({ name }) => name === 'Prefer')
  const isForCallers = operation.security?.some((scheme) => 'callerToken' in scheme)
  for (const [status, response] of Object.entries(responses)) {
    response.headers = {
      'X-Request-Id': header('RequestId'),
      'Cache-Control': header('CacheControl'),
      'Access-Control-Allow-Origin': header('AccessControlAllowOrigin'),
      ...(authenticationStatuses.has(status) ? { 'WWW-Authenticate': header('WwwAuthenticate') } : {}),
      ...(isForCallers
        ? { 'RateLimit-Policy': header('RateLimitPolicy'), RateLimit: header('RateLimit') }
        : {}),
      ...(isForCallers && retryAfterStatuses.has(status) ? { 'Retry-After': header('RetryAfter') } : {}),
      ...(problems.includes('order_already_paid') && locationStatuses.has(status)
        ? { Location: header('Location') }
        : {}),
      ...(mayWait && awaitedStatuses.has(status)
        ? { 'Preference-Applied': header('PreferenceApplied') }
        : {}),
      ...(isForCallers && requestBody && replayedStatuses.has(status)
        ? { 'Idempotent-Replayed': header('IdempotentReplayed') }
        : {}),
    }
    const { [PROBLEM_MEDIA_TYPE]: problem, 'application/json': success } = response.content ?? {}
    const ofStatus = examples?.responses[Number(status)]
    if (success && ofStatus) success.examples = ofStatus
    if (problem)
      problem.examples = examplesOf(problems.filter((code) => String(PROBLEMS[code].status) === status))
  }
  delete operation['x-problems']
  delete operation['x-examples']
}

/** In OpenAPI 3.1 an example is the parameter's; in its schema the word is out of date. */
function moveExample(parameter: NonNullable<Operation['parameters']>[number]): void {
  const { example, ...schema } = parameter.schema
  if (example !== undefined) Object.assign(parameter, { example, schema })
}

const examplesOf = (codes: readonly ProblemCode[]) =>
  Object.fromEntries(
    codes.map((code) => [
      code,
      { summary: PROBLEMS[code].title, value: new Problem(code).toBody(exampleRequestId) },
    ]),
  )
