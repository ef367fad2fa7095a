import rateLimit from '@fastify/rate-limit'
import Bottleneck from 'bottleneck'
import Fastify from 'fastify'
import { RateLimiter } from 'limiter'
import PQueue from 'p-queue'
import pThrottle from 'p-throttle'
import { RateLimiterMemory, RateLimiterQueue } from 'rate-limiter-flexible'
import { type Admit, openBucket } from './open-bucket.ts'

export interface Limiter {
  readonly name: string
  /** @param limit payments in each window of this length. */
  open(limit: number, windowMs: number): Promise<Admit>
}

/** Each library is used as its documentation says for a number of requests per window. */
export const LIMITERS: readonly Limiter[] = [
  { name: 'Tillgate, exact bucket on SQLite', open: openBucket },
  {
    name: 'bottleneck, reservoir',
    async open(limit, windowMs) {
      const bottleneck = new Bottleneck({
        reservoir: limit,
        reservoirRefreshAmount: limit,
        reservoirRefreshInterval: windowMs,
      })
      return () => bottleneck.schedule(async () => true)
    },
  },
  {
    name: 'bottleneck, minTime',
    async open(limit, windowMs) {
      const bottleneck = new Bottleneck({ minTime: windowMs / limit })
      return () => bottleneck.schedule(async () => true)
    },
  },
  {
    name: 'rate-limiter-flexible, queue',
    async open(limit, windowMs) {
      const memory = new RateLimiterMemory({ points: limit, duration: windowMs / 1000 })
      const queue = new RateLimiterQueue(memory, { maxQueueSize: Number.MAX_SAFE_INTEGER })
      return async () => {
        await queue.removeTokens(1)
        return true
      }
    },
  },
  {
    name: 'limiter, RateLimiter',
    async open(limit, windowMs) {
      const limiter = new RateLimiter({ tokensPerInterval: limit, interval: windowMs })
      return async () => {
        await limiter.removeTokens(1)
        return true
      }
    },
  },
  {
    name: 'p-throttle',
    async open(limit, windowMs) {
      return pThrottle({ limit, interval: windowMs })(async () => true)
    },
  },
  {
    name: 'p-throttle, strict',
    async open(limit, windowMs) {
      return pThrottle({ limit, interval: windowMs, strict: true })(async () => true)
    },
  },
  {
    name: 'p-queue',
    async open(limit, windowMs) {
      const queue = new PQueue({ intervalCap: limit, interval: windowMs })
      return () => queue.add(async () => true)
    },
  },
  {
    name: 'p-queue, strict',
    async open(limit, windowMs) {
      const queue = new PQueue({ intervalCap: limit, interval: windowMs, strict: true })
      return () => queue.add(async () => true)
    },
  },
  {
    name: '@fastify/rate-limit',
    async open(limit, windowMs) {
      const app = Fastify()
      await app.register(rateLimit, { max: limit, timeWindow: windowMs, keyGenerator: () => 'store' })
      app.get('/', async () => 'in')
      await app.ready()
      return async () => (await app.inject('/')).statusCode === 200
    },
  },
]
