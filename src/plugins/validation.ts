import { MIMEType } from 'node:util'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { serializerCompiler } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { type FieldError, Problem } from '../domain/problem.ts'
import { reveal, Sealed } from '../domain/sealed.ts'

const bodyless = new Set(['GET', 'HEAD'])

/**
 * Takes JSON and nothing else, and seals it as soon as it is parsed: until the route's schema has checked `request.body`
 * (`checkBy`), no hook, error or log line can show anything of it.
 */
async function sealedBody(app: FastifyInstance) {
  app.addHook('preParsing', ({ method, headers }, _reply, _payload, done) => {
    const type = headers['content-type']
    if (type !== undefined && !bodyless.has(method)) {
      if (!isJson(type)) throw new Problem('unsupported_media_type')
      if (!/^(identity)?$/i.test(headers['content-encoding']?.trim() ?? '')) {
        const detail = 'The body must be sent as it is: without compression, and without Content-Encoding.'
        throw new Problem('unsupported_media_type', { detail })
      }
      // Fastify remembers the last hundred content types that it met, whatever they hold. So it meets none but this one.
      headers['content-type'] = 'application/json'
    }
    done()
  })
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    void parseJson(request, String(body), (error, json) => done(error, error ? undefined : new Sealed(json)))
  })
}

/** JSON in UTF-8, of which ASCII is a part, however the client writes that. Other parameters mean nothing for it (RFC 8259 §11). */
function isJson(type: string): boolean {
  try {
    const { essence, params } = new MIMEType(type)
    return essence === 'application/json' && /^(utf-?8|(us-)?ascii)$/i.test(params.get('charset') ?? 'utf-8')
  } catch {
    return false
  }
}

export const sealedBodyPlugin = fp(sealedBody, {
  name: 'sealed-body',
  dependencies: ['problem-details'],
  fastify: '5.x',
})

/**
 * Checks requests and answers against the schemas of their routes. A request that breaks its schema gets one error for
 * each wrong field, in our words and without the value.
 */
async function validation(app: FastifyInstance) {
  app.setValidatorCompiler<z.ZodType>(({ httpPart, schema }) =>
    // Schemas of headers only document. Routes read headers themselves, since zod would drop every one it does not name.
    httpPart === 'headers' ? (headers: unknown) => ({ value: headers }) : checkBy(schema),
  )
  app.setSerializerCompiler(serializerCompiler)
}

export const validationPlugin = fp(validation, { name: 'validation', fastify: '5.x' })

const checkBy = (schema: z.ZodType) => (given: unknown) => {
  const parsed = schema.safeParse(given instanceof Sealed ? reveal(given) : given, { error: detailOf })
  if (parsed.success) return { value: parsed.data }
  return { error: new Problem('invalid_request', { errors: fieldErrorsOf(parsed.error.issues) }) }
}

/** A field's name that may be repeated in the answer. Anything else could be a card number in the wrong place. */
const showableName = /^(?!.*\d{3})[A-Za-z_][A-Za-z0-9_]{0,39}$/

/**
 * What is wrong with which field, by JSON pointer into the body (or `/id` of the path). Zod may report several errors for one
 * field. We tell only the first, since the others mostly follow from it.
 */
function fieldErrorsOf(issues: readonly z.core.$ZodIssue[]): FieldError[] {
  const errors = new Map<string, FieldError>()
  for (const issue of issues) {
    const names = issue.code === 'unrecognized_keys' ? issue.keys.filter((key) => showableName.test(key)) : []
    const paths = names.length > 0 ? names.map((name) => [...issue.path, name]) : [issue.path]
    for (const path of paths) {
      const pointer = path.map((step) => `/${String(step)}`).join('')
      if (!errors.has(pointer)) errors.set(pointer, { pointer, detail: issue.message })
    }
  }
  return [...errors.values()]
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
}

/** The words where a schema has none of its own. They never quote the value. */
function detailOf(issue: z.core.$ZodRawIssue): string {
  if (issue.code === 'unrecognized_keys') return 'This field is not known'
  if (issue.input === undefined) return 'This field is required'
  switch (issue.code) {
    case 'invalid_type':
      return `Must be ${kinds[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `Must be ${issue.values.join(' or ')}`
    case 'invalid_union':
      return Array.isArray(issue.options) ? `Must be one of ${issue.options.join(', ')}` : 'Not valid'
    case 'too_small':
      return issue.origin === 'string' ? tooShort(issue) : `Must be ${issue.minimum} or more`
    case 'too_big':
      return issue.origin === 'string'
        ? `Must have ${issue.exact ? '' : 'at most '}${issue.maximum} characters`
        : `Must be ${issue.maximum} or less`
    default:
      return 'Not valid'
  }
}

const tooShort = ({ minimum, exact }: { minimum: number | bigint; exact?: boolean }) =>
  minimum === 1 ? 'Must not be empty' : `Must have ${exact ? '' : 'at least '}${minimum} characters`

const Recurring = z.object({ is_recurring: z.literal(true) })

/** Whether a body asks for a payment without a shopper. */
export const isRecurringIn = (body: unknown): boolean =>
  Recurring.safeParse(body instanceof Sealed ? reveal(body) : body).success

const Typed = z.object({ payment: z.object({ instrument: z.object({ type: z.string().catch('') }) }) })

/** The type of the instrument in a body, empty if it is missing; null for a body without an instrument. */
export function instrumentTypeOf(body: unknown): string | null {
  const typed = Typed.safeParse(body instanceof Sealed ? reveal(body) : body)
  return typed.success ? typed.data.payment.instrument.type : null
}
