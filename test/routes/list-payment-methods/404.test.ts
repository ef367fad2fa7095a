import { expect, onTestFinished, test, vi } from 'vitest'
import { storeVariables } from '../../../sandbox/store-variables.ts'
import { callerToken, serverToken } from '../../support/caller-token.ts'
import { createOrder } from '../../support/orders.ts'
import { startScriptedUpstream, upstreamCustomer } from '../../support/scripted-upstream.ts'
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

test("a customer's order and its methods are read at once, but after a miss the order first", async () => {
  const upstream = await startScriptedUpstream()
  onTestFinished(upstream.close)
  const { call } = await startTillgate({
    environment: storeVariables({ ...upstream, accessToken: 'the-store-token' }),
  })
  const token = await callerToken({ customer_id: upstreamCustomer })
  const operations = () => upstream.calls.splice(0).map(({ operation }) => operation)
  expect((await call.methods(2, token)).status).toBe(200)
  expect(operations().toSorted()).toEqual(['methods', 'order'])
  // Of another: both were asked for, and the answer is of the order alone.
  expect((await call.methods(1, token)).status).toBe(404)
  await vi.waitFor(() => expect(upstream.calls).toHaveLength(2), { timeout: 10_000 })
  operations()
  for (const _ of [1, 2]) expect((await call.methods(1, token)).status).toBe(404)
  expect(operations()).toEqual(['order', 'order'])
})
