import type { FastifyReply } from 'fastify'

/** A route's answer as a value, so that a fault can still cut, delay or replace it. */
export type Answer = {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export function sendAnswer(reply: FastifyReply, answer: Answer): FastifyReply {
  reply.code(answer.status).headers(answer.headers ?? {})
  return answer.body === undefined ? reply.send() : reply.send(answer.body)
}
