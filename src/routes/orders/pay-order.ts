import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { parseIdempotencyKey } from '../../domain/idempotency-key.ts'
import { ASK_AGAIN_SECONDS, locationOf } from '../../domain/payment-answer.ts'
import { type InstrumentType, refuseTypeNotTaken } from '../../domain/payment-instrument.ts'
import { PROBLEM_MEDIA_TYPE } from '../../domain/problem.ts'
import type { ProblemCode } from '../../domain/problems.ts'
import { payOrderAnswerExamples } from '../../openapi/answer-examples.ts'
import { payOrderBodyExamples } from '../../openapi/body-examples.ts'
import { COMMON_PROBLEMS, problemResponses } from '../../openapi/problem-responses.ts'
import { callerOf, contextOf } from '../../plugins/authentication.ts'
import { headerLines } from '../../plugins/receiving.ts'
import { instrumentTypeOf } from '../../plugins/validation.ts'
import type { PayOrder } from '../../services/pay-order.ts'
import { OrderParams, PaymentResponse, PayOrderBody, PayOrderHeaders } from './schemas.ts'

const problems = [
  ...COMMON_PROBLEMS,
  'idempotency_key_missing',
  'idempotency_key_invalid',
  'payment_declined',
  'payment_authentication_required',
  'payment_not_charged',
  'velocity_blocked',
  'request_in_progress',
  'order_payment_in_progress',
  'order_already_paid',
  'amount_changed',
  'payload_too_large',
  'payment_rate_limited',
  'unsupported_media_type',
  'idempotency_key_reused',
  'instrument_not_found',
  'instrument_not_saved',
  'payment_rejected',
] as const satisfies readonly ProblemCode[]

const payment = (description: string) => ({
  description,
  content: { 'application/json': { schema: PaymentResponse } },
})

const schemaOf = (instruments: ReadonlySet<InstrumentType>) => ({
  operationId: 'payOrder',
  summary: 'Pay an order, at most once',
  description:
    "Takes BigCommerce's own body. If the connection fails, send the same body with the same Idempotency-Key again: that is always safe, and answers with the state of the payment. A new key is a new payment, so never use one because an answer was lost.",
  tags: ['payments'],
  security: [{ callerToken: [] }],
  params: OrderParams,
  headers: PayOrderHeaders,
  body: PayOrderBody,
  response: {
    201: payment('Paid.'),
    202: payment(
      'Not final: still pending at BigCommerce, or its outcome is unknown. Do not pay again; ask again.',
    ),
    ...problemResponses(problems),
  },
  'x-problems': problems,
  'x-examples': {
    body: Object.fromEntries(
      Object.entries(payOrderBodyExamples).filter(([, { value }]) =>
        instruments.has(value.payment.instrument.type as InstrumentType),
      ),
    ),
    responses: payOrderAnswerExamples,
  },
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
      // By its type alone, before any other field is read: where cards are not taken, no part of a card number comes into a
      // check, a message or the ledger.
      preValidation: async ({ body }) => {
        const type = instrumentTypeOf(body)
        if (type !== null) refuseTypeNotTaken(type, instruments)
      },
    },
    async (request, reply) => {
      const idempotencyKey = parseIdempotencyKey(headerLines(request, 'idempotency-key'))
      const { payment, expected_amount: expectedAmount = null } = request.body
      const answer = await payOrder(
        { caller: callerOf(request), orderId: request.params.id, idempotencyKey, payment, expectedAmount },
        contextOf(request, 'paying'),
      )
      if (answer.isReplay) reply.header('idempotent-replayed', 'true')
      if (answer.status === 202 && 'data' in answer.body) {
        reply.header('retry-after', String(ASK_AGAIN_SECONDS))
        reply.header('location', locationOf(answer.body.data.id))
      }
      if (answer.status >= 400) reply.type(PROBLEM_MEDIA_TYPE)
      // A kept answer may be older than the base of today.
      const { body } = answer
      const told = 'code' in body ? { ...body, type: `${app.problemTypeBase}${body.code}` } : body
      return reply.code(answer.status as 201).send(told as never)
    },
  )
}
