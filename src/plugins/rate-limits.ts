import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { clientNetwork } from '../domain/client-network.ts'
import { Problem } from '../domain/problem.ts'
import { callerOf } from './authentication.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Never limited: for routes where a refusal would do harm. */
    isUnlimited?: boolean
  }
}

export interface RateLimitsOptions {
  /** Requests per minute from one client address, refused ones included; 0 for no limit. */
  readonly addressPerMinute: number
}

export interface CallerRateLimitOptions {
  /** Requests per minute of one caller; 0 for no limit. */
  readonly callerPerMinute: number
}

const windowMs = 60_000

/**
 * Clients that each limit remembers; it forgets the one seen longest ago. An entry takes some 300 bytes, so a flood from
 * ever new addresses costs at most 6 MB. A flood from more addresses in a minute gets past any limit per address.
 */
const rememberedMax = 20_000

/**
 * The limit per client address, on every route that does not opt out. Unauthenticated and refused requests count too, and
 * unknown paths, so it is a hook of the application: hooks of routes run only after authentication has passed.
 */
async function rateLimits(app: FastifyInstance, { addressPerMinute }: RateLimitsOptions) {
  await app.register(rateLimit, { global: false, max: 0 })
  if (addressPerMinute === 0) return
  const limit = limiter(app, 'address', addressPerMinute, ({ ip }) => clientNetwork(ip))
  app.addHook('onRequest', async (request, reply) => {
    if (!request.routeOptions.config.isUnlimited) await limit(request, reply)
  })
}

/** The limit per caller, for routes behind authentication. */
async function callerRateLimit(app: FastifyInstance, { callerPerMinute }: CallerRateLimitOptions) {
  if (callerPerMinute === 0) return
  const principalOf = (request: FastifyRequest) => callerOf(request).principal
  app.addHook('onRequest', limiter(app, 'caller', callerPerMinute, principalOf))
}

export const rateLimitsPlugin = fp(rateLimits, {
  name: 'rate-limits',
  dependencies: ['problem-details'],
  fastify: '5.x',
})

export const callerRateLimitPlugin = fp(callerRateLimit, {
  name: 'caller-rate-limit',
  dependencies: ['rate-limits', 'authentication'],
  fastify: '5.x',
})

function limiter(
  app: FastifyInstance,
  name: string,
  limit: number,
  keyOf: (request: FastifyRequest) => string,
) {
  // With options of its own, each limiter counts by itself. (`cache` is missing in the library's types.)
  const options = { max: limit, timeWindow: windowMs, cache: rememberedMax, keyGenerator: keyOf }
  const count = app.createRateLimit(options)
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const counted = await count(request)
    if (counted.isAllowed) return
    const { remaining, ttlInSeconds: resetSeconds, isExceeded } = counted
    addRateLimitHeaders(reply, { name, limit, windowSeconds: windowMs / 1000, remaining, resetSeconds })
    if (isExceeded) throw new Problem('quota_exceeded', { retryAfterSeconds: Math.max(1, resetSeconds) })
  }
}

/** The state of one allowance, with this request counted. */
export interface Quota {
  /** Our name for it, the same in both fields. */
  readonly name: string
  readonly limit: number
  readonly windowSeconds: number
  readonly remaining: number
  /** Time until more is allowed, rounded up. */
  readonly resetSeconds: number
}

/**
 * An allowance as items of the structured fields RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers).
 * Both are lists: a request may be under several allowances.
 */
export const rateLimitItems = ({ name, limit, windowSeconds, remaining, resetSeconds }: Quota) => ({
  policy: `"${name}";q=${limit};w=${windowSeconds}`,
  state: `"${name}";r=${Math.max(0, remaining)};t=${resetSeconds}`,
})

/** Adds the state of an allowance to the answer, after those that it already shows. */
export function addRateLimitHeaders(reply: FastifyReply, quota: Quota): void {
  const { policy, state } = rateLimitItems(quota)
  addItem(reply, 'ratelimit-policy', policy)
  addItem(reply, 'ratelimit', state)
}

function addItem(reply: FastifyReply, name: string, item: string): void {
  const before = reply.getHeader(name)
  reply.header(name, before === undefined ? item : `${before}, ${item}`)
}
