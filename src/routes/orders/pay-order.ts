import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { mayPayRecurring } from '../../domain/caller.ts'
import { parseIdempotencyKey } from '../../domain/idempotency-key.ts'
import type { InstrumentType } from '../../domain/payment-instrument.ts'
import { Problem } from '../../domain/problem.ts'
import { payOrderBodyExamples } from '../../openapi/body-examples.ts'
import { COMMON_PROBLEMS, PAYING_PROBLEMS } from '../../openapi/problem-responses.ts'
import { callerOf, contextOf } from '../../plugins/authentication.ts'
import { headerLines } from '../../plugins/receiving.ts'
import { isRecurringIn } from '../../plugins/validation.ts'
import { awaitPaid } from '../../plugins/waiting.ts'
import type { PayOrder } from '../../services/pay-order.ts'
import { paidResponses, payingExamples, refuseBodyNotTaken, sendPaid } from './paid-answers.ts'
import { OrderParams, PayOrderBody, PayOrderHeaders } from './schemas.ts'

const problems = [...COMMON_PROBLEMS, ...PAYING_PROBLEMS] as const

const needsRecurring =
  'The caller token may not make payments without a shopper (`is_recurring`): that needs the scopes `payments:recurring` and `orders:any`.'

const schemaOf = (instruments: ReadonlySet<InstrumentType>) => ({
  operationId: 'payOrder',
  summary: 'Pay an order, at most once',
  description:
    "Takes BigCommerce's own body. If the connection fails, send the same body with the same Idempotency-Key again: that is always safe, and answers with the state of the payment. A new key is a new payment, so never use one because an answer was lost. With `Prefer: wait=20` a payment that is not final is answered as soon as it has ended, or that many seconds after the request came; so where an answer was lost, repeat the request with it.",
  tags: ['payments'],
  security: [{ callerToken: [] }],
  params: OrderParams,
  headers: PayOrderHeaders,
  body: PayOrderBody,
  response: paidResponses(problems),
  'x-problems': problems,
  'x-examples': payingExamples(payOrderBodyExamples, instruments),
})

export interface PayOrderRouteOptions {
  readonly payOrder: PayOrder
  /** The instrument types that this instance accepts. */
  readonly instruments: ReadonlySet<InstrumentType>
}

export async function payOrderRoute(app: FastifyInstance, { payOrder, instruments }: PayOrderRouteOptions) {
  app.withTypeProvider<ZodTypeProvider>().post(
    '/orders/:id/pay',
    {
      schema: schemaOf(instruments),
      config: { scope: 'payments:write', isPayment: true },
      preValidation: async (request) => {
        const { body } = request
        if (isRecurringIn(body) && !mayPayRecurring(callerOf(request))) {
          throw new Problem('insufficient_scope', { detail: needsRecurring })
        }
        refuseBodyNotTaken(body, instruments)
      },
    },
    async (request, reply) => {
      const idempotencyKey = parseIdempotencyKey(headerLines(request, 'idempotency-key'))
      const {
        payment,
        expected_amount: expectedAmount = null,
        is_recurring: isRecurring = false,
      } = request.body
      const command = {
        caller: callerOf(request),
        orderId: request.params.id,
        idempotencyKey,
        payment,
        expectedAmount,
        isRecurring,
      }
      const context = contextOf(request, 'paying')
      return sendPaid(app, reply, await awaitPaid(request, reply, () => payOrder(command, context)))
    },
  )
}
