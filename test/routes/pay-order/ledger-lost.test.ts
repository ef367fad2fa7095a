import { expect, test } from 'vitest'
import { callerToken } from '../../support/caller-token.ts'
import { ledgerFile } from '../../support/ledger-file.ts'
import { createOrder } from '../../support/orders.ts'
import { cardPayment } from '../../support/payments.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

const token = callerToken({ customer_id: 11 })

/** A service with its ledger in a file, and ways to break and repair that ledger from outside. */
async function withLedgerFile() {
  const ledger = ledgerFile()
  const tillgate = await startTillgate({ environment: ledger.environment })
  return {
    ...tillgate,
    breakLedger: () => ledger.run('ALTER TABLE payment_attempts RENAME TO lost'),
    mendLedger: () => ledger.run('ALTER TABLE lost RENAME TO payment_attempts'),
    statuses: () => ledger.read('SELECT status FROM payment_attempts').map(({ status }) => status),
  }
}

test('without its ledger the service charges nothing and asks BigCommerce for nothing', async () => {
  const { sandbox, call, breakLedger, mendLedger } = await withLedgerFile()
  const orderId = createOrder(sandbox)
  breakLedger()
  const answer = await call.pay(orderId, cardPayment(), { token: await token })
  expect(answer.body).toMatchObject({ status: 503, code: 'store_unavailable', retry: 'same_key' })
  expect(sandbox.requests()).toEqual([])
  mendLedger()
  expect((await call.pay(orderId, cardPayment(), { token: await token })).status).toBe(201)
})

test('if the ledger is lost after sending, the answer is 202, and what is known is written when it is back: no second charge', async () => {
  const { sandbox, call, breakLedger, mendLedger, statuses, log } = await withLedgerFile()
  const orderId = createOrder(sandbox)
  await sandbox.faults.add({ operation: 'pay', kind: 'latency', delay_ms: 300, times: 1 })

  const paying = call.pay(orderId, cardPayment(), { token: await token, key: 'the-key-of-this-payment' })
  await expect.poll(() => sandbox.requests().some(({ host }) => host === 'payments')).toBe(true)
  breakLedger()
  const answer = await paying
  mendLedger()

  expect(answer.body).toMatchObject({ data: { status: 'unknown' } })
  expect(log.join('')).toContain('outcome not recorded')
  // What is known is written as soon as the ledger is there again.
  await expect.poll(statuses, { timeout: 10_000 }).toEqual(['succeeded'])
  const again = await call.pay(orderId, cardPayment(), { token: await token })
  expect(again.body).toMatchObject({ status: 409, code: 'order_already_paid' })
  expect(sandbox.charges()).toHaveLength(1)
})
