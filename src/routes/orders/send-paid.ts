import type { FastifyInstance, FastifyReply } from 'fastify'
import { ASK_AGAIN_SECONDS, locationOf } from '../../domain/payment-answer.ts'
import { PROBLEM_MEDIA_TYPE } from '../../domain/problem.ts'
import type { PaidOrder } from '../../services/held-orders.ts'

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
