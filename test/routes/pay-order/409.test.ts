import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { callerToken } from '../../support/caller-token.ts'
import { createOrder, guideOrderAmount } from '../../support/orders.ts'
import { cardPayment } from '../../support/payments.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

const token = callerToken({ customer_id: 11 })

describe('the order fence', () => {
  test('a paid order is not paid again with another key, device or token', async () => {
    const { sandbox, call } = await startTillgate()
    const orderId = createOrder(sandbox)
    const paid = await call.pay(orderId, cardPayment(), { token: await token })

    for (const other of [token, callerToken({ order_ids: [orderId], sub: 'another-device' })]) {
      const answer = await call.pay(orderId, cardPayment(), { token: await other })
      expect(answer.body).toMatchObject({ status: 409, code: 'order_already_paid', retry: 'never' })
      expect(answer.body.payment_id).toBe(paid.body.data.id)
    }
    expect(sandbox.charges()).toHaveLength(1)
  })

  test('fifty payments of one order at the same time, each with its own key, make one charge', async () => {
    const { sandbox, call } = await startTillgate()
    const orderId = createOrder(sandbox)
    await sandbox.faults.add({ operation: 'pay', kind: 'latency', delay_ms: 200 })
    const caller = { token: await token }

    const answers = await Promise.all(
      Array.from({ length: 50 }, () => call.pay(orderId, cardPayment(), caller)),
    )

    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    for (const { status, body } of answers.filter(({ status }) => status !== 201)) {
      expect(status).toBe(409)
      expect(['order_payment_in_progress', 'order_already_paid']).toContain(body.code)
    }
    expect(sandbox.charges()).toHaveLength(1)
  })
})

test('fifty requests with one key at the same time make one charge, and the others get its answer or are told to ask again', async () => {
  const { sandbox, call } = await startTillgate()
  const orderId = createOrder(sandbox)
  await sandbox.faults.add({ operation: 'pay', kind: 'latency', delay_ms: 200 })
  const caller = { token: await token, key: randomUUID() }

  const answers = await Promise.all(
    Array.from({ length: 50 }, () => call.pay(orderId, cardPayment(), caller)),
  )

  const isReplay = ({ headers }: (typeof answers)[number]) => headers['idempotent-replayed'] === 'true'
  expect(answers.filter((answer) => answer.status === 201 && !isReplay(answer))).toHaveLength(1)
  for (const { body, headers } of answers.filter(({ status }) => status !== 201)) {
    expect(body).toMatchObject({ status: 409, code: 'request_in_progress', retry: 'after' })
    expect(headers['retry-after']).toBe('2')
  }
  expect(sandbox.charges()).toHaveLength(1)
  const replay = await call.pay(orderId, cardPayment(), caller)
  expect([replay.status, replay.headers['idempotent-replayed']]).toEqual([201, 'true'])
})

describe('the amount', () => {
  test('is refused when it is not what the caller expects, before any charge', async () => {
    const { sandbox, call } = await startTillgate()
    const orderId = createOrder(sandbox)
    const body = { ...cardPayment(), expected_amount: guideOrderAmount - 1 }
    for (const caller of [token, callerToken({ order_ids: [orderId] })]) {
      const answer = await call.pay(orderId, body, { token: await caller })
      expect(answer.body).toMatchObject({ status: 409, code: 'amount_changed', retry: 'new_key' })
    }
    expect(sandbox.requests().filter(({ host }) => host === 'payments')).toEqual([])
  })

  test('when it is refused, the order can still be paid', async () => {
    const { sandbox, call } = await startTillgate()
    const orderId = createOrder(sandbox)
    await call.pay(orderId, { ...cardPayment(), expected_amount: 1 }, { token: await token })
    expect((await call.pay(orderId, cardPayment(), { token: await token })).status).toBe(201)
  })
})

test.each([
  ['one that BigCommerce created as pending', { status_id: 1 }],
  ['one that is shipped', { status_id: 2 }],
  ['one made in the control panel', { order_source: 'manual' }],
  [
    'one that costs nothing',
    { products: [{ name: 'Gift', quantity: 1, price_inc_tax: 0, price_ex_tax: 0 }] },
  ],
])('an order that cannot be paid is refused: %s', async (_name, order) => {
  const { sandbox, call } = await startTillgate()
  const orderId = createOrder(sandbox, order)
  for (const caller of [token, callerToken({ order_ids: [orderId] })]) {
    const answer = await call.pay(orderId, cardPayment(), { token: await caller })
    expect(answer.body).toMatchObject({ status: 409, code: 'order_not_payable', retry: 'never' })
  }
  expect(sandbox.charges()).toEqual([])
})
