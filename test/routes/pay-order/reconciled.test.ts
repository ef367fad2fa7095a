import { describe, type TestContext, test } from 'vitest'
import type { FaultInput } from '../../../sandbox/faults/fault.ts'
import { paymentPathOf } from '../../support/call-api.ts'
import { callerToken } from '../../support/caller-token.ts'
import { createOrder } from '../../support/orders.ts'
import { cardPayment } from '../../support/payments.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

const token = callerToken({ customer_id: 11 })
const key = 'the-key-of-this-payment'

/** Asks again as a client does after a 202, until the payment is final. */
async function payUntilKnown(
  { expect, onTestFinished }: TestContext,
  { given, body, change }: { given: FaultInput | null; body: object; change?: object },
) {
  const environment = { PAYMENT_TIMEOUT_MS: '1000' }
  const tillgate = await startTillgate({ reconciles: true, environment, onTestFinished })
  const { sandbox, call } = tillgate
  const orderId = createOrder(sandbox)
  if (change) sandbox.configure(change)
  if (given) await sandbox.faults.add(given)
  const caller = { token: await token, key }
  const first = await call.pay(orderId, body, caller)
  expect(first.status).toBe(202)
  const path = paymentPathOf(orderId, first)
  await expect
    .poll(async () => (await call(path, { token: await token })).body.meta.retry, {
      timeout: 10_000,
      interval: 200,
    })
    .toBeUndefined()
  return { ...tillgate, orderId, first, last: await call.pay(orderId, body, caller), path }
}

// Looks come seconds after a charge: all wait for them together.
describe.concurrent('a lost answer is looked up', () => {
  test.for([
    ['the connection was reset', { kind: 'reset_after_charge' }],
    ['it never came', { kind: 'hang_after_charge' }],
    ['it was cut off', { kind: 'cut_body' }],
    ['it was a 500', { kind: 'status_after_charge', status: 500 }],
    ['it was code 30105', { kind: 'code', code: 30105, charged: true }],
  ] as const)(
    '%s: the charge is found, and the same key is answered 201 from then on',
    async ([, fault], context) => {
      const { expect } = context
      const given = { operation: 'pay', times: 1, ...fault } as FaultInput
      const { sandbox, call, orderId, first, last } = await payUntilKnown(context, {
        given,
        body: cardPayment(),
      })

      expect([last.status, last.headers['idempotent-replayed']]).toEqual([201, 'true'])
      expect(last.body.data).toMatchObject({
        id: first.body.data.id,
        status: 'success',
        transaction_type: 'purchase',
      })
      expect((await call.pay(orderId, cardPayment(), { token: await token, key })).text).toBe(last.text)
      expect((await call.pay(orderId, cardPayment(), { token: await token })).body.code).toBe(
        'order_already_paid',
      )
      expect(sandbox.charges()).toHaveLength(1)
    },
  )

  test("a decline that shows is not believed while the charge can still begin: it may be another payment's", async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, call } = await startTillgate({ reconciles: true, onTestFinished })
    const orderId = createOrder(sandbox)
    sandbox.configure({ declines_are_transactions: true })
    await sandbox.faults.add({ operation: 'pay', kind: 'reset_after_charge', times: 1 })
    const declined = cardPayment({ number: '4000000000009995' })
    await call.pay(orderId, declined, { token: await token, key })
    const looks = () => sandbox.requests().filter(({ path }) => path.endsWith('/transactions')).length
    await expect.poll(looks, { timeout: 10_000 }).toBeGreaterThan(1)
    expect((await call.pay(orderId, declined, { token: await token, key })).body.data.status).toBe('unknown')
  })
})

test.concurrent('a pending payment is followed to its success', async (context) => {
  const { expect } = context
  const { last, sandbox } = await payUntilKnown(context, {
    given: null,
    body: cardPayment({ number: '4000000000202012' }),
    change: { settle_ms: 1500 },
  })
  expect(last.body).toMatchObject({ data: { status: 'success' } })
  expect(sandbox.charges()).toMatchObject([{ state: 'charged' }])
})

test.concurrent('a pending payment is followed to its decline, and the order can be paid again where BigCommerce lets it', async (context) => {
  const { expect } = context
  const body = cardPayment({ number: '4000000000202061' })
  const { last, call, path } = await payUntilKnown(context, {
    given: null,
    body,
    change: { settle_ms: 1500 },
  })
  expect(last.body).toMatchObject({ status: 402, code: 'payment_declined', retry: 'new_key' })
  expect((await call(path, { token: await token })).body.data.status).toBe('declined')
})

test.concurrent('an order that looks untouched stays held: the PAT may still start a payment', async ({
  expect,
  onTestFinished,
}) => {
  const { sandbox, call, log } = await startTillgate({ reconciles: true, onTestFinished })
  const orderId = createOrder(sandbox)
  await sandbox.faults.add({ operation: 'pay', kind: 'reset_before_charge', times: 1 })
  await call.pay(orderId, cardPayment(), { token: await token, key })
  await expect
    .poll(() => sandbox.requests().filter(({ path }) => path.endsWith('/transactions')).length, {
      timeout: 10_000,
    })
    .toBeGreaterThan(0)
  const again = await call.pay(orderId, cardPayment(), { token: await token, key })
  expect(again.body).toMatchObject({ data: { status: 'unknown' } })
  expect(log.join('')).not.toContain('payment reconciled')
})

test.concurrent('a purchase that was made elsewhere stops the next payment after one in doubt, and people hear of it', async (context) => {
  const { expect } = context
  const { sandbox, call, orderId, log, metrics } = await payUntilKnown(context, {
    given: null,
    body: cardPayment({ number: '4000000000202061' }),
    change: { settle_ms: 1500 },
  })
  sandbox.orders.edit(orderId, { status_id: 0 })
  sandbox.transactions.add({ order_id: orderId, payment_method_id: 'adyenv2.scheme' })
  const next = await call.pay(orderId, cardPayment(), { token: await token })
  expect(next.body).toMatchObject({ status: 409, code: 'order_already_paid', retry: 'never' })
  expect(sandbox.charges()).toMatchObject([{ state: 'declined' }])
  await expect.poll(() => log.join(''), { timeout: 10_000 }).toContain('unaccounted charge detected')
  expect(await metrics()).toContain('tillgate_unaccounted_charges{age="1m"} 1')
})

test.concurrent('cash that was taken for an order is not told as the card payment whose answer was lost', async ({
  expect,
  onTestFinished,
}) => {
  const { sandbox, call, log } = await startTillgate({ reconciles: true, onTestFinished })
  const orderId = createOrder(sandbox)
  await sandbox.faults.add({ operation: 'pay', kind: 'reset_before_charge', times: 1 })
  await call.pay(orderId, cardPayment(), { token: await token, key })
  sandbox.transactions.add({ order_id: orderId, method: 'offline' })
  await expect.poll(() => log.join(''), { timeout: 10_000 }).toContain('unaccounted charge detected')
  const again = await call.pay(orderId, cardPayment(), { token: await token, key })
  expect(again.body).toMatchObject({ data: { status: 'unknown' } })
  expect(sandbox.charges()).toEqual([])
})
