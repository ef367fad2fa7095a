import { describe, expect, test } from 'vitest'
import type { FaultInput } from '../../../sandbox/faults/fault.ts'
import { callerToken } from '../../support/caller-token.ts'
import { createOrder } from '../../support/orders.ts'
import { cardPayment } from '../../support/payments.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

/** The shortest that may be configured, so that the tests do not wait long for an answer that never comes. */
const environment = { PAYMENT_TIMEOUT_MS: '1000' }
const token = callerToken({ customer_id: 11 })

const faults: readonly [string, Record<string, unknown>, number][] = [
  ['the answer never comes, the charge was made', { kind: 'hang_after_charge' }, 1],
  ['the answer never comes, no charge was made', { kind: 'hang_before_charge' }, 0],
  ['the connection is reset after the charge', { kind: 'reset_after_charge' }, 1],
  ['the connection is reset before the charge', { kind: 'reset_before_charge' }, 0],
  ['the answer is cut off', { kind: 'cut_body' }, 1],
  ['a 500 comes before the charge', { kind: 'status', status: 500 }, 0],
  ['a 503 comes after the charge', { kind: 'status_after_charge', status: 503 }, 1],
  ['a proxy answers with an HTML page', { kind: 'html', status: 502, charged: true }, 1],
  ['a proxy answers 403 with an HTML page', { kind: 'html', status: 403, charged: true }, 1],
  ['a 2xx comes in an undocumented shape', { kind: 'foreign_2xx', charged: false }, 0],
  ['a 2xx comes without a body', { kind: 'empty_2xx', charged: true }, 1],
  ['a refusal comes without a code', { kind: 'status_after_charge', status: 422 }, 1],
  ['code 10000, the charge made all the same', { kind: 'code', code: 10000, charged: true }, 1],
  [
    'code 30105, which says that an earlier charge may stand',
    { kind: 'code', code: 30105, charged: true },
    1,
  ],
]

describe.each(faults)('%s', (_name, fault, charges) => {
  test('is answered as unknown, never as a failure; repeating it charges nothing; the order stays fenced', async () => {
    const { sandbox, call } = await startTillgate({ environment })
    const orderId = createOrder(sandbox)
    await sandbox.faults.add({ operation: 'pay', times: 1, ...fault } as FaultInput)
    const caller = { token: await token, key: 'the-key-of-this-payment' }

    const first = await call.pay(orderId, cardPayment(), caller)
    const again = await call.pay(orderId, cardPayment(), caller)
    const otherKey = await call.pay(orderId, cardPayment(), { token: await token })

    for (const answer of [first, again]) {
      expect(answer.status).toBe(202)
      expect(answer.body).toMatchObject({ data: { status: 'unknown' }, meta: { retry: 'after' } })
      expect(answer.headers['retry-after']).toBe('2')
      expect(answer.headers['idempotent-replayed']).toBeUndefined()
    }
    expect(again.body.data.id).toBe(first.body.data.id)
    expect([otherKey.status, otherKey.body.code]).toEqual([409, 'order_payment_in_progress'])
    expect(sandbox.charges()).toHaveLength(charges)
    expect(sandbox.requests().filter(({ host }) => host === 'payments')).toHaveLength(1)
  })
})

test('a payment that BigCommerce has not completed is pending, and is not paid again', async () => {
  const { sandbox, call } = await startTillgate()
  const orderId = createOrder(sandbox)
  const caller = { token: await token, key: 'the-key-of-this-payment' }
  const body = cardPayment({ number: '4000000000202012' })

  const first = await call.pay(orderId, body, caller)
  const again = await call.pay(orderId, body, caller)

  for (const answer of [first, again]) {
    expect(answer.status).toBe(202)
    expect(answer.body.data).toMatchObject({ status: 'pending', transaction_type: 'purchase' })
  }
  expect(sandbox.charges()).toHaveLength(1)
})

test('a client that disconnects does not stop its charge, and learns the result with the same key', async () => {
  const { sandbox, call } = await startTillgate()
  const orderId = createOrder(sandbox)
  await sandbox.faults.add({ operation: 'pay', kind: 'latency', delay_ms: 400, times: 1 })
  const caller = { token: await token, key: 'the-key-of-this-payment' }

  const gone = call.pay(orderId, cardPayment(), { ...caller, signal: AbortSignal.timeout(200) })
  await expect(gone).rejects.toThrow()
  await expect
    .poll(async () => (await call.pay(orderId, cardPayment(), caller)).status, { timeout: 5_000 })
    .toBe(201)

  expect(sandbox.charges()).toHaveLength(1)
})
