import type { FastifyError } from 'fastify'
import type { FieldError } from '../domain/problem.ts'

/** A name that is worth showing back. Anything else may be a card number that slipped into a name's place. */
const showableName = /^(?!.*\d{3})[A-Za-z_][A-Za-z0-9_]{0,39}$/

/** Where a request is wrong, as JSON pointers into the body (or `/id` of the path); never with a value. */
export function fieldErrorsOf(error: FastifyError): FieldError[] {
  return (error.validation ?? []).flatMap(({ instancePath: path, message, params }) => {
    const instancePath = path === '/' ? '' : path
    const unknownNames = 'keys' in params && Array.isArray(params.keys) ? params.keys.map(String) : null
    if (unknownNames) {
      return unknownNames.map((name) => ({
        pointer: showableName.test(name) ? `${instancePath}/${name}` : instancePath,
        detail: 'This field is not known',
      }))
    }
    return { pointer: instancePath, detail: message ?? 'Not valid' }
  })
}
