import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { Permits } from '../allowance/permits.ts'
import { addRateLimitHeaders } from './rate-limits.ts'

export interface PaymentTokenBucketOptions {
  readonly permits: Pick<Permits, 'open' | 'standing'>
}

/**
 * Connects the exact bucket to HTTP: opens it before the first request, and shows the state of the allowance on every answer of
 * its scope.
 */
async function paymentTokenBucket(app: FastifyInstance, { permits }: PaymentTokenBucketOptions) {
  app.addHook('onReady', () => permits.open())
  app.addHook('onSend', (_request, reply, _payload, done) => {
    addRateLimitHeaders(reply, { name: 'payments', ...permits.standing() })
    done()
  })
}

export const paymentTokenBucketPlugin = fp(paymentTokenBucket, {
  name: 'payment-token-bucket',
  dependencies: ['problem-details'],
  fastify: '5.x',
})
