import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { ProblemCode } from '../domain/problems.ts'
import { problemResponses } from '../openapi/problem-responses.ts'
import type { ReceiveWebhook } from '../services/receive-webhook.ts'
import { WebhookBody, WebhookHeaders, webhookExamples } from './webhook-schemas.ts'

export interface WebhookRoutesOptions {
  readonly receiveWebhook: ReceiveWebhook
}

const problems = [
  'malformed_request',
  'webhook_unverified',
  'request_timeout',
  'payload_too_large',
  'unsupported_media_type',
  'headers_too_large',
  'internal_error',
  'store_unavailable',
  'overloaded',
] as const satisfies readonly ProblemCode[]

/** All of BigCommerce's events come from a few addresses, and a busy store has many. */
const config = { isUnlimited: true }

const schema = {
  operationId: 'receiveBigCommerceWebhook',
  summary: "BigCommerce's order and transaction events",
  description:
    'For the scopes `store/order/*`. Signed by the Standard Webhooks scheme with the client secret of the app. An event is a hint to look now; what it says is never taken for the truth.',
  tags: ['webhooks'],
  security: [{ webhookSignature: [] }],
  headers: WebhookHeaders,
  body: WebhookBody,
  response: { 204: z.null().meta({ description: 'Taken.' }), ...problemResponses(problems) },
  'x-problems': problems,
  'x-examples': { body: webhookExamples, responses: {} },
}

/**
 * A scope of its own: here the body stays text, because the signature is over its very bytes. So the schemas only
 * document; what a delivery must look like is checked once it is known whose it is.
 */
export async function webhookRoutes(app: FastifyInstance, { receiveWebhook }: WebhookRoutesOptions) {
  app.setValidatorCompiler(() => (given: unknown) => ({ value: given }))
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    async (_request: unknown, body: string) => body,
  )
  app.post('/webhooks/bigcommerce', { schema, config }, async (request, reply) => {
    await receiveWebhook(String(request.body ?? ''), request.headers)
    return reply.code(204).send()
  })
}
