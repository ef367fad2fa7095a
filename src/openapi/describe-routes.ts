import swagger from '@fastify/swagger'
import Fastify, { type RouteOptions } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { type OpenApiDocument, withExamplesAndHeaders } from './document.ts'
import { withInstruments } from './instruments.ts'
import { withPlainSchemas } from './named-schemas.ts'
import { withOpenAnswers } from './open-answers.ts'
import { openapiPreamble } from './preamble.ts'
import { withWebhooks } from './webhooks.ts'

export interface DescribedService {
  readonly version: string
  /** The types that this instance accepts; no others are shown. */
  readonly instruments: ReadonlySet<string>
}

/** The contract, made from what the routes declare. */
export async function describeRoutes(
  routes: readonly RouteOptions[],
  { version, instruments }: DescribedService,
): Promise<object> {
  // The routes again, in an instance that answers nothing.
  const declared = Fastify({ exposeHeadRoutes: false })
  declared.setValidatorCompiler(() => () => true)
  declared.setSerializerCompiler(() => () => '')
  await declared.register(swagger, {
    openapi: { openapi: '3.1.0', ...openapiPreamble(version) },
    transform: jsonSchemaTransform,
    transformObject: (input) =>
      withPlainSchemas(
        withOpenAnswers(
          withWebhooks(
            withInstruments(
              withExamplesAndHeaders(jsonSchemaTransformObject(input) as OpenApiDocument),
              instruments,
            ),
          ),
        ),
      ),
  })
  for (const { method, url, schema } of routes)
    declared.route({ method, url, ...(schema ? { schema } : {}), handler: async () => '' })
  await declared.ready()
  return declared.swagger()
}
