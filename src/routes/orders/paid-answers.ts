import type { FastifyInstance, FastifyReply } from 'fastify'
import { ASK_AGAIN_SECONDS, locationOf, toPaymentBody } from '../../domain/payment-answer.ts'
import type { PaymentAttempt } from '../../domain/payment-attempt.ts'
import { type InstrumentType, refuseTypeNotTaken } from '../../domain/payment-instrument.ts'
import { PROBLEM_MEDIA_TYPE } from '../../domain/problem.ts'
import type { ProblemCode } from '../../domain/problems.ts'
import { payOrderAnswerExamples } from '../../openapi/answer-examples.ts'
import { problemResponses } from '../../openapi/problem-responses.ts'
import { instrumentTypeOf } from '../../plugins/validation.ts'
import type { PaidOrder } from '../../services/held-orders.ts'
import { PaymentResponse } from './schemas.ts'

/* What the operations that pay, and those that read a payment, have in common, be it of an order or of a checkout. */

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

/** Answers how a payment stands, and when to ask again where that is not final. */
export function sendPayment(reply: FastifyReply, attempt: PaymentAttempt, nowMs: number) {
  const body = toPaymentBody(attempt, nowMs)
  if (body.meta.retry) reply.header('retry-after', String(ASK_AGAIN_SECONDS))
  return reply.send(body)
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
