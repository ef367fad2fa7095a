import { describe, expect, test } from 'vitest'
import { callerToken, serverToken } from '../../support/caller-token.ts'
import { createOrder, guideOrderAmount } from '../../support/orders.ts'
import { cardPayment } from '../../support/payments.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

type Method = { id: string; accepts: string[]; stored_instruments?: object[] }
const token = callerToken({ customer_id: 11 })

test("the methods come in BigCommerce's own fields, with what each accepts and what the order costs", async () => {
  const { sandbox, call } = await startTillgate()
  const orderId = createOrder(sandbox)

  const { status, body } = await call.methods(orderId, await token)

  expect(status).toBe(200)
  expect(body.meta.order).toEqual({ id: orderId, amount: guideOrderAmount, currency: 'USD', payable: true })
  const accepts = Object.fromEntries(body.data.map((method: Method) => [method.id, method.accepts]))
  expect(accepts).toMatchObject({
    'stripe.card': ['card', 'stored_card'],
    'adyenv2.scheme': ['stored_card'],
    'braintree.paypal': ['stored_paypal_account'],
    'braintree.ach': ['stored_bank_account'],
    'bolt.card': ['stored_card', 'tokenized_card'],
    'bigcommerce.gift_certificate': ['gift_certificate'],
    'bigcommerce.store_credit': ['store_credit'],
  })
})

test('only the instruments that this service takes are offered', async () => {
  const { sandbox, call } = await startTillgate({ environment: { PAYMENT_INSTRUMENTS: 'stored_card' } })
  const { body } = await call.methods(createOrder(sandbox), await token)
  expect(new Set(body.data.flatMap(({ accepts }: Method) => accepts))).toEqual(new Set(['stored_card']))
})

describe('who sees what', () => {
  test.each([
    ['a customer', {}, async () => callerToken({ customer_id: 11 })],
    ['a token bound to the order', {}, async (id: number) => callerToken({ order_ids: [id] })],
    ['a trusted server', {}, serverToken],
    [
      'a guest with a token bound to the order',
      { customer_id: 0 },
      async (id: number) => callerToken({ order_ids: [id] }),
    ],
  ])('%s sees the methods', async (_name, order, tokenOf) => {
    const { sandbox, call } = await startTillgate()
    const orderId = createOrder(sandbox, order)
    const { status, body } = await call.methods(orderId, await tokenOf(orderId))
    expect(status).toBe(200)
    const stored = body.data.flatMap(({ stored_instruments = [] }: Method) => stored_instruments)
    expect(stored.length > 0).toBe(!('customer_id' in order))
  })
})

test('an order whose payment is unknown is not payable, whatever BigCommerce says of it', async () => {
  const { sandbox, call } = await startTillgate()
  const orderId = createOrder(sandbox)
  await sandbox.faults.add({ operation: 'pay', kind: 'reset_before_charge', times: 1 })
  expect((await call.pay(orderId, cardPayment(), { token: await token })).status).toBe(202)
  expect((await call.methods(orderId, await token)).body.meta.order.payable).toBe(false)
})

test('a part that is paid lowers what is due', async () => {
  const { sandbox, call } = await startTillgate()
  const orderId = createOrder(sandbox)
  const payment = { instrument: { type: 'store_credit' }, payment_method_id: 'bigcommerce.store_credit' }
  await call.pay(orderId, { payment }, { token: await token })
  const { body } = await call.methods(orderId, await token)
  expect(body.meta.order).toMatchObject({ amount: guideOrderAmount - 2500, payable: true })
})
