import { expect, test } from 'vitest'
import { callerToken } from '../../support/caller-token.ts'
import { createOrder } from '../../support/orders.ts'
import { cardPayment, goodCardNumber } from '../../support/payments.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

test('the answer to an internal error says nothing about it, and the log line holds nothing that it may quote', async () => {
  const payOrder = () => Promise.reject(new Error(`broken inside: ${goodCardNumber}`))
  const { sandbox, call, log } = await startTillgate({ replace: { payOrder } })
  const answer = await call.pay(createOrder(sandbox), cardPayment(), {
    token: await callerToken({ customer_id: 11 }),
  })
  expect(answer.body).toMatchObject({ status: 500, code: 'internal_error', retry: 'same_key' })
  expect(answer.text).not.toContain('broken inside')
  expect(log.join('')).toContain('"code":"internal_error"')
  expect(log.join('')).not.toContain(goodCardNumber)
})
