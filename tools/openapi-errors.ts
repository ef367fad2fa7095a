import { Validator } from '@seriousme/openapi-schema-validator'

/** What keeps a document from being valid OpenAPI of the version that it names; empty if nothing does. */
export async function openapiErrors(document: Record<string, unknown>): Promise<unknown[]> {
  const { valid, errors } = await new Validator().validate(document)
  if (valid) return []
  return Array.isArray(errors) && errors.length > 0 ? errors : ['not valid']
}
