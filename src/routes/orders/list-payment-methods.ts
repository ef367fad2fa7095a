import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { paymentMethodsExamples } from '../../openapi/answer-examples.ts'
import { COMMON_PROBLEMS, problemResponses } from '../../openapi/problem-responses.ts'
import { callerOf, contextOf } from '../../plugins/authentication.ts'
import type { ListPaymentMethods } from '../../services/list-payment-methods.ts'
import { PaymentMethodsResponse, writeListing } from './payment-method-schemas.ts'
import { OrderParams } from './schemas.ts'

const description =
  'BigCommerce chooses the methods for each order. Stored instruments are those of its customer.'

const problems = [...COMMON_PROBLEMS, 'order_already_paid'] as const

const schema = {
  operationId: 'listPaymentMethods',
  summary: 'What this order can be paid with',
  description,
  tags: ['payments'],
  security: [{ callerToken: [] }],
  params: OrderParams,
  response: {
    200: { description: 'The methods.', content: { 'application/json': { schema: PaymentMethodsResponse } } },
    ...problemResponses(problems),
  },
  'x-problems': problems,
  'x-examples': { responses: paymentMethodsExamples },
}

export interface ListPaymentMethodsRouteOptions {
  readonly listPaymentMethods: ListPaymentMethods
}

export async function listPaymentMethodsRoute(
  app: FastifyInstance,
  { listPaymentMethods }: ListPaymentMethodsRouteOptions,
) {
  app
    .withTypeProvider<ZodTypeProvider>()
    .get(
      '/orders/:id/payment-methods',
      { schema, config: { scope: 'payments:read' } },
      async (request, reply) => {
        const { order, isPayable, methods } = await listPaymentMethods(
          callerOf(request),
          request.params.id,
          contextOf(request, 'reading'),
        )
        const { amount, currency } = order.due
        return reply
          .type('application/json; charset=utf-8')
          .serializer(writeListing)
          .send({
            data: methods,
            meta: { order: { id: order.id, amount, currency, payable: isPayable } },
          })
      },
    )
}
