import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { type OpenApiDocument, withExamplesAndHeaders } from '../openapi/document.ts'
import { withInstruments } from '../openapi/instruments.ts'
import { withPlainSchemas } from '../openapi/named-schemas.ts'
import { withOpenAnswers } from '../openapi/open-answers.ts'
import { openapiPreamble } from '../openapi/preamble.ts'
import { version } from '../own-package.ts'

export interface OpenapiOptions {
  /** The instrument types that this instance accepts; the document shows no others. */
  readonly instruments: ReadonlySet<string>
}

/** Collects the contract from the routes, so it must be registered before them. */
async function openapi(app: FastifyInstance, { instruments }: OpenapiOptions) {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      ...openapiPreamble(version),
    },
    transform: jsonSchemaTransform,
    transformObject: (input) =>
      withPlainSchemas(
        withOpenAnswers(
          withInstruments(
            withExamplesAndHeaders(jsonSchemaTransformObject(input) as OpenApiDocument),
            instruments,
          ),
        ),
      ),
  })
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
}

export const openapiPlugin = fp(openapi, { name: 'openapi', fastify: '5.x' })
