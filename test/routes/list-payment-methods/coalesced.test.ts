import { expect, test, vi } from 'vitest'
import { callerToken, serverToken } from '../../support/caller-token.ts'
import { createOrder } from '../../support/orders.ts'
import { startTillgate, type Tillgate } from '../../support/start-tillgate.ts'

const reads = ({ sandbox }: Tillgate, part: string) =>
  sandbox.requests().filter(({ host, path }) => host === 'management' && path.includes(part)).length

/** A store whose reads take long enough that all who ask at once ask while one is running. */
async function slowStore() {
  const tillgate = await startTillgate()
  await tillgate.sandbox.faults.add({ operation: 'methods', kind: 'latency', delay_ms: 400 })
  return tillgate
}

test('ten identical reads at once are one read of BigCommerce, with one answer', async () => {
  const tillgate = await slowStore()
  const orderId = createOrder(tillgate.sandbox)
  const token = await callerToken({ customer_id: 11 })
  const answers = await Promise.all(Array.from({ length: 10 }, () => tillgate.call.methods(orderId, token)))
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
  expect(answers[0]?.status).toBe(200)
  expect([reads(tillgate, 'payments/methods'), reads(tillgate, '/v2/orders/')]).toEqual([1, 1])

  await tillgate.sandbox.faults.clear()
  await tillgate.call.methods(orderId, token)
  expect(reads(tillgate, 'payments/methods')).toBe(2)
})

test('each caller and each order is read by itself', async () => {
  const tillgate = await slowStore()
  const orderId = createOrder(tillgate.sandbox)
  const other = createOrder(tillgate.sandbox)
  const answers = await Promise.all([
    tillgate.call.methods(orderId, await callerToken({ sub: 'one', order_ids: [orderId, other] })),
    tillgate.call.methods(other, await callerToken({ sub: 'one', order_ids: [orderId, other] })),
    tillgate.call.methods(orderId, await callerToken({ sub: 'two', order_ids: [orderId] })),
    tillgate.call.methods(orderId, await callerToken({ customer_id: 11 })),
    tillgate.call.methods(orderId, await serverToken()),
  ])
  expect(answers.map(({ status, body }) => [status, body.meta.order.id])).toEqual([
    [200, orderId],
    [200, other],
    [200, orderId],
    [200, orderId],
    [200, orderId],
  ])
  expect(reads(tillgate, 'payments/methods')).toBe(5)
})

test.each([
  ['another token of the same caller that does not name the order', { sub: 'one', order_ids: [1] }],
  ['another customer', { sub: 'one', customer_id: 12 }],
])('%s does not ride along on the read of one who may', async (_name, claims) => {
  const tillgate = await slowStore()
  const { sandbox, call } = tillgate
  const orderId = createOrder(sandbox)
  const allowed = call.methods(orderId, await callerToken({ sub: 'one', order_ids: [orderId] }))
  await vi.waitFor(() => expect(reads(tillgate, 'payments/methods')).toBe(1), { timeout: 10_000 })
  expect((await call.methods(orderId, await callerToken(claims))).body).toMatchObject({
    code: 'order_not_found',
  })
  expect((await allowed).status).toBe(200)
})
