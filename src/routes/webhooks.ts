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

/** What BigCommerce delivers, as far as it matters here. Its own documentation has the rest. */
const WebhookBody = z
  .looseObject({
    scope: textField('What happened.', 'store/order/statusUpdated'),
    store_id: textField("BigCommerce's number for the store.", '1001', 64),
    producer: textField(
      'The store that the event is about; events of other stores are refused.',
      'stores/jrah6gmn',
    ),
    hash: textField('The same when the event is delivered again.', '3d9ea420c5c9d3c4b0ff1ab3c8d4f5a6'),
    created_at: z
      .int()
      .min(0)
      .meta({ description: 'Unix time in seconds.', examples: [1_795_352_400] }),
    data: z
      .looseObject({
        type: textField('`order` or `transaction`; events of other types are accepted and ignored.', 'order'),
        id: z
          .int()
          .min(0)
          .meta({ description: 'The id of the order.', examples: [215] })
          .optional(),
        order_id: textField("The id of the transaction's order.", '215', 16).optional(),
        transaction_id: textField('The id of the transaction.', '97', 16).optional(),
      })
      .meta({ description: 'What it happened to.' }),
  })
  .meta({ id: 'BigCommerceEvent', description: "One of BigCommerce's order or transaction events." })

const WebhookHeaders = z.looseObject({
  'webhook-id': textField('The same when the event is delivered again.', 'msg_2lQfG0b4'),
  'webhook-timestamp': textField('Unix time in seconds; at most five minutes from now.', '1795352400', 16),
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

/** Not limited per address: all of BigCommerce's events come from a few addresses, and a busy store has many. */
const config = { isUnlimited: true }

const schema = {
  operationId: 'receiveBigCommerceWebhook',
  summary: "BigCommerce's order and transaction events",
  description:
    'For the scopes `store/order/*`, signed by the Standard Webhooks scheme with the client secret of the app. An event makes the service look at BigCommerce now; its content is never believed.',
  tags: ['webhooks'],
  security: [{ webhookSignature: [] }],
  headers: WebhookHeaders,
  body: WebhookBody,
  response: { 204: z.null().meta({ description: 'Accepted.' }), ...problemResponses(problems) },
  'x-problems': problems,
  'x-examples': { body: webhookExamples, responses: {} },
}

/**
 * A scope of its own, where the body stays text because the signature is over its bytes. The schemas only document: a
 * delivery is checked after its signature.
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
    const orderId = await receiveWebhook(String(request.body ?? ''), request.headers)
    if (orderId !== null) request.log = request.log.child({ orderId })
    return reply.code(204).send()
  })
}
