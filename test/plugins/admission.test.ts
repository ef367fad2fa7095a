import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { calm, startTillgate, type Tillgate } from '../support/start-tillgate.ts'

const token = callerToken({ customer_id: 11 })
const overloaded = { status: 503, code: 'overloaded', retry: 'after' }
const withBounds = (bounds: object, environment = {}) =>
  startTillgate({ environment, replace: { loadBounds: { ...calm, ...bounds } } })

/** Sends a payment whose charge BigCommerce does not answer. Resolves once it is in progress. */
async function payWithoutEnd(tillgate: Tillgate, options: { signal?: AbortSignal } = {}): Promise<void> {
  const { sandbox, call } = tillgate
  await sandbox.faults.add({ operation: 'pay', kind: 'hang_before_charge', times: 1 })
  call.pay(createOrder(sandbox), cardPayment(), { token: await token, ...options }).catch(() => {})
  const isSent = () => expect(sandbox.requests().some(({ host }) => host === 'payments')).toBe(true)
  await vi.waitFor(isSent, { timeout: 10_000 })
  // So that its late answer is the last on its connection, and closing does not wait for the next request there.
  onTestFinished(tillgate.drain)
}
const pay = async ({ sandbox, call }: Tillgate) =>
  call.pay(createOrder(sandbox), cardPayment(), { token: await token })

describe('past the bound of payments', () => {
  test('the next is refused at once, in our words, before BigCommerce hears of it', async () => {
    const tillgate = await withBounds({ paymentsMax: 1 })
    await payWithoutEnd(tillgate)
    const before = tillgate.sandbox.requests().length

    const { body, headers } = await pay(tillgate)
    expect(body).toMatchObject(overloaded)
    expect(headers['retry-after']).toBe('2')
    expect(tillgate.sandbox.requests()).toHaveLength(before)
  })

  test('reads and probes are answered as ever', async () => {
    const tillgate = await withBounds({ paymentsMax: 1 })
    await payWithoutEnd(tillgate)
    expect((await tillgate.call.methods(createOrder(tillgate.sandbox), await token)).status).toBe(200)
    expect((await tillgate.call('/readyz')).status).toBe(200)
  })

  test('a place is free again when a payment has ended, and not when its client goes away', async () => {
    const tillgate = await withBounds({ paymentsMax: 1 }, { PAYMENT_TIMEOUT_MS: '4000' })
    const leaving = new AbortController()
    await payWithoutEnd(tillgate, { signal: leaving.signal })
    leaving.abort()
    const connections = promisify(tillgate.server.getConnections.bind(tillgate.server))
    await vi.waitFor(async () => expect(await connections()).toBe(0), { timeout: 10_000 })
    expect((await pay(tillgate)).body).toMatchObject(overloaded)
    await vi.waitFor(async () => expect((await pay(tillgate)).status).toBe(201), { timeout: 15_000 })
  })

  test('a hundred payments one after the other leave no place taken', async () => {
    const tillgate = await withBounds({ paymentsMax: 1, requestsMax: 1 })
    const wrong = {
      token: await token,
      body: '{',
      method: 'POST',
      headers: { 'idempotency-key': 'k'.repeat(16) },
    } as const
    for (let n = 0; n < 25; n++) {
      expect((await tillgate.call('/orders/1/pay', wrong)).status).toBe(400)
      expect((await tillgate.call('/orders/1/pay', { method: 'POST' })).status).toBe(401)
      expect((await tillgate.call('/nowhere')).status).toBe(404)
      const asking = { token: await callerToken({ sub: `shopper-${n}`, customer_id: 11 }) }
      expect((await tillgate.call('/orders/999999/payments', asking)).status).toBe(404)
    }
  })
})

test('past the bound of reads a payment still finds its place', async () => {
  const tillgate = await withBounds({ requestsMax: 1 })
  const { sandbox, call } = tillgate
  await sandbox.faults.add({ operation: 'methods', kind: 'hang_before_charge', times: 1 } as never)
  const orderId = createOrder(sandbox)
  onTestFinished(tillgate.drain)
  call.methods(orderId, await token).catch(() => {})
  await vi.waitFor(
    () => expect(sandbox.requests().some(({ path }) => path.includes('payments/methods'))).toBe(true),
    { timeout: 10_000 },
  )

  expect((await call.methods(orderId, await token)).body).toMatchObject(overloaded)
  expect((await pay(tillgate)).status).toBe(201)
})

test('a process that is behind its work takes on no more, and answers its probes', async () => {
  let delayMs = 501
  const tillgate = await withBounds({ eventLoopDelayMs: () => delayMs })
  expect((await pay(tillgate)).body).toMatchObject(overloaded)
  expect((await tillgate.call('/nowhere')).body).toMatchObject(overloaded)
  expect((await tillgate.call('/livez')).status).toBe(200)
  delayMs = 500
  expect((await pay(tillgate)).status).toBe(201)
})
