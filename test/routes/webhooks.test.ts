import { createHmac, randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { startTillgate } from '../support/start-tillgate.ts'

const clientSecret = 'the-secret-of-the-app'
const environment = { BIGCOMMERCE_CLIENT_ID: 'the-app', BIGCOMMERCE_CLIENT_SECRET: clientSecret }

const body = (changes: object = {}) =>
  JSON.stringify({
    scope: 'store/order/statusUpdated',
    store_id: '1025646',
    data: { type: 'order', id: 215 },
    hash: 'abc',
    created_at: 1,
    producer: 'stores/jrah6gmn',
    ...changes,
  })

function signed(payload: string, { secret = clientSecret, at = Date.now(), id = randomUUID() } = {}) {
  const timestamp = String(Math.floor(at / 1000))
  const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${payload}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}

const minutes = (count: number) => count * 60_000

describe('only BigCommerce is listened to', () => {
  test.each([
    ['no signature', {}],
    ['another secret', signed(body(), { secret: 'another-secret' })],
    ['a signature of another body', signed(body({ scope: 'store/order/created' }))],
    ['one that is ten minutes old', signed(body(), { at: Date.now() - minutes(10) })],
    ['one from the future', signed(body(), { at: Date.now() + minutes(10) })],
  ])('%s is refused', async (_name, headers: Record<string, string>) => {
    const { call } = await startTillgate({ environment })
    const answer = await call('/webhooks/bigcommerce', { method: 'POST', body: body(), headers })
    expect(answer.body).toMatchObject({ status: 401, code: 'webhook_unverified' })
  })

  test('a delivery for another store is refused', async () => {
    const { call } = await startTillgate({ environment })
    const payload = body({ producer: 'stores/another' })
    const answer = await call('/webhooks/bigcommerce', {
      method: 'POST',
      body: payload,
      headers: signed(payload),
    })
    expect(answer.status).toBe(401)
  })

  test('without an app nothing is believed, not even an empty secret', async () => {
    const { call } = await startTillgate()
    const headers = signed(body(), { secret: '' })
    expect((await call('/webhooks/bigcommerce', { method: 'POST', body: body(), headers })).status).toBe(401)
  })
})

test.each([
  [
    'about something else',
    body({ scope: 'store/cart/converted', data: { type: 'cart', id: 'abc', orderId: 215 } }),
  ],
  ['about an order without payments', body({ data: { type: 'order', id: 4711 } })],
])('a delivery %s is taken and comes to nothing', async (_name, payload) => {
  const { sandbox, call } = await startTillgate({ environment })
  const answer = await call('/webhooks/bigcommerce', {
    method: 'POST',
    body: payload,
    headers: signed(payload),
  })
  expect(answer.status).toBe(204)
  expect(sandbox.requests()).toEqual([])
})

test('a webhook makes reconciliation look now, and what it says is not taken for the truth', async () => {
  const { sandbox, url, call } = await startTillgate({ environment, reconciles: true })
  const orderId = createOrder(sandbox)
  const caller = { token: await callerToken({ customer_id: 11 }), key: randomUUID() }
  // The charge takes a while to show: by then the looks have become rare.
  sandbox.configure({ transaction_lag_ms: 3_000, order_lag_ms: 3_000 })
  await sandbox.faults.add({ operation: 'pay', kind: 'reset_after_charge', times: 1 })
  await call.pay(orderId, cardPayment(), caller)
  const looks = () => sandbox.requests().filter(({ path }) => path.endsWith('/transactions')).length
  await expect.poll(looks, { timeout: 5_000 }).toBe(1)
  expect((await call.pay(orderId, cardPayment(), caller)).status).toBe(202)

  const webhook = {
    url: `${url}/webhooks/bigcommerce`,
    client_secret: clientSecret,
    scope: 'store/order/transaction/created',
    order_id: orderId,
    id: 'msg_once',
  } as const
  expect((await sandbox.sendWebhook(webhook)).status).toBe(204)
  expect((await sandbox.sendWebhook(webhook)).status).toBe(204)
  await expect.poll(looks, { timeout: 2_500 }).toBeGreaterThan(1)
  await expect
    .poll(async () => (await call.pay(orderId, cardPayment(), caller)).status, { timeout: 10_000 })
    .toBe(201)
})
