import { expect, test } from 'vitest'
import { callerToken, serverToken } from '../../support/caller-token.ts'
import { createOrder } from '../../support/orders.ts'
import { cardPayment } from '../../support/payments.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

const nowhere = 4711

test.each([
  ["another customer's order", { customer_id: 12 }, async () => callerToken({ customer_id: 11 })],
  ["a guest's order, to a customer", { customer_id: 0 }, async () => callerToken({ customer_id: 11 })],
  [
    'an order that the token does not name',
    {},
    async () => callerToken({ order_ids: [nowhere + 1], customer_id: 11 }),
  ],
  ['any order, to a token that names nothing', {}, async () => callerToken({})],
])('%s is answered in the very bytes of one that is not there', async (_name, order, tokenOf) => {
  const { sandbox, call } = await startTillgate()
  const token = await tokenOf()
  const headers = { 'x-request-id': 'the-same-request' }

  const notYours = await call.pay(createOrder(sandbox, order), cardPayment(), { token, headers })
  const notThere = await call.pay(nowhere, cardPayment(), { token, headers })

  expect(notYours.body).toMatchObject({ status: 404, code: 'order_not_found' })
  expect(notYours.text).toBe(notThere.text)
  expect({ ...notYours.headers, date: '' }).toEqual({ ...notThere.headers, date: '' })
  expect(sandbox.charges()).toEqual([])
})

test('an order that was deleted is not found, even with a token bound to it', async () => {
  const { call } = await startTillgate()
  const answer = await call.pay(nowhere, cardPayment(), { token: await serverToken() })
  expect(answer.body).toMatchObject({ status: 404, code: 'order_not_found', bigcommerce_code: 30003 })
})
