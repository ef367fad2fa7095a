import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { paymentPathOf } from '../support/call-api.ts'
import { callerToken, serverToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { calm, startTillgate, type Tillgate, type TillgateOptions } from '../support/start-tillgate.ts'

const token = callerToken({ customer_id: 11 })
const wait = (seconds: number) => ({ prefer: `wait=${seconds}` })

/** A payment whose answer was lost. `kind` is the fault that loses it, after the charge or before. */
async function startUnknown(options: TillgateOptions = {}, kind = 'reset_after_charge') {
  const tillgate = await startTillgate({ reconciles: true, ...options })
  const { sandbox, call } = tillgate
  const orderId = createOrder(sandbox)
  await sandbox.faults.add({ operation: 'pay', kind, times: 1 } as never)
  const caller = { token: await token, key: randomUUID() }
  const first = await call.pay(orderId, cardPayment(), caller)
  expect(first.status).toBe(202)
  return { ...tillgate, orderId, caller, path: paymentPathOf(orderId, first), paymentId: first.body.data.id }
}

/** From now on no look can be made. */
const hideCharge = (sandbox: Tillgate['sandbox']) =>
  Promise.all(
    ['order', 'transactions'].map((operation) =>
      sandbox.faults.add({ operation, kind: 'status', status: 503, times: 1_000 } as never),
    ),
  )

/** How many looks have been made. */
const looksOf = ({ requests }: Tillgate['sandbox']) =>
  requests().filter(({ path }) => /\/transactions/.test(path)).length

test('a read that prefers to wait is answered as soon as the payment has its end', async () => {
  const { call, path } = await startUnknown()
  const { body, headers } = await call(path, { token: await token, headers: wait(20) })
  expect(body.data.status).toBe('success')
  expect(headers['preference-applied']).toBe('wait=20')
  expect(headers['retry-after']).toBeUndefined()
})

test('so is the list of payments', async () => {
  const { call, orderId } = await startUnknown()
  const { body, headers } = await call(`/orders/${orderId}/payments`, {
    token: await token,
    headers: wait(60),
  })
  expect(body.data.map(({ status }: { status: string }) => status)).toEqual(['success'])
  expect(headers['preference-applied']).toBe('wait=30')
})

test('and a payment that comes again, which gets its final answer', async () => {
  const { call, orderId, caller, sandbox } = await startUnknown()
  const { status, headers, body } = await call.pay(orderId, cardPayment(), { ...caller, headers: wait(20) })
  expect([status, body.data.status]).toEqual([201, 'success'])
  expect(headers).toMatchObject({ 'preference-applied': 'wait=20', 'idempotent-replayed': 'true' })
  expect(sandbox.charges()).toHaveLength(1)
})

test('a payment that comes again while it is being made waits for its answer', async () => {
  const { sandbox, call } = await startTillgate()
  const orderId = createOrder(sandbox)
  await sandbox.faults.add({ operation: 'pay', kind: 'latency', delay_ms: 1_500, times: 1 })
  const caller = { token: await token, key: randomUUID() }
  const first = call.pay(orderId, cardPayment(), caller)
  await expect.poll(() => sandbox.requests().some(({ host }) => host === 'payments')).toBe(true)
  const [atOnce, again] = await Promise.all([
    call.pay(orderId, cardPayment(), caller),
    call.pay(orderId, cardPayment(), { ...caller, headers: wait(20) }),
  ])
  expect([atOnce.status, atOnce.body.code]).toEqual([409, 'request_in_progress'])
  expect([again.status, again.text]).toEqual([201, (await first).text])
  expect(sandbox.charges()).toHaveLength(1)
})

test('when the time is over, it is told as it stands', async () => {
  const { call, path, orderId, caller, sandbox } = await startUnknown({ reconciles: false })
  await hideCharge(sandbox)
  const startedMs = performance.now()
  const [read, again] = await Promise.all([
    call(path, { token: await token, headers: wait(1) }),
    call.pay(orderId, cardPayment(), { ...caller, headers: wait(1) }),
  ])
  expect(performance.now() - startedMs).toBeGreaterThan(950)
  expect([read.body.data.status, again.body.data.status]).toEqual(['unknown', 'unknown'])
  expect([read.headers['preference-applied'], again.headers['preference-applied']]).toEqual([
    'wait=1',
    'wait=1',
  ])
  expect(read.headers['retry-after']).toBe('2')
})

test('what has its end, or is an error, is told at once', async () => {
  const { sandbox, call } = await startTillgate()
  const orderId = createOrder(sandbox)
  const options = { token: await token, headers: wait(30) }
  const none = await call(`/orders/${orderId}/payments`, options)
  const paid = await call.pay(orderId, cardPayment(), options)
  const read = await call(`/orders/${orderId}/payments/${paid.body.data.id}`, options)
  expect([none, paid, read].map(({ headers }) => headers['preference-applied'])).toEqual(
    Array.from({ length: 3 }, () => 'wait=30'),
  )
  const missing = await call('/orders/4711/payments', options)
  expect([missing.status, missing.headers['preference-applied']]).toEqual([404, undefined])
})

test('without the preference nothing changes', async () => {
  const { call, path, sandbox } = await startUnknown({ reconciles: false })
  await hideCharge(sandbox)
  for (const prefer of ['respond-async', 'wait=soon']) {
    const { body, headers } = await call(path, { token: await token, headers: { prefer } })
    expect([body.data.status, headers['preference-applied']]).toEqual(['unknown', undefined])
  }
})

test('however many wait for a payment, they share its looks', async () => {
  const { call, path, orderId, sandbox } = await startUnknown({}, 'reset_before_charge')
  const before = looksOf(sandbox)
  const options = { token: await serverToken(), headers: wait(4) }
  const waiting = Array.from({ length: 30 }, async (_, n) => {
    await sleep(100 * n)
    return call(n % 2 === 0 ? path : `/orders/${orderId}/payments`, options)
  })
  const answers = await Promise.all(waiting)
  expect(answers.every(({ headers }) => headers['preference-applied'] === 'wait=4')).toBe(true)
  // That of the first who asked, and those of the schedule: 2 and 7 seconds after the answer was lost.
  expect(looksOf(sandbox) - before).toBeLessThanOrEqual(3)
})

describe('those who wait', () => {
  test('take no place of those who do not', async () => {
    const { call, path, sandbox } = await startUnknown({
      reconciles: false,
      replace: { loadBounds: { ...calm, requestsMax: 2, paymentsMax: 1 } },
    })
    await hideCharge(sandbox)
    const options = { token: await token, headers: wait(2) }
    // One after the other, since each takes a place until it waits.
    const waiting = []
    for (let n = 0; n < 10; n++) {
      waiting.push(call(path, options))
      await sleep(30)
    }
    const { status } = await call(path, { token: await token })
    expect(status).toBe(200)
    expect((await Promise.all(waiting)).map((answer) => answer.status)).toEqual(Array(10).fill(200))
    // Every place is there again.
    for (let n = 0; n < 5; n++) expect((await call(path, { token: await token })).status).toBe(200)
  })

  test('and go away give everything back', async () => {
    const { call, path, sandbox } = await startUnknown({
      reconciles: false,
      replace: { loadBounds: { ...calm, requestsMax: 1 } },
    })
    await hideCharge(sandbox)
    for (let n = 0; n < 5; n++) {
      const leaving = new AbortController()
      const gone = call(path, { token: await token, headers: wait(30), signal: leaving.signal })
      await sleep(50)
      leaving.abort()
      await expect(gone).rejects.toThrow()
    }
    await vi.waitFor(async () => expect((await call(path, { token: await token })).status).toBe(200), {
      timeout: 10_000,
    })
  })

  test('are answered at once when the instance is to stop', async () => {
    const { call, path, orderId, caller, drain, sandbox } = await startUnknown({ reconciles: false })
    await hideCharge(sandbox)
    const waiting = [
      call(path, { token: await token, headers: wait(30) }),
      call.pay(orderId, cardPayment(), { ...caller, headers: wait(30) }),
    ]
    await sleep(300)
    const startedMs = performance.now()
    drain()
    const answers = await Promise.all(waiting)
    expect(performance.now() - startedMs).toBeLessThan(5_000)
    expect(
      answers.map(({ status, body, headers }) => [status, body.data.status, headers['preference-applied']]),
    ).toEqual([
      [200, 'unknown', undefined],
      [202, 'unknown', undefined],
    ])
  })
})

test('a page of another origin may say that it prefers to wait, and reads whether it did', async () => {
  const { call } = await startTillgate({ environment: { CORS_ORIGINS: 'https://shop.example' } })
  const preflight = await call('/orders/1/payments', {
    method: 'OPTIONS',
    headers: {
      origin: 'https://shop.example',
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization,prefer',
    },
  })
  expect(preflight.headers['access-control-allow-headers']).toMatch(/\bPrefer\b/)
  const read = await call('/orders/1/payments', { headers: { origin: 'https://shop.example' } })
  expect(read.headers['access-control-expose-headers']).toMatch(/\bPreference-Applied\b/)
})
