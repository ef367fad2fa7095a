import { expect, test } from 'vitest'
import { PROBLEM_CODES, PROBLEMS } from '../../src/domain/problems.ts'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { rawHttp } from '../support/raw-http.ts'
import { startTillgate } from '../support/start-tillgate.ts'

const base = 'https://pay.shop.example/docs/problems#'

test('the page has an anchor for each code, runs nothing, and loads nothing', async () => {
  const { call } = await startTillgate()
  const { status, headers, text } = await call('/docs/problems')
  expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
  for (const code of PROBLEM_CODES) {
    expect(text.split(`id="${code}"`), code).toHaveLength(2)
    expect(text).toContain(PROBLEMS[code].title)
  }
  expect(text).toContain('<td>30106</td>')
  expect(text).not.toMatch(/<script|https?:|src=/)
  expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'unsafe-inline';/)
})

test('the type of a problem begins as PROBLEM_TYPE_BASE says, by whichever door it leaves', async () => {
  const { sandbox, url, call } = await startTillgate({ environment: { PROBLEM_TYPE_BASE: base } })
  const orderId = createOrder(sandbox)
  const caller = { token: await callerToken({ order_ids: [orderId] }), key: 'the-key-of-this-payment' }
  const declined = cardPayment({ number: '4000000000009995' })
  const answers = [
    await call('/nowhere'),
    await call(`/orders/${orderId}/payments`),
    await call.pay(orderId, declined, caller),
    // Kept with its key.
    await call.pay(orderId, declined, caller),
    await call('/%zz'),
    await rawHttp(url, 'nonsense\r\n\r\n'),
  ]
  expect(answers.map(({ body }) => body.type)).toEqual(
    [
      'route_not_found',
      'unauthenticated',
      'payment_declined',
      'payment_declined',
      'malformed_request',
      'malformed_request',
    ].map((code) => `${base}${code}`),
  )
})
