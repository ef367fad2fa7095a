import type { FastifyInstance, FastifyReply } from 'fastify'
import fp from 'fastify-plugin'
import { clientNetwork } from '../domain/client-network.ts'
import type { Clock } from '../domain/clock.ts'
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
 * ever new addresses costs at most 6 MB, for two minutes. A flood from more addresses in a minute gets past any limit per address.
 */
const rememberedMax = 20_000

/**
 * The limit per client address, on every route that does not opt out. Unauthenticated and refused requests count too, and
 * unknown paths, so it is a hook of the application: hooks of routes run only after authentication has passed.
 */
async function rateLimits(app: FastifyInstance, { addressPerMinute }: RateLimitsOptions) {
  if (addressPerMinute === 0) return
  const limit = limiter('address', addressPerMinute)
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.routeOptions.config.isUnlimited) limit(clientNetwork(request.ip), reply)
    done()
  })
}

/** The limit per caller, for routes behind authentication. */
async function callerRateLimit(app: FastifyInstance, { callerPerMinute }: CallerRateLimitOptions) {
  if (callerPerMinute === 0) return
  const limit = limiter('caller', callerPerMinute)
  app.addHook('onRequest', (request, reply, done) => {
    limit(callerOf(request).principal, reply)
    done()
  })
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

/** @returns counts a request, and throws where it is one too many. */
function limiter(name: string, limit: number): (key: string, reply: FastifyReply) => void {
  const countIn = createWindows({ windowMs, rememberedMax, now: Date.now })
  return (key, reply) => {
    const { count, leftMs } = countIn(key)
    const resetSeconds = Math.ceil(leftMs / 1000)
    const remaining = Math.max(0, limit - count)
    addRateLimitHeaders(reply, { name, limit, windowSeconds: windowMs / 1000, remaining, resetSeconds })
    if (count > limit) throw new Problem('quota_exceeded', { retryAfterSeconds: Math.max(1, resetSeconds) })
  }
}

interface Window {
  startedMs: number
  count: number
}

export interface WindowsOptions {
  readonly windowMs: number
  /** Keys that are remembered; the one seen longest ago is forgotten. */
  readonly rememberedMax: number
  readonly now: Clock
}

/**
 * Counts requests by key in fixed windows, each of which begins with its first request. As @fastify/rate-limit counts, which a test
 * compares, in the same turn.
 *
 * @returns how many there were in the window, this one included, and how long it lasts.
 */
export function createWindows({ windowMs, rememberedMax, now }: WindowsOptions) {
  // A Map keeps the order in which keys were seen.
  const windows = new Map<string, Window>()

  return function countIn(key: string): { readonly count: number; readonly leftMs: number } {
    const nowMs = now()
    const known = windows.get(key)
    const isOver = !known || known.startedMs + windowMs <= nowMs
    const window = isOver ? { startedMs: nowMs, count: 0 } : known
    window.count += 1
    windows.delete(key)
    // Windows that are over are deleted even if there is room, so memory holds the keys of two minutes at most. The second minute is for a
    // clock that is set back.
    for (const [seenLongestAgo, { startedMs }] of windows) {
      if (windows.size < rememberedMax && startedMs + 2 * windowMs > nowMs) break
      windows.delete(seenLongestAgo)
    }
    windows.set(key, window)
    return { count: window.count, leftMs: windowMs - (nowMs - window.startedMs) }
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
