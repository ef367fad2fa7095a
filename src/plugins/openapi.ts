import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { version } from '../version.ts'
import { type OpenApiDocument, withExamplesAndHeaders } from './openapi-document.ts'
import { withInstruments } from './openapi-instruments.ts'

const description = `Pays BigCommerce orders for storefronts and apps that must not hold the store's credentials.

An order is never charged twice, and nobody is told something untrue about a charge. Send an \`Idempotency-Key\`
with each payment, keep it, and send it again when an answer is lost. An answer of 202 means that the payment is
not final: do not pay again, ask again.

Errors are problem details (RFC 9457). Branch on \`code\`; \`retry\` says what to do next.`

export interface OpenapiOptions {
  /** The instrument types that are taken at all; the document shows no others. */
  readonly instruments: ReadonlySet<string>
}

/** Collects the contract from the routes; must be registered before them. */
async function openapi(app: FastifyInstance, { instruments }: OpenapiOptions) {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tillgate',
        version,
        description,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      tags: [
        { name: 'payments', description: 'What an order can be paid with, and paying it.' },
        { name: 'webhooks', description: 'Where BigCommerce reports events, if an app is configured.' },
        { name: 'health', description: 'For orchestrators.' },
      ],
      components: {
        securitySchemes: {
          callerToken: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description:
              "A JWT of the store's own issuer with `scope` (`payments:read`, `payments:write`) and one of `order_ids`, `customer_id` or the scope `orders:any`; or BigCommerce's Current Customer JWT.",
          },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: (input) =>
      withInstruments(
        withExamplesAndHeaders(jsonSchemaTransformObject(input) as OpenApiDocument),
        instruments,
      ),
  })
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
}

export const openapiPlugin = fp(openapi, { name: 'openapi', fastify: '5.x' })
