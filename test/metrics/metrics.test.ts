import { describe, expect, test } from 'vitest'
import { storeVariables } from '../../sandbox/store-variables.ts'
import { openDesk } from '../../src/compose-desk.ts'
import { loadDesk } from '../../src/config/load-desk.ts'
import { callerToken } from '../support/caller-token.ts'
import { ledgerFile } from '../support/ledger-file.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { startTillgate, type TillgateOptions } from '../support/start-tillgate.ts'

const token = callerToken({ customer_id: 11 })
const declined = cardPayment({ number: '4000000000009995' })
const key = 'the-key-of-this-payment'

/** A service, and one shopper. */
async function start(options: TillgateOptions = {}) {
  const tillgate = await startTillgate(options)
  const { sandbox, call } = tillgate
  return {
    ...tillgate,
    pay: async (body: unknown, orderId = createOrder(sandbox), with_: { key?: string } = {}) =>
      call.pay(orderId, body, { token: await token, ...with_ }),
  }
}

describe('payments are counted by how they ended, why, and by which method', () => {
  test('paid and declined, by a method that BigCommerce has taken before', async () => {
    const { pay, metrics } = await start()
    await pay(cardPayment())
    await pay(cardPayment())
    await pay(declined)
    expect(await metrics()).toEqual(
      expect.arrayContaining([
        'tillgate_payments_total{outcome="succeeded",code="none",method="stripe.card"} 2',
        'tillgate_payments_total{outcome="declined",code="payment_declined",method="stripe.card"} 1',
        'tillgate_pay_answers_total{status="201",code="none",replayed="false"} 2',
        'tillgate_pay_answers_total{status="402",code="payment_declined",replayed="false"} 1',
        'tillgate_payments_in_flight 0',
      ]),
    )
  })

  test('a replay, and a second device at the fence, are answers and no payments', async () => {
    const { pay, sandbox, metrics } = await start()
    const orderId = createOrder(sandbox)
    await pay(cardPayment(), orderId, { key })
    await pay(cardPayment(), orderId, { key })
    await pay(cardPayment(), orderId)
    const lines = await metrics()
    expect(lines).toEqual(
      expect.arrayContaining([
        'tillgate_pay_answers_total{status="201",code="none",replayed="true"} 1',
        'tillgate_pay_answers_total{status="409",code="order_already_paid",replayed="false"} 1',
      ]),
    )
    expect(lines.filter((line) => line.startsWith('tillgate_payments_total'))).toEqual([
      'tillgate_payments_total{outcome="succeeded",code="none",method="stripe.card"} 1',
    ])
  })

  test('one whose answer was lost is unknown, and stands among those without an end', async () => {
    const { pay, sandbox, metrics } = await start()
    await sandbox.faults.add({ operation: 'pay', kind: 'reset_after_charge', times: 1 })
    await pay(cardPayment())
    const lines = await metrics()
    expect(lines).toEqual(
      expect.arrayContaining([
        'tillgate_payments_total{outcome="unknown",code="none",method="other"} 1',
        'tillgate_unsettled_payments{status="unknown",age="1m"} 1',
        'tillgate_unsettled_payments{status="unknown",age="older"} 0',
        'tillgate_unsettled_payments{status="needs_review",age="older"} 0',
        'tillgate_unsettled_oldest_age_seconds{status="pending"} 0',
      ]),
    )
    const oldest = lines.find((line) => line.includes('oldest_age_seconds{status="unknown"}'))
    expect(Number(oldest?.split(' ')[1])).toBeGreaterThan(0)
  })

  test('a charge too many that a person finds at the desk, in another process, shows in a gauge', async () => {
    const { environment } = ledgerFile()
    const { pay, sandbox, metrics } = await start({ environment })
    const orderId = createOrder(sandbox)
    await sandbox.faults.add({ operation: 'pay', kind: 'reset_after_charge', times: 1 })
    const { id: paymentId } = (await pay(cardPayment(), orderId)).body.data
    await fetch(`${sandbox.controlUrl}/transactions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ order_id: orderId }),
    })
    expect(await metrics()).toContain('tillgate_unaccounted_charges{age="1m"} 0')

    const desk = await openDesk(loadDesk({ ...storeVariables(sandbox), ...environment }), 'write')
    const decided = {
      decision: 'charged',
      by: 'Ada',
      because: 'the gateway shows it',
      isUnread: false,
    } as const
    const resolved = await desk.resolvePayment?.({ paymentId, ...decided })
    await desk.close()
    expect(resolved).toMatchObject({ payment: { status: 'succeeded' }, isDuplicate: true })
    expect(await metrics()).toEqual(
      expect.arrayContaining([
        'tillgate_unaccounted_charges{age="1m"} 1',
        'tillgate_unaccounted_charges{age="older"} 0',
        'tillgate_duplicate_charge_detected_total 0',
      ]),
    )
  })

  test('one that never left says why', async () => {
    const { pay, sandbox, metrics } = await start()
    await sandbox.faults.add({ operation: 'access_tokens', kind: 'status', status: 500, times: 2 })
    expect((await pay(cardPayment())).status).toBe(503)
    expect(await metrics()).toContain(
      'tillgate_payments_total{outcome="not_sent",code="upstream_unavailable",method="other"} 1',
    )
  })

  test('one whose outcome the ledger did not take is unknown, as its caller is told', async () => {
    const ledger = ledgerFile()
    const { pay, sandbox, metrics } = await start({ environment: ledger.environment })
    await sandbox.faults.add({ operation: 'pay', kind: 'latency', delay_ms: 300, times: 1 })
    const paying = pay(cardPayment())
    await expect.poll(() => sandbox.requests().some(({ host }) => host === 'payments')).toBe(true)
    ledger.run('ALTER TABLE payment_attempts RENAME TO lost')
    const { status } = await paying
    expect(status).toBe(202)
    const lines = await metrics()
    const counted = ['tillgate_payments_total{outcome="unknown",code="store_unavailable",method="other"} 1']
    expect(lines.filter((line) => line.startsWith('tillgate_payments_total'))).toEqual(counted)
    // A ledger that cannot be read spoils neither the page nor, with zeros that are not so, what it says.
    expect(lines.filter((line) => /^tillgate_unsettled_/.test(line))).toEqual([])

    // The outcome is written until it is taken: still one payment, whose caller was told once.
    const failed =
      'tillgate_ledger_call_duration_seconds_count{operation="settle",result="store_unavailable"} 2'
    await expect.poll(metrics).toContain(failed)
    ledger.run('ALTER TABLE lost RENAME TO payment_attempts')
    const written = 'tillgate_ledger_call_duration_seconds_count{operation="settle",result="done"} 1'
    await expect.poll(metrics, { timeout: 5_000 }).toContain(written)
    const after = await metrics()
    expect(after.filter((line) => line.startsWith('tillgate_payments_total'))).toEqual(counted)
  })
})

describe('callers create no labels', () => {
  test('a method that BigCommerce does not know is `other`; one that it has named has its name', async () => {
    const { pay, call, sandbox, metrics } = await start()
    for (const made of ['made.up', 'made-up.too', 'x'])
      await pay(cardPayment({}, { payment_method_id: made }))
    const payments = async () =>
      (await metrics()).filter((line) => line.startsWith('tillgate_payments_total'))
    expect(await payments()).toHaveLength(1)
    expect((await payments()).join()).toMatch(/method="other"\} 3$/)
    expect((await call.methods(createOrder(sandbox), await token)).status).toBe(200)
    await pay(declined)
    expect((await payments()).join()).toContain('method="stripe.card"} 1')
  })

  test('ids, paths and addresses are in no line', async () => {
    const { call, pay, sandbox, metrics } = await start()
    const orderId = createOrder(sandbox)
    const { body } = await pay(cardPayment(), orderId)
    await call(`/orders/${orderId}/payments/${body.data.id}`, { token: await token })
    await call('/a-path-of-my-own', { method: 'DELETE' })
    const page = (await metrics()).join('\n')
    expect(page).toContain('route="/orders/:id/pay"')
    expect(page).toContain('method="DELETE",route="none",status_class="4xx"')
    const mine = [body.data.id, `"${orderId}"`, `/${orderId}`, 'a-path-of-my-own', '127.0.0.1', '4242']
    // Not the values: a duration may have the same digits.
    const named = page.replaceAll(/ [\d.e+-]+$/gm, '')
    for (const word of mine) expect(named).not.toContain(word)
  })
})

test('time is measured where a payment spends it, and for each call on BigCommerce', async () => {
  const { pay, sandbox, metrics } = await start()
  let lines: string[] = []
  const numberAt = (series: string) =>
    Number(
      lines
        .find((line) => line.startsWith(`tillgate_${series} `))
        ?.split(' ')
        .at(-1),
    )
  const called = (operation: string, result: string) =>
    numberAt(`upstream_call_duration_seconds_count{operation="${operation}",result="${result}"}`)

  await sandbox.faults.add({ operation: 'pay', kind: 'latency', delay_ms: 300, times: 1 })
  await pay(cardPayment())
  lines = await metrics()
  expect(numberAt('payment_phase_duration_seconds_count{phase="pat"}')).toBe(1)
  expect(numberAt('payment_phase_duration_seconds_sum{phase="charge"}')).toBeGreaterThan(0.25)
  expect(numberAt('payment_phase_duration_seconds_count{phase="store"}')).toBeGreaterThan(3)
  expect(called('createPaymentAccessToken', 'answered')).toBe(1)
  expect(called('processPayment', 'succeeded')).toBe(1)
  expect(numberAt('connections{pool="management",state="open"}')).toBeGreaterThan(0)
  const paid = 'method="POST",route="/orders/:id/pay",status_class="2xx"'
  expect(numberAt(`http_request_duration_seconds_count{${paid}}`)).toBe(1)

  await sandbox.faults.add({ operation: 'pay', kind: 'rate_limited', times: 1 })
  await pay(cardPayment())
  lines = await metrics()
  expect(called('processPayment', 'rate_limited')).toBe(1)
})

test('readiness is shown as it is: not while draining', async () => {
  const { metrics, drain } = await start()
  expect(await metrics()).toContain('tillgate_ready 1')
  drain()
  expect(await metrics()).toContain('tillgate_ready 0')
})

test('the allowance shows as tokens free and spent, and who waits for one as waiting', async () => {
  const { pay, metrics } = await start({ environment: { PAYMENT_RATE_LIMIT: '2' } })
  expect(await metrics()).toEqual(
    expect.arrayContaining(['tillgate_payment_tokens{state="free"} 2', 'tillgate_payments_waiting 0']),
  )
  await Promise.all([pay(cardPayment()), pay(cardPayment())])
  const third = pay(cardPayment())
  await expect.poll(metrics).toContain('tillgate_payments_waiting 1')
  expect(await metrics()).toEqual(
    expect.arrayContaining([
      'tillgate_payment_tokens{state="free"} 0',
      'tillgate_payment_tokens{state="spent"} 2',
    ]),
  )
  expect((await third).status).toBe(201)
  expect(await metrics()).toEqual(
    expect.arrayContaining([
      'tillgate_payments_waiting 0',
      'tillgate_payment_phase_duration_seconds_count{phase="queue"} 3',
    ]),
  )
})
