import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { mayPayRecurring } from '../../domain/caller.ts'
import { parseIdempotencyKey } from '../../domain/idempotency-key.ts'
import { ASK_AGAIN_SECONDS, locationOf } from '../../domain/payment-answer.ts'
import { type InstrumentType, refuseTypeNotTaken } from '../../domain/payment-instrument.ts'
import { PROBLEM_MEDIA_TYPE, Problem } from '../../domain/problem.ts'
import type { ProblemCode } from '../../domain/problems.ts'
import { payOrderAnswerExamples } from '../../openapi/answer-examples.ts'
import { payOrderBodyExamples } from '../../openapi/body-examples.ts'
import { COMMON_PROBLEMS, PAYING_PROBLEMS, problemResponses } from '../../openapi/problem-responses.ts'
import { callerOf, contextOf } from '../../plugins/authentication.ts'
import { headerLines } from '../../plugins/receiving.ts'
import { instrumentTypeOf, isRecurringIn } from '../../plugins/validation.ts'
import { awaitPaid } from '../../plugins/waiting.ts'
import type { PaidOrder } from '../../services/held-orders.ts'
import type { PayOrder } from '../../services/pay-order.ts'
import { OrderParams, PaymentResponse, PayOrderBody, PayOrderHeaders } from './schemas.ts'

const problems = [...COMMON_PROBLEMS, ...PAYING_PROBLEMS] as const

const needsRecurring =
  'The caller token may not make payments without a shopper (`is_recurring`): that needs the scopes `payments:recurring` and `orders:any`, and no claim that names a customer, orders or checkouts.'

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

/* What paying a checkout shares with paying an order. */

const payment = (description: string) => ({
  description,
  content: { 'application/json': { schema: PaymentResponse } },
})

/** How an operation that pays is answered. */
export const paidResponses = (problems: readonly ProblemCode[]) => ({
  201: payment('Paid.'),
  202: payment(
    'Not final: still pending at BigCommerce, or its outcome is unknown. Do not pay again; ask again.',
  ),
  ...problemResponses(problems),
})

interface BodyExample {
  readonly value: { readonly payment: { readonly instrument: { readonly type: string } } }
}

/** Of these examples of bodies those with an instrument that is accepted, beside those of the answers. */
export const payingExamples = (
  bodies: Readonly<Record<string, BodyExample>>,
  instruments: ReadonlySet<InstrumentType>,
) => ({
  body: Object.fromEntries(
    Object.entries(bodies).filter(([, { value }]) =>
      instruments.has(value.payment.instrument.type as InstrumentType),
    ),
  ),
  responses: payOrderAnswerExamples,
})

/**
 * By its type alone, before any other field is read: where cards are not taken, no part of a card number comes into a check, a
 * message or the ledger.
 *
 * @throws Problem
 */
export function refuseBodyNotTaken(body: unknown, instruments: ReadonlySet<InstrumentType>): void {
  const type = instrumentTypeOf(body)
  if (type !== null) refuseTypeNotTaken(type, instruments)
}

/** Answers a request to pay: whether it is a replay, and where and when to ask again. */
export function sendPaid(
  app: Pick<FastifyInstance, 'problemTypeBase'>,
  reply: Pick<FastifyReply, 'header' | 'type' | 'code'>,
  answer: PaidOrder,
) {
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
}
