import { describe, expect, test } from 'vitest'
import type { Sandbox } from '../../../sandbox/start-sandbox.ts'
import type { ApiAnswer } from '../../support/call-api.ts'
import { callerToken } from '../../support/caller-token.ts'
import { createOrder } from '../../support/orders.ts'
import { cardPayment } from '../../support/payments.ts'
import { smallAllowance } from '../../support/small-allowance.ts'
import { startTillgate, type Tillgate, type TillgateOptions } from '../../support/start-tillgate.ts'

const token = callerToken({ customer_id: 11 })

const windowMs = 1_000
const small = (limit: number, environment: Record<string, string> = {}): TillgateOptions => {
  const allowance = smallAllowance(limit, windowMs)
  return {
    ...allowance,
    environment: {
      ...allowance.environment,
      CALLER_RATE_LIMIT: '0',
      ADDRESS_RATE_LIMIT: '0',
      ...environment,
    },
  }
}
const payEach = async ({ sandbox, call }: Tillgate, count: number, caller = token): Promise<ApiAnswer[]> => {
  const bearer = await caller
  return Promise.all(
    Array.from({ length: count }, () => call.pay(createOrder(sandbox), cardPayment(), { token: bearer })),
  )
}
const withStatus = (answers: readonly ApiAnswer[], status: number) =>
  answers.filter((answer) => answer.status === status)
/** How many charges BigCommerce saw within any window. */
const paymentsAt = (sandbox: Sandbox) => sandbox.stats().payments

describe('more payments than BigCommerce takes', () => {
  test('wait for their turn; those that would wait too long are told when to come again, and no payment is lost', async () => {
    const tillgate = await startTillgate(small(10))
    const answers = await payEach(tillgate, 45)
    const [paid, refused] = [withStatus(answers, 201), withStatus(answers, 429)]

    expect(paid.length + refused.length).toBe(45)
    expect(paid.length).toBeGreaterThanOrEqual(20)
    expect(refused.length).toBeGreaterThan(0)
    for (const { headers, body } of refused) {
      expect(body).toMatchObject({
        status: 429,
        code: 'payment_rate_limited',
        retry: 'after',
        'violated-policies': ['payments'],
      })
      expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1)
      expect(headers['ratelimit-policy']).toContain('"payments";q=10;w=1')
      expect(headers.ratelimit).toMatch(/"payments";r=0;t=[1-9]/)
    }
    expect(paymentsAt(tillgate.sandbox)).toMatchObject({ max_in_window: 10, too_many_requests: 0 })
    expect(tillgate.sandbox.charges()).toHaveLength(paid.length)
  })

  test('are paid with the same key once the time is over', async () => {
    const tillgate = await startTillgate(small(1, { PAYMENT_QUEUE_MAX_WAIT_MS: '0' }))
    await payEach(tillgate, 1)
    const orderId = createOrder(tillgate.sandbox)
    const caller = { token: await token, key: 'the-key-of-this-payment' }
    const refused = await tillgate.call.pay(orderId, cardPayment(), caller)
    expect(refused.status).toBe(429)
    await expect
      .poll(async () => (await tillgate.call.pay(orderId, cardPayment(), caller)).status, {
        interval: 200,
        timeout: 10_000,
      })
      .toBe(201)
    expect(paymentsAt(tillgate.sandbox)).toMatchObject({ max_in_window: 1, too_many_requests: 0 })
  })

  test('of one caller do not push out the one payment of another', async () => {
    const tillgate = await startTillgate(small(5))
    const flood = payEach(tillgate, 40)
    await expect.poll(() => paymentsAt(tillgate.sandbox).arrivals).toBeGreaterThan(0)
    const other = callerToken({ customer_id: 11, sub: 'another-caller' })
    expect(withStatus(await payEach(tillgate, 2, other), 201)).toHaveLength(2)
    expect(withStatus(await flood, 429).length).toBeGreaterThan(0)
    expect(paymentsAt(tillgate.sandbox)).toMatchObject({ max_in_window: 5, too_many_requests: 0 })
  })
})

test('every answer says how much of the allowance is left', async () => {
  const tillgate = await startTillgate()
  const [paid] = await payEach(tillgate, 1)
  expect(paid?.headers['ratelimit-policy']).toContain('"payments";q=50;w=4')
  expect(paid?.headers.ratelimit).toContain('"payments";r=49;t=4')
  const unknown = await tillgate.call.pay(1, cardPayment(), { token: 'none' })
  expect(unknown.status).toBe(401)
  expect(unknown.headers['ratelimit-policy']).toContain('"payments";q=50;w=4')
})

test('a charge for which no connection could be made uses nothing of the allowance', async () => {
  const tillgate = await startTillgate(
    small(1, { PAYMENT_QUEUE_MAX_WAIT_MS: '0', PAYMENT_RATE_WINDOW_MS: '60000' }),
  )
  await tillgate.sandbox.faults.add({ operation: 'pay', kind: 'refuse' })
  expect(withStatus(await payEach(tillgate, 1), 503)).toHaveLength(1)
  await tillgate.sandbox.faults.clear()
  expect(withStatus(await payEach(tillgate, 1), 201)).toHaveLength(1)
  expect(withStatus(await payEach(tillgate, 1), 429)).toHaveLength(1)
})

test('an instance that shuts down serves those that wait', async () => {
  const tillgate = await startTillgate(
    small(1, { PAYMENT_RATE_WINDOW_MS: '1500', PAYMENT_QUEUE_MAX_WAIT_MS: '30000' }),
  )
  await payEach(tillgate, 1)
  const orderId = createOrder(tillgate.sandbox)
  const waiting = tillgate.call.pay(orderId, cardPayment(), {
    token: await token,
    key: 'the-key-of-this-payment',
  })
  await expect
    .poll(() => tillgate.sandbox.requests().filter(({ path }) => path.endsWith('/access_tokens')))
    .toHaveLength(2)
  await new Promise((resolve) => setImmediate(resolve))
  tillgate.drain()
  const closed = tillgate.close()
  expect((await waiting).status).toBe(201)
  await closed
  expect(tillgate.sandbox.charges()).toHaveLength(2)
})
