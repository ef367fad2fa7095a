import { expect, test, vi } from 'vitest'
import { callerToken, serverToken } from '../../support/caller-token.ts'
import type { Tillgate } from '../../support/start-tillgate.ts'
import { askedFor, checkoutToken, openCheckout, payCheckout, startWithCheckouts } from './support.ts'

const reads = (tillgate: Tillgate) => askedFor(tillgate, 'GET', /\/v3\/payments\/methods/)

/** A store whose reads take long enough that all who ask at once ask while one is running. */
async function slowCheckout() {
  const tillgate = await startWithCheckouts()
  await tillgate.sandbox.faults.add({ operation: 'methods', kind: 'latency', delay_ms: 400 })
  const id = openCheckout(tillgate)
  const list = async (token: string | Promise<string>, checkoutId = id) =>
    tillgate.call(`/checkouts/${checkoutId}/payment-methods`, { token: await token })
  return { ...tillgate, tillgate, id, list }
}

test('ten identical reads at once are one read of BigCommerce, with one answer', async () => {
  const { tillgate, id, list, sandbox } = await slowCheckout()
  const token = await checkoutToken(id)
  const answers = await Promise.all(Array.from({ length: 10 }, () => list(token)))
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
  expect(answers[0]?.status).toBe(200)
  expect([reads(tillgate), askedFor(tillgate, 'GET', /\/v3\/checkouts\/[^/]+$/)]).toEqual([1, 1])

  await sandbox.faults.clear()
  await list(token)
  expect(reads(tillgate)).toBe(2)
})

test('each caller and each checkout is read by itself', async () => {
  const { tillgate, id, list } = await slowCheckout()
  const other = openCheckout(tillgate)
  const answers = await Promise.all([
    list(callerToken({ sub: 'one', checkout_ids: [id, other] })),
    list(callerToken({ sub: 'one', checkout_ids: [id, other] }), other),
    list(callerToken({ sub: 'two', checkout_ids: [id] })),
    list(callerToken({ customer_id: 11 })),
    list(serverToken()),
  ])
  expect(answers.map(({ status, body }) => [status, body.meta.checkout.id])).toEqual(
    [id, other, id, id, id].map((listed) => [200, listed]),
  )
  expect(reads(tillgate)).toBe(5)
})

test.each([
  ['another token of the same caller that does not name the checkout', { order_ids: [1] }, 'checkout_ids'],
  ['another customer', { customer_id: 12 }, 'checkout_ids'],
  ['another customer', { customer_id: 12 }, 'customer_id'],
])('%s (%j) does not ride along on the read of one who may by %s', async (_name, claims, by) => {
  const { tillgate, id, list } = await slowCheckout()
  const named = by === 'customer_id' ? { customer_id: 11 } : { checkout_ids: [id] }
  const allowed = list(callerToken({ sub: 'one', ...named }))
  await vi.waitFor(() => expect(reads(tillgate)).toBe(1), { timeout: 10_000 })
  expect((await list(callerToken({ sub: 'one', ...claims }))).body).toMatchObject({
    code: 'checkout_not_found',
  })
  expect((await allowed).status).toBe(200)
})

test('a read that began before a payment is not the answer to one that began after it', async () => {
  const { tillgate, id, list, sandbox } = await slowCheckout()
  const token = await checkoutToken(id)
  await sandbox.faults.add({ operation: 'pay', kind: 'reset_before_charge', times: 1 })
  const early = list(token)
  await vi.waitFor(() => expect(reads(tillgate)).toBe(1), { timeout: 10_000 })
  expect((await payCheckout(tillgate, id)).status).toBe(202)
  const late = list(token)
  expect((await early).body.meta.checkout.payable).toBe(true)
  expect((await late).body.meta.checkout).toMatchObject({ id, amount: 6098, payable: false })
})

test('a checkout that was paid while it was read is told with its payment', async () => {
  const tillgate = await startWithCheckouts()
  const { sandbox, call } = tillgate
  const id = openCheckout(tillgate)
  const token = await checkoutToken(id)
  await sandbox.faults.add({ operation: 'orders', kind: 'latency', delay_ms: 800, times: 1 })
  const early = call(`/checkouts/${id}/payment-methods`, { token })
  await vi.waitFor(() => expect(askedFor(tillgate, 'GET', /\/v2\/orders\?cart_id/)).toBe(1), {
    timeout: 10_000,
  })
  const paid = await payCheckout(tillgate, id)
  expect(paid.status).toBe(201)
  expect((await early).body).toMatchObject({ code: 'order_already_paid', payment_id: paid.body.data.id })
})
