import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Clock } from '../../domain/clock.ts'
import { ASK_AGAIN_SECONDS, toPaymentBody } from '../../domain/payment-answer.ts'
import type { PaymentAttempt } from '../../domain/payment-attempt.ts'
import { paymentExamples } from '../../openapi/answer-examples.ts'
import { LEDGER_PROBLEMS, problemResponses } from '../../openapi/problem-responses.ts'
import { callerOf, contextOf } from '../../plugins/authentication.ts'
import { awaitEnd, endingSoon } from '../../plugins/waiting.ts'
import type { GetPayment } from '../../services/list-payments.ts'
import { PaymentParams, PaymentResponse, PreferHeaders } from './schemas.ts'

const problems = [...LEDGER_PROBLEMS, 'payment_not_found'] as const

const schema = {
  operationId: 'getPayment',
  summary: 'The state of a payment',
  description:
    'Ask here after a 202 or a lost connection. While the payment is not final, asking makes the service look at BigCommerce. With `Prefer: wait=20` the answer comes as soon as the payment has ended, or after that many seconds.',
  tags: ['payments'],
  security: [{ callerToken: [] }],
  params: PaymentParams,
  headers: PreferHeaders,
  response: {
    200: { description: 'The payment.', content: { 'application/json': { schema: PaymentResponse } } },
    ...problemResponses(problems),
  },
  'x-problems': problems,
  'x-examples': { responses: paymentExamples },
}

export interface GetPaymentRouteOptions {
  readonly getPayment: GetPayment
  readonly now: Clock
}

export async function getPaymentRoute(app: FastifyInstance, { getPayment, now }: GetPaymentRouteOptions) {
  app
    .withTypeProvider<ZodTypeProvider>()
    .get(
      '/orders/:id/payments/:paymentId',
      { schema, config: { scope: 'payments:read' } },
      async (request, reply) => {
        const { id, paymentId } = request.params
        const context = contextOf(request, 'reading')
        const payment = await awaitEnd(request, reply, {
          ask: (mayLook) => getPayment(callerOf(request), id, paymentId, context, mayLook),
          withoutEnd: (payment) => endingSoon([payment]),
        })
        return sendPayment(reply, payment, now())
      },
    )
}

/** Answers how a payment stands, and when to ask again where that is not final. */
export function sendPayment(reply: FastifyReply, attempt: PaymentAttempt, nowMs: number) {
  const body = toPaymentBody(attempt, nowMs)
  if (body.meta.retry) reply.header('retry-after', String(ASK_AGAIN_SECONDS))
  return reply.send(body)
}
