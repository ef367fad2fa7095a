import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { ProblemCode } from '../domain/problems.ts'
import { webhookExamples } from '../openapi/body-examples.ts'
import { textField } from '../openapi/documented-fields.ts'
import { problemResponses } from '../openapi/problem-responses.ts'
import type { ReceiveWebhook } from '../services/receive-webhook.ts'

export interface WebhookRoutesOptions {
  readonly receiveWebhook: ReceiveWebhook
}

/** What BigCommerce delivers, as far as it is looked at. Its own documentation has the rest. */
const WebhookBody = z
  .looseObject({
    scope: textField('What has happened.', 'store/order/statusUpdated'),
    store_id: textField("BigCommerce's number of the store.", '1001', 64),
    producer: textField('Whose event it is; those of other stores are refused.', 'stores/jrah6gmn'),
    hash: textField('The same when the event is delivered again.', '3d9ea420c5c9d3c4b0ff1ab3c8d4f5a6'),
    created_at: z
      .int()
      .min(0)
      .meta({ description: 'Unix time in seconds.', examples: [1_795_352_400] }),
    data: z
      .looseObject({
        type: textField('`order` or `transaction`; others are taken and passed over.', 'order'),
        id: z
          .int()
          .min(0)
          .meta({ description: 'Of the order.', examples: [215] })
          .optional(),
        order_id: textField("Of the transaction's order.", '215', 16).optional(),
        transaction_id: textField('Of the transaction.', '97', 16).optional(),
      })
      .meta({ description: 'What it has happened to.' }),
  })
  .meta({ id: 'BigCommerceEvent', description: "One of BigCommerce's order or transaction events." })

const WebhookHeaders = z.looseObject({
  'webhook-id': textField('The same when the event is delivered again.', 'msg_2lQfG0b4'),
  'webhook-timestamp': textField('Unix time in seconds; within five minutes of now.', '1795352400', 16),
})

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
