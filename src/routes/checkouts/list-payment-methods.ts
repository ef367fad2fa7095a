import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { checkoutMethodsExamples } from '../../openapi/answer-examples.ts'
import { CHECKOUT_PROBLEMS, problemResponses } from '../../openapi/problem-responses.ts'
import { callerOf, contextOf } from '../../plugins/authentication.ts'
import type { ListCheckoutMethods } from '../../services/list-checkout-methods.ts'
import { writeListing } from '../orders/list-payment-methods.ts'
import { CheckoutParams, CheckoutPaymentMethodsResponse, checkoutIdOf } from './schemas.ts'

const problems = [
  ...CHECKOUT_PROBLEMS,
  'order_payment_in_progress',
  'order_already_paid',
  'order_not_payable',
  'merchant_configuration',
] as const

const schema = {
  operationId: 'listCheckoutPaymentMethods',
  summary: 'What this checkout can be paid with',
  description:
    'BigCommerce chooses the methods for each checkout. Stored instruments are those of its customer. Only where `CHECKOUT_PAYMENTS` is on.',
  tags: ['payments'],
  security: [{ callerToken: [] }],
  params: CheckoutParams,
  response: {
    200: {
      description: 'The methods.',
      content: { 'application/json': { schema: CheckoutPaymentMethodsResponse } },
    },
    ...problemResponses(problems),
  },
  'x-problems': problems,
  'x-optional': 'CHECKOUT_PAYMENTS',
  'x-examples': { responses: checkoutMethodsExamples },
}

export interface ListCheckoutMethodsRouteOptions {
  readonly listCheckoutMethods: ListCheckoutMethods
}

export async function listCheckoutMethodsRoute(
  app: FastifyInstance,
  { listCheckoutMethods }: ListCheckoutMethodsRouteOptions,
) {
  app
    .withTypeProvider<ZodTypeProvider>()
    .get(
      '/checkouts/:checkoutId/payment-methods',
      { schema, config: { scope: 'payments:read' } },
      async (request, reply) => {
        const { checkoutId, due, isPayable, methods } = await listCheckoutMethods(
          callerOf(request),
          checkoutIdOf(request.params),
          contextOf(request, 'reading'),
        )
        const { amount, currency } = due
        return reply
          .type('application/json; charset=utf-8')
          .serializer(writeListing)
          .send({
            data: methods,
            meta: { checkout: { id: checkoutId, amount, currency, payable: isPayable } },
          })
      },
    )
}
