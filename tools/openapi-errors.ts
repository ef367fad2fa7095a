import { Validator } from '@seriousme/openapi-schema-validator'

/** The errors of a document by the OpenAPI version that it names. Empty if it is valid. */
export async function openapiErrors(document: Record<string, unknown>): Promise<unknown[]> {
  const { valid, errors } = await new Validator().validate(document)
  if (valid) return []
  return Array.isArray(errors) && errors.length > 0 ? errors : ['not valid']
}
