import { expect, test } from 'vitest'
import { callerToken, serverToken } from '../../support/caller-token.ts'
import { createOrder } from '../../support/orders.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

const nowhere = 4711

test.each([
  ["another customer's order", { customer_id: 12 }],
  ["a guest's order", { customer_id: 0 }],
  ["another customer's order that is paid", { customer_id: 12, status_id: 11 }],
])('%s is answered in the very bytes of one that is not there', async (_name, order) => {
  const { sandbox, call } = await startTillgate()
  const options = {
    token: await callerToken({ customer_id: 11 }),
    headers: { 'x-request-id': 'the-same-request' },
  }
  const notYours = await call(`/orders/${createOrder(sandbox, order)}/payment-methods`, options)
  const notThere = await call(`/orders/${nowhere}/payment-methods`, options)
  expect(notYours.status).toBe(404)
  expect(notYours.text).toBe(notThere.text)
  expect({ ...notYours.headers, date: '' }).toEqual({ ...notThere.headers, date: '' })
})

test('an order that is not there is not found by a trusted server either', async () => {
  const { call } = await startTillgate()
  expect((await call.methods(nowhere, await serverToken())).body.code).toBe('order_not_found')
})
