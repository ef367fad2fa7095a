import { expect, test } from 'vitest'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment, goodCardNumber } from '../support/payments.ts'
import { startTillgate } from '../support/start-tillgate.ts'

test('a request is one line with named fields, its route instead of its path', async () => {
  const { call, log } = await startTillgate()
  await call('/orders/215/payment-methods?token=secret')
  const lines = log.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request answered')
  expect(lines).toHaveLength(1)
  expect(Object.keys(lines[0]).sort()).toEqual(
    [
      'code',
      'durationMs',
      'level',
      'method',
      'msg',
      'orderId',
      'requestId',
      'route',
      'status',
      'time',
    ].sort(),
  )
  expect(lines[0]).toMatchObject({
    method: 'GET',
    route: '/orders/:id/payment-methods',
    orderId: 215,
    status: 401,
    code: 'unauthenticated',
  })
})

test('at trace, a payment and every refusal of one leave no card, CVV, name or token in the log', async () => {
  const { sandbox, call, log } = await startTillgate()
  const token = await callerToken({ customer_id: 11 })
  const secrets = [goodCardNumber, '"422"', 'Jane Doe', token, sandbox.accessToken, 'eyJ']
  for (const number of [goodCardNumber, '4000000000009995', '4000000000000119', `${goodCardNumber}1`]) {
    await call.pay(createOrder(sandbox), cardPayment({ number }), { token })
  }
  await call.pay(createOrder(sandbox), `{"number":"${goodCardNumber}"`, { token })
  expect(log.length).toBeGreaterThan(5)
  // The gate held nothing back: every line is a listed one.
  expect(log.join('')).not.toMatch(/"refused"|unlisted event/)
  for (const secret of secrets) expect(log.join('')).not.toContain(secret)
})
