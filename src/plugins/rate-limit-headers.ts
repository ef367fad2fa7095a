import type { FastifyReply } from 'fastify'
import { type Quota, rateLimitItems } from './rate-limit-fields.ts'

/** Tells a caller how it stands with an allowance, beside those it has been told of already. */
export function addRateLimitHeaders(reply: FastifyReply, quota: Quota): void {
  const { policy, state } = rateLimitItems(quota)
  addItem(reply, 'ratelimit-policy', policy)
  addItem(reply, 'ratelimit', state)
}

function addItem(reply: FastifyReply, name: string, item: string): void {
  const before = reply.getHeader(name)
  reply.header(name, before === undefined ? item : `${before}, ${item}`)
}
