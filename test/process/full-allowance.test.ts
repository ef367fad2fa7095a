import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { startTillgate } from '../support/start-tillgate.ts'

test('three times the load for fifteen seconds: fifty in every four, and no more', {
  timeout: 60_000,
}, async () => {
  const { sandbox, call } = await startTillgate({
    environment: {
      // Answers decide when a permit comes back: BigCommerce runs in this very process, and counts late when that is busy.
      PAYMENT_RATE_MARGIN_MS: '30000',
      ADDRESS_RATE_LIMIT: '0',
      CALLER_RATE_LIMIT: '0',
      LOG_LEVEL: 'silent',
    },
  })
  const token = await callerToken({ customer_id: 11 })
  const statuses: Promise<number>[] = []
  for (let turn = 0; turn < 150; turn++) {
    for (let more = 0; more < 4; more++)
      statuses.push(call.pay(createOrder(sandbox), cardPayment(), { token }).then(({ status }) => status))
    await sleep(100)
  }
  const told = await Promise.all(statuses)
  const paid = told.filter((status) => status === 201).length
  const { max_in_window, too_many_requests } = sandbox.stats().payments
  expect({ max_in_window, too_many_requests }).toEqual({ max_in_window: 50, too_many_requests: 0 })
  expect(told.filter((status) => status !== 201 && status !== 429)).toEqual([])
  expect(sandbox.charges()).toHaveLength(paid)
  // Fifty at once, and three times fifty more at the least in these fifteen seconds and the five after them.
  expect(paid).toBeGreaterThanOrEqual(200)
})
