import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Clock } from '../../domain/clock.ts'
import { toPaymentView } from '../../domain/payment-answer.ts'
import { paymentsExamples } from '../../openapi/answer-examples.ts'
import { LEDGER_PROBLEMS, problemResponses } from '../../openapi/problem-responses.ts'
import { callerOf, contextOf } from '../../plugins/authentication.ts'
import { awaitEnd, endingSoon } from '../../plugins/waiting.ts'
import type { ListPayments } from '../../services/list-payments.ts'
import { OrderParams, PaymentsResponse, PreferHeaders } from './schemas.ts'

const schema = {
  operationId: 'listPayments',
  summary: 'The payments of an order',
  description:
    'Newest first. While one of them is not final, asking makes the service look at BigCommerce. With `Prefer: wait=20` the answer comes as soon as one of those that are not final has ended, or after that many seconds.',
  tags: ['payments'],
  security: [{ callerToken: [] }],
  params: OrderParams,
  headers: PreferHeaders,
  response: {
    200: { description: 'The payments.', content: { 'application/json': { schema: PaymentsResponse } } },
    ...problemResponses(LEDGER_PROBLEMS),
  },
  'x-problems': LEDGER_PROBLEMS,
  'x-examples': { responses: paymentsExamples },
}

export interface ListPaymentsRouteOptions {
  readonly listPayments: ListPayments
  readonly now: Clock
}

export async function listPaymentsRoute(
  app: FastifyInstance,
  { listPayments, now }: ListPaymentsRouteOptions,
) {
  app
    .withTypeProvider<ZodTypeProvider>()
    .get('/orders/:id/payments', { schema, config: { scope: 'payments:read' } }, async (request, reply) => {
      const context = contextOf(request, 'reading')
      const payments = await awaitEnd(request, reply, {
        ask: (mayLook) => listPayments(callerOf(request), request.params.id, context, mayLook),
        withoutEnd: endingSoon,
      })
      const nowMs = now()
      return reply.send({ data: payments.map((payment) => toPaymentView(payment, nowMs)), meta: {} })
    })
}
