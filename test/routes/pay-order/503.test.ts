import { describe, expect, test } from 'vitest'
import type { FaultInput } from '../../../sandbox/faults/fault.ts'
import { callerToken } from '../../support/caller-token.ts'
import { createOrder } from '../../support/orders.ts'
import { cardPayment } from '../../support/payments.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

const token = callerToken({ customer_id: 11 })
const caller = async () => ({ token: await token, key: 'the-key-of-this-payment' })

describe('a charge that was certainly not sent may be tried again with the same key', () => {
  test.each([
    ['the payments host cannot be reached', { operation: 'pay', kind: 'refuse' }],
    [
      'the management host fails, again and again',
      { operation: 'access_tokens', kind: 'status', status: 500 },
    ],
    ['the management host answers with a page', { operation: 'access_tokens', kind: 'html', status: 502 }],
    ['the order cannot be read', { operation: 'order', kind: 'reset_before_charge' }],
  ])('%s', async (_name, fault) => {
    const { sandbox, call } = await startTillgate()
    const orderId = createOrder(sandbox)
    await sandbox.faults.add(fault as FaultInput)

    const answer = await call.pay(orderId, cardPayment(), await caller())
    expect(answer.body).toMatchObject({ status: 503, code: 'upstream_unavailable', retry: 'same_key' })
    expect(sandbox.charges()).toEqual([])

    await sandbox.faults.clear()
    expect((await call.pay(orderId, cardPayment(), await caller())).status).toBe(201)
    expect(sandbox.charges()).toHaveLength(1)
  })

  test.each(['access_tokens', 'order'] as const)(
    'a 429 of %s that asks for a longer pause than a shopper waits: no call is made until then, and every answer says when',
    async (operation) => {
      const { sandbox, call } = await startTillgate()
      const orderId = createOrder(sandbox)
      await sandbox.faults.add({ operation, kind: 'rate_limited', retry_after_seconds: 7, times: 1 })

      const answer = await call.pay(orderId, cardPayment(), await caller())
      expect(answer.body).toMatchObject({ status: 503, code: 'upstream_busy', retry: 'after' })
      expect(answer.headers['retry-after']).toBe('7')
      const asked = sandbox.requests().length

      const again = await call.pay(orderId, cardPayment(), await caller())
      expect(again.body).toMatchObject({ status: 503, code: 'upstream_busy' })
      expect(['6', '7']).toContain(again.headers['retry-after'])
      expect(sandbox.requests()).toHaveLength(asked)
      expect(sandbox.charges()).toEqual([])
    },
  )
})

describe('a charge that BigCommerce turns away with 429', () => {
  test('is sent again as soon as allowed, without the caller noticing, with the same PAT, and charged once', async () => {
    const { sandbox, call } = await startTillgate()
    const orderId = createOrder(sandbox)
    await sandbox.faults.add({ operation: 'pay', kind: 'rate_limited', retry_after_seconds: 1, times: 1 })
    expect((await call.pay(orderId, cardPayment(), await caller())).status).toBe(201)

    const [first, second] = sandbox.requests().filter(({ host }) => host === 'payments')
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1_000)
    expect(second?.headers.authorization).toBe(first?.headers.authorization)
    expect(sandbox.charges()).toHaveLength(1)
  })

  test('that does not say when to try again is not sent again for a whole window', async () => {
    const { sandbox, call } = await startTillgate({ environment: { PAYMENT_QUEUE_MAX_WAIT_MS: '3000' } })
    await sandbox.faults.add({ operation: 'pay', kind: 'rate_limited', headers: false, times: 1 })
    const answer = await call.pay(createOrder(sandbox), cardPayment(), await caller())
    expect(answer.status).toBe(202)
    expect(answer.body).toMatchObject({ data: { status: 'unknown' }, meta: { retry: 'after' } })
    expect(sandbox.requests().filter(({ host }) => host === 'payments')).toHaveLength(1)
  })

  test('without any mark of BigCommerce is never sent again: it says nothing of the charge', async () => {
    const { sandbox, call } = await startTillgate()
    await sandbox.faults.add({
      operation: 'pay',
      kind: 'rate_limited',
      headers: false,
      body: false,
      times: 1,
    })
    const answer = await call.pay(createOrder(sandbox), cardPayment(), await caller())
    expect(answer.body).toMatchObject({ data: { status: 'unknown' } })
    expect(sandbox.requests().filter(({ host }) => host === 'payments')).toHaveLength(1)
  })

  test('for longer than the caller may wait is answered at once; others wait as long, and no payment is lost', async () => {
    const { sandbox, call } = await startTillgate()
    const orderId = createOrder(sandbox)
    await sandbox.faults.add({ operation: 'pay', kind: 'rate_limited', retry_after_seconds: 7, times: 1 })
    const answer = await call.pay(orderId, cardPayment(), await caller())
    expect(answer.body).toMatchObject({ data: { status: 'unknown' }, meta: { retry: 'after' } })

    const other = await call.pay(createOrder(sandbox), cardPayment(), { token: await token })
    expect(other.body).toMatchObject({ status: 429, code: 'payment_rate_limited' })
    expect(Number(other.headers['retry-after'])).toBeGreaterThan(5)
    expect(sandbox.requests().filter(({ host }) => host === 'payments')).toHaveLength(1)
    expect((await call(`/orders/${orderId}/payments`, { token: await token })).body.data).toMatchObject([
      { status: 'unknown' },
    ])
  })
})

test.each([
  ['that asks for a second', { headers: true, retry_after_seconds: 1 }],
  ['without a word of when', { headers: false }],
])(
  'the pause that a 429 to a management call %s asks for is waited out, without the caller noticing',
  async (_name, fault) => {
    const { sandbox, call } = await startTillgate()
    const orderId = createOrder(sandbox)
    await sandbox.faults.add({ operation: 'access_tokens', kind: 'rate_limited', ...fault, times: 1 })
    expect((await call.pay(orderId, cardPayment(), await caller())).status).toBe(201)

    const [first, second] = sandbox.requests().filter(({ path }) => path.endsWith('/access_tokens'))
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(500)
    expect(sandbox.charges()).toHaveLength(1)
  },
)

test('a read that fails once is tried again, without the caller noticing', async () => {
  const { sandbox, call } = await startTillgate()
  const orderId = createOrder(sandbox)
  await sandbox.faults.add({ operation: 'order', kind: 'status', status: 503, times: 2 })
  await sandbox.faults.add({ operation: 'access_tokens', kind: 'reset_before_charge', times: 1 })
  expect((await call.pay(orderId, cardPayment(), await caller())).status).toBe(201)
})

test('an instance that shuts down refuses new payments with a problem', async () => {
  const { sandbox, call, drain } = await startTillgate()
  drain()
  const answer = await call.pay(createOrder(sandbox), cardPayment(), await caller())
  expect(answer.body).toMatchObject({ status: 503, code: 'shutting_down', retry: 'same_key' })
  expect(answer.headers.connection).toBe('close')
  expect(sandbox.requests()).toEqual([])
})
