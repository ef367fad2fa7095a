import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { Permits } from '../allowance/permits.ts'
import { addRateLimitHeaders } from './rate-limits.ts'

export interface PaymentTokenBucketOptions {
  readonly permits: Pick<Permits, 'open' | 'close' | 'standing'>
}

/**
 * The exact bucket as far as HTTP is concerned. Its permits are there before the first request, every answer of the scope
 * that it is registered in tells how the allowance stands, and a closing instance ends all waiting for a permit.
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
