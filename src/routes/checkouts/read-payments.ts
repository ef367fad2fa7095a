import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Clock } from '../../domain/clock.ts'
import { toPaymentView } from '../../domain/payment-answer.ts'
import { Problem } from '../../domain/problem.ts'
import { paymentExamples, paymentsExamples } from '../../openapi/answer-examples.ts'
import { CHECKOUT_PROBLEMS, problemResponses } from '../../openapi/problem-responses.ts'
import { callerOf, contextOf } from '../../plugins/authentication.ts'
import { awaitEnd, endingSoon } from '../../plugins/waiting.ts'
import type { ListCheckoutPayments } from '../../services/list-checkout-payments.ts'
import { sendPayment } from '../orders/get-payment.ts'
import { PaymentResponse, PaymentsResponse, PreferHeaders } from '../orders/schemas.ts'
import { CheckoutParams, CheckoutPaymentParams, checkoutIdOf } from './schemas.ts'

const listSchema = {
  operationId: 'listCheckoutPayments',
  summary: 'The payments of a checkout',
  description:
    'Newest first. While one of them is not final, asking makes the service look at BigCommerce. Only where `CHECKOUT_PAYMENTS` is on.',
  tags: ['payments'],
  security: [{ callerToken: [] }],
  params: CheckoutParams,
  headers: PreferHeaders,
  response: {
    200: { description: 'The payments.', content: { 'application/json': { schema: PaymentsResponse } } },
    ...problemResponses(CHECKOUT_PROBLEMS),
  },
  'x-problems': CHECKOUT_PROBLEMS,
  'x-optional': 'CHECKOUT_PAYMENTS',
  'x-examples': { responses: paymentsExamples },
}

const problems = [...CHECKOUT_PROBLEMS, 'payment_not_found'] as const

const getSchema = {
  operationId: 'getCheckoutPayment',
  summary: 'The state of a payment of a checkout',
  description:
    'Ask here after a 202 or a lost connection. A payment whose order is being made has no `order_id` yet. Only where `CHECKOUT_PAYMENTS` is on.',
  tags: ['payments'],
  security: [{ callerToken: [] }],
  params: CheckoutPaymentParams,
  headers: PreferHeaders,
  response: {
    200: { description: 'The payment.', content: { 'application/json': { schema: PaymentResponse } } },
    ...problemResponses(problems),
  },
  'x-problems': problems,
  'x-optional': 'CHECKOUT_PAYMENTS',
  'x-examples': { responses: paymentExamples },
}

export interface ReadCheckoutPaymentsRoutesOptions {
  readonly listCheckoutPayments: ListCheckoutPayments
  readonly now: Clock
}

export async function readCheckoutPaymentsRoutes(
  app: FastifyInstance,
  { listCheckoutPayments, now }: ReadCheckoutPaymentsRoutesOptions,
) {
  const typed = app.withTypeProvider<ZodTypeProvider>()
  const config = { scope: 'payments:read' } as const

  typed.get('/checkouts/:checkoutId/payments', { schema: listSchema, config }, async (request, reply) => {
    const context = contextOf(request, 'reading')
    const payments = await awaitEnd(request, reply, {
      ask: (mayLook) =>
        listCheckoutPayments(callerOf(request), checkoutIdOf(request.params), context, mayLook),
      withoutEnd: endingSoon,
    })
    const nowMs = now()
    return reply.send({ data: payments.map((payment) => toPaymentView(payment, nowMs)), meta: {} })
  })

  typed.get(
    '/checkouts/:checkoutId/payments/:paymentId',
    { schema: getSchema, config },
    async (request, reply) => {
      const context = contextOf(request, 'reading')
      const payment = await awaitEnd(request, reply, {
        async ask(mayLook) {
          const caller = callerOf(request)
          const payments = await listCheckoutPayments(caller, checkoutIdOf(request.params), context, mayLook)
          const found = payments.find(({ id }) => id === request.params.paymentId)
          if (!found) throw new Problem('payment_not_found')
          return found
        },
        withoutEnd: (one) => endingSoon([one]),
      })
      return sendPayment(reply, payment, now())
    },
  )
}
