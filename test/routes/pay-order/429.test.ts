import { expect, test } from 'vitest'
import { callerToken } from '../../support/caller-token.ts'
import { createOrder } from '../../support/orders.ts'
import { cardPayment } from '../../support/payments.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

const token = callerToken({ customer_id: 11 })

test('a caller past its allowance is refused before anything is done, and may send the same key later', async () => {
  const { sandbox, call } = await startTillgate({ environment: { CALLER_RATE_LIMIT: '1' } })
  const orderId = createOrder(sandbox)
  await call.methods(orderId, await token)
  const before = sandbox.requests().length

  const answer = await call.pay(orderId, cardPayment(), { token: await token })
  expect(answer.body).toMatchObject({ status: 429, code: 'quota_exceeded', retry: 'after' })
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  expect(sandbox.requests()).toHaveLength(before)
})
