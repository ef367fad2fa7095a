import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { parseIdempotencyKey } from '../../domain/idempotency-key.ts'
import type { InstrumentType } from '../../domain/payment-instrument.ts'
import { payCheckoutBodyExamples } from '../../openapi/body-examples.ts'
import { CHECKOUT_PROBLEMS, PAYING_PROBLEMS } from '../../openapi/problem-responses.ts'
import { callerOf, contextOf } from '../../plugins/authentication.ts'
import { headerLines } from '../../plugins/receiving.ts'
import { awaitPaid } from '../../plugins/waiting.ts'
import type { PayCheckout } from '../../services/pay-checkout.ts'
import { paidResponses, payingExamples, refuseBodyNotTaken, sendPaid } from '../orders/pay-order.ts'
import { PayOrderHeaders } from '../orders/schemas.ts'
import { CheckoutParams, checkoutIdOf, PayCheckoutBody } from './schemas.ts'

const problems = [
  ...CHECKOUT_PROBLEMS,
  ...PAYING_PROBLEMS,
  // Of its order, which may be gone by the time of the charge.
  'order_not_found',
  'order_not_payable',
  'merchant_configuration',
  'checkout_not_ready',
] as const

const schemaOf = (instruments: ReadonlySet<InstrumentType>) => ({
  operationId: 'payCheckout',
  summary: 'Pay a checkout, at most once',
  description:
    "Makes the order of the checkout where it has none that can be paid, and pays it. Takes BigCommerce's own body, and the amount that the shopper agreed to. If the connection fails, send the same body with the same Idempotency-Key again: that is always safe. Only where `CHECKOUT_PAYMENTS` is on.",
  tags: ['payments'],
  security: [{ callerToken: [] }],
  params: CheckoutParams,
  headers: PayOrderHeaders,
  body: PayCheckoutBody,
  response: paidResponses(problems),
  'x-problems': problems,
  'x-optional': 'CHECKOUT_PAYMENTS',
  'x-examples': payingExamples(payCheckoutBodyExamples, instruments),
})

export interface PayCheckoutRouteOptions {
  readonly payCheckout: PayCheckout
  /** The instrument types that this instance accepts. */
  readonly instruments: ReadonlySet<InstrumentType>
}

export async function payCheckoutRoute(
  app: FastifyInstance,
  { payCheckout, instruments }: PayCheckoutRouteOptions,
) {
  app.withTypeProvider<ZodTypeProvider>().post(
    '/checkouts/:checkoutId/pay',
    {
      schema: schemaOf(instruments),
      config: { scope: 'payments:write', isPayment: true },
      preValidation: async ({ body }) => refuseBodyNotTaken(body, instruments),
    },
    async (request, reply) => {
      const idempotencyKey = parseIdempotencyKey(headerLines(request, 'idempotency-key'))
      const { payment, expected_amount: expectedAmount } = request.body
      const command = {
        caller: callerOf(request),
        checkoutId: checkoutIdOf(request.params),
        idempotencyKey,
        payment,
        expectedAmount,
      }
      const context = contextOf(request, 'paying')
      return sendPaid(app, reply, await awaitPaid(request, reply, () => payCheckout(command, context)))
    },
  )
}
