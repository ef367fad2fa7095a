import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { PaymentTokenQueue } from '../allowance/permits.ts'
import { addRateLimitHeaders } from './rate-limits.ts'

export interface PaymentTokenBucketOptions {
  readonly paymentTokens: Pick<PaymentTokenQueue, 'open' | 'close' | 'standing'>
}

/**
 * The exact bucket as far as HTTP is concerned: tokens are there before the first request is, every answer of the scope
 * it is registered in tells how the allowance stands, and a closing instance lets nobody wait for one.
 */
async function paymentTokenBucket(app: FastifyInstance, { paymentTokens }: PaymentTokenBucketOptions) {
  app.addHook('onReady', () => paymentTokens.open())
  app.addHook('preClose', async () => paymentTokens.close())
  app.addHook('onSend', async (_request, reply) =>
    addRateLimitHeaders(reply, { name: 'payments', ...paymentTokens.standing() }),
  )
}

export const paymentTokenBucketPlugin = fp(paymentTokenBucket, {
  name: 'payment-token-bucket',
  dependencies: ['problem-details'],
  fastify: '5.x',
})
