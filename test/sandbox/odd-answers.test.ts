import { request } from 'node:http'
import { expect, test } from 'vitest'
import { createClock } from './support/clock.ts'
import { cardOf } from './support/instruments.ts'
import { openStore, VISA_PAYMENT } from './support/open-store.ts'

test.each([
  { charged: false, charges: 0 },
  { charged: true, charges: 1 },
])('answer: a refusal that is not documented, with $charges charges', async ({ charged, charges }) => {
  const { sandbox, pay, order } = await openStore()
  const body = {
    status: 409,
    title: 'Another payment is in progress',
    code: 30999,
    errors: { order: 'busy' },
  }
  await sandbox.faults.add({ operation: 'pay', kind: 'answer', status: 409, body, charged })
  expect(await pay(order())).toMatchObject({ status: 409, body })
  expect(sandbox.charges()).toHaveLength(charges)
})

test('answer: transactions that are null', async () => {
  const { sandbox, transactions, order } = await openStore()
  await sandbox.faults.add({ operation: 'transactions', kind: 'answer', status: 200, body: { data: null } })
  expect(await transactions(order())).toMatchObject({ status: 200, body: { data: null } })
})

test.each([
  { headers: true, body: true },
  { headers: false, body: true },
  { headers: true, body: false },
  { headers: false, body: false },
])('rate_limited: 429 with BigCommerce’s headers $headers and its body $body', async ({ headers, body }) => {
  const { sandbox, mint, payWith, order } = await openStore()
  const pat = await mint(order())
  await sandbox.faults.add({ operation: 'pay', kind: 'rate_limited', headers, body, times: 1 })
  const limited = await payWith(pat, VISA_PAYMENT)
  expect(limited.status).toBe(429)
  expect(limited.headers.has('x-retry-after')).toBe(headers)
  expect(typeof limited.body === 'object').toBe(body)
  expect((await payWith(pat, VISA_PAYMENT)).status).toBe(201)
})

test('odd_answer: a body in gzip or brotli that was not asked for', async () => {
  const { sandbox, pay, order } = await openStore()
  for (const [how, encoding] of [
    ['gzip', 'gzip'],
    ['brotli', 'br'],
  ] as const) {
    await sandbox.faults.add({ operation: 'pay', kind: 'odd_answer', how, times: 1 })
    const paid = await pay(order())
    expect(paid.headers.get('content-encoding')).toBe(encoding)
    expect(paid).toMatchObject({ status: 201, body: { data: { status: 'success' } } })
  }
})

test('odd_answer: a numeric id and no transaction_type', async () => {
  const { sandbox, pay, order } = await openStore()
  await sandbox.faults.add({
    operation: 'pay',
    kind: 'odd_answer',
    set: { id: 12345 },
    omit: ['transaction_type'],
  })
  expect((await pay(order())).body.data).toEqual({ id: 12345, status: 'success' })
})

test('odd_answer: an unasked 100 Continue, and twenty kilobytes of headers', async () => {
  const { sandbox, order } = await openStore()
  const id = order()
  await sandbox.faults.add({ operation: 'order', kind: 'odd_answer', how: 'continue', times: 1 })
  await sandbox.faults.add({ operation: 'order', kind: 'odd_answer', how: 'large_headers', times: 1 })
  const ask = () =>
    new Promise<{ continued: boolean; status: number | undefined; headersLength: number }>(
      (resolve, reject) => {
        let continued = false
        request(`${sandbox.managementUrl}/v2/orders/${id}`, {
          headers: { 'x-auth-token': sandbox.accessToken },
          maxHeaderSize: 64 * 1024,
        })
          .on('information', ({ statusCode }) => {
            continued = statusCode === 100
          })
          .on('response', (response) => {
            response.resume()
            resolve({
              continued,
              status: response.statusCode,
              headersLength: response.rawHeaders.join('').length,
            })
          })
          .on('error', reject)
          .end()
      },
    )
  expect(await ask()).toMatchObject({ status: 200, continued: true })
  const padded = await ask()
  expect(padded).toMatchObject({ status: 200, continued: false })
  expect(padded.headersLength).toBeGreaterThan(20_000)
})

test('duplicated: both copies arrive, one charges, and the client hears that the token was used', async () => {
  const { sandbox, pay, order } = await openStore()
  await sandbox.faults.add({ operation: 'pay', kind: 'duplicated', times: 1 })
  expect(await pay(order())).toMatchObject({ status: 401, body: { code: 30102 } })
  expect(sandbox.charges()).toHaveLength(1)
})

test('duplicated: the client gets a 429 with all marks, and a copy charges a moment later', async () => {
  const { sandbox, pay, order } = await openStore()
  await sandbox.faults.add({
    operation: 'pay',
    kind: 'duplicated',
    answer: 'rate_limited',
    copy_after_ms: 30,
    times: 1,
  })
  const limited = await pay(order())
  expect(limited.status).toBe(429)
  expect(limited.headers.get('x-retry-after')).toBe('4')
  expect(sandbox.charges()).toHaveLength(0)
  await expect.poll(() => sandbox.charges(), { interval: 10 }).toHaveLength(1)
})

test('held: any card can be held for review', async () => {
  const { sandbox, pay, order, transactions } = await openStore()
  const id = order()
  await sandbox.faults.add({ operation: 'pay', kind: 'held', times: 1 })
  expect(await pay(id)).toMatchObject({ status: 201, body: { data: { status: 'success' } } })
  expect(sandbox.orders.get(id)).toMatchObject({ status_id: 12, payment_status: 'held for review' })
  expect((await transactions(id)).body.data).toMatchObject([{ fraud_review: true }])
})

test('shows_after_ms: a charge whose answer is lost shows three hours later', async () => {
  const clock = createClock()
  const { sandbox, pay, order, transactions } = await openStore({ now: clock.now })
  const id = order()
  await sandbox.faults.add({
    operation: 'pay',
    kind: 'status_after_charge',
    status: 500,
    shows_after_ms: 3 * 3_600_000,
  })
  expect((await pay(id)).status).toBe(500)
  expect(sandbox.charges()).toMatchObject([{ order_id: id, state: 'charged' }])
  clock.advance(3 * 3_600_000 - 1)
  expect(sandbox.orders.get(id)).toMatchObject({ status_id: 0, payment_status: '' })
  expect((await transactions(id)).status).toBe(204)
  clock.advance(1)
  expect(sandbox.orders.get(id)).toMatchObject({ status_id: 11, payment_status: 'captured' })
  expect((await transactions(id)).body.data).toMatchObject([{ event: 'purchase', status: 'ok' }])
})

test('30050 with a charge is charged without a word where the card is not to be saved', async () => {
  const { sandbox, pay, order } = await openStore()
  const payment = { payment_method_id: 'stripe.card', instrument: cardOf('4000000010300509') }
  expect((await pay(order(), payment)).status).toBe(201)
  expect(sandbox.charges()).toHaveLength(1)
})
