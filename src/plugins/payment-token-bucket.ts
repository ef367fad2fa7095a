import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { Permits } from '../allowance/permits.ts'
import { addRateLimitHeaders } from './rate-limits.ts'

export interface PaymentTokenBucketOptions {
  readonly permits: Pick<Permits, 'open' | 'close' | 'standing'>
}

/**
 * Ties the exact bucket to HTTP: opens it before the first request, shows the state of the allowance on every answer of
 * its scope, and ends all waiting for permits when the instance closes.
 */
async function paymentTokenBucket(app: FastifyInstance, { permits }: PaymentTokenBucketOptions) {
  app.addHook('onReady', () => permits.open())
  app.addHook('preClose', async () => permits.close())
  app.addHook('onSend', async (_request, reply) =>
    addRateLimitHeaders(reply, { name: 'payments', ...permits.standing() }),
  )
}

export const paymentTokenBucketPlugin = fp(paymentTokenBucket, {
  name: 'payment-token-bucket',
  dependencies: ['problem-details'],
  fastify: '5.x',
})
