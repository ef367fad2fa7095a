import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { fingerprintOf } from '../../../src/domain/idempotency-key.ts'
import { PayOrderBody } from '../../../src/routes/orders/schemas.ts'
import { callerToken } from '../../support/caller-token.ts'
import { ledgerFile } from '../../support/ledger-file.ts'
import { createOrder } from '../../support/orders.ts'
import { cardPayment, goodCardNumber } from '../../support/payments.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

// Each of these is a bug that was found in an idempotency layer elsewhere.

const token = callerToken({ customer_id: 11 })
const key = 'the-key-of-this-payment'

test('without its ledger no payment goes through, however often it is tried', async () => {
  const ledger = ledgerFile()
  const { sandbox, call } = await startTillgate({ environment: ledger.environment })
  const orderId = createOrder(sandbox)
  ledger.run('DROP TABLE idempotency_keys')
  for (const _try of [1, 2]) {
    const answer = await call.pay(orderId, cardPayment(), { token: await token, key })
    expect(answer.body).toMatchObject({ status: 503, code: 'store_unavailable' })
  }
  expect(sandbox.charges()).toEqual([])
})

test('a forgotten key does not allow its payment again: the fence stays for ever', async () => {
  const ledger = ledgerFile()
  const { sandbox, call } = await startTillgate({ environment: ledger.environment })
  const orderId = createOrder(sandbox)
  await call.pay(orderId, cardPayment(), { token: await token, key })
  ledger.run('DELETE FROM idempotency_keys')
  const answer = await call.pay(orderId, cardPayment(), { token: await token, key })
  expect(answer.body).toMatchObject({ status: 409, code: 'order_already_paid' })
  expect(sandbox.charges()).toHaveLength(1)
})

test('refusing another body does not change the answer that is kept', async () => {
  const { sandbox, call } = await startTillgate()
  const orderId = createOrder(sandbox)
  const first = await call.pay(orderId, cardPayment(), { token: await token, key })
  const other = cardPayment({ cardholder_name: 'John Doe' })
  expect((await call.pay(orderId, other, { token: await token, key })).status).toBe(422)
  const honest = await call.pay(orderId, cardPayment(), { token: await token, key })
  expect([honest.status, honest.text]).toEqual([201, first.text])
})

test('refusing a request that comes meanwhile does not become the answer that is kept', async () => {
  const { sandbox, call } = await startTillgate()
  const orderId = createOrder(sandbox)
  await sandbox.faults.add({ operation: 'pay', kind: 'latency', delay_ms: 400, times: 1 })
  const caller = { token: await token, key }
  const paying = call.pay(orderId, cardPayment(), caller)
  await expect.poll(() => sandbox.requests().some(({ host }) => host === 'payments')).toBe(true)
  expect((await call.pay(orderId, cardPayment(), caller)).body.code).toBe('request_in_progress')
  const first = await paying
  const after = await call.pay(orderId, cardPayment(), caller)
  expect([after.status, after.text]).toEqual([201, first.text])
})

test("a principal never gets the answer to another principal's key", async () => {
  const { sandbox, call } = await startTillgate()
  const [orderId, theirs] = [createOrder(sandbox), createOrder(sandbox, { customer_id: 12 })]
  const first = await call.pay(orderId, cardPayment(), { token: await token, key })
  const other = await callerToken({ customer_id: 12, sub: 'shopper-12' })
  const answer = await call.pay(theirs, cardPayment(), { token: other, key })
  expect(answer.headers['idempotent-replayed']).toBeUndefined()
  expect(answer.body.data.id).not.toBe(first.body.data.id)
  expect((await call.pay(orderId, cardPayment(), { token: other, key: randomUUID() })).status).toBe(404)
})

test('the header sent twice is not another key', async () => {
  const { sandbox, call } = await startTillgate()
  const orderId = createOrder(sandbox)
  await call.pay(orderId, cardPayment(), { token: await token, key })
  for (const header of [[key, key], `${key}, ${key}`]) {
    const answer = await call(`/orders/${orderId}/pay`, {
      method: 'POST',
      token: await token,
      headers: { 'idempotency-key': header },
      body: cardPayment(),
    })
    expect(answer.body).toMatchObject({ status: 400, code: 'idempotency_key_invalid' })
  }
  expect(sandbox.charges()).toHaveLength(1)
})

test('a payment during which the process died is not made again', async () => {
  const ledger = ledgerFile()
  const { sandbox, call } = await startTillgate({ environment: ledger.environment, reconciles: true })
  const orderId = createOrder(sandbox)
  await call.pay(orderId, cardPayment(), { token: await token, key })
  // What a process leaves behind if it died a day ago, between writing `sending` and writing the outcome.
  ledger.run(`
    UPDATE idempotency_keys SET answer_status = NULL, answer_body = NULL;
    UPDATE payment_attempts SET status = 'sending', transaction_type = NULL, bigcommerce_payment_id = NULL,
      updated_at_ms = updated_at_ms - 86400000`)
  await expect
    .poll(async () => (await call.pay(orderId, cardPayment(), { token: await token, key })).status, {
      timeout: 10_000,
    })
    .toBe(201)
  expect(sandbox.charges()).toHaveLength(1)
  expect(sandbox.requests().filter(({ host }) => host === 'payments')).toHaveLength(1)
})

test('if the process died before sending, order and key are free again', async () => {
  const ledger = ledgerFile()
  const { sandbox, call } = await startTillgate({ environment: ledger.environment, reconciles: true })
  const orderId = createOrder(sandbox)
  await call.pay(orderId, { ...cardPayment(), expected_amount: 1 }, { token: await token, key })
  ledger.run(`UPDATE payment_attempts SET status = 'claimed', updated_at_ms = updated_at_ms - 86400000`)
  await expect
    .poll(async () => (await call.pay(orderId, cardPayment(), { token: await token })).status, {
      timeout: 10_000,
    })
    .toBe(201)
})

test('nothing that is kept of a request allows its card to be computed', async () => {
  const ledger = ledgerFile()
  const { sandbox, call } = await startTillgate({ environment: ledger.environment })
  await call.pay(createOrder(sandbox), cardPayment(), { token: await token, key })
  const rows = [
    ...ledger.read('SELECT * FROM payment_attempts'),
    ...ledger.read('SELECT * FROM idempotency_keys'),
  ]
  expect(rows.length).toBe(2)
  for (const canary of [goodCardNumber, '422', 'Jane Doe', 'eyJ', sandbox.accessToken]) {
    expect(JSON.stringify(rows).replaceAll(/[0-9a-f-]{36,64}/g, '')).not.toContain(`"${canary}`)
  }
  // Another card with the same first six and last four digits has the same fingerprint: the rest never entered it.
  const [{ fingerprint } = { fingerprint: '' }] = ledger.read('SELECT fingerprint FROM idempotency_keys')
  const { payment } = PayOrderBody.parse(cardPayment({ number: '4242420000004242' }))
  expect(fingerprintOf({ orderId: 215, payment, expectedAmount: null })).toBe(fingerprint)
})
