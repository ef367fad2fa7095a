import { describe, expect, test } from 'vitest'
import { callerToken, serverToken } from '../support/caller-token.ts'
import { createFastTime } from '../support/fast-time.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { startTillgate, type Tillgate, type TillgateOptions } from '../support/start-tillgate.ts'
import { bigcommerceApp, deliver } from '../support/webhook.ts'

/** A quota that is small and short, so that a test can use it up; the real one is 150 or 450 in 30 s. */
async function startWithQuota(limit: number, windowMs: number, options: TillgateOptions = {}) {
  const tillgate = await startTillgate(options)
  tillgate.sandbox.configure({ management_quota: { limit, window_ms: windowMs } })
  return tillgate
}

/** For both sides of the quota, a clock that runs several times as fast. */
function fastQuota(speed: number) {
  const time = createFastTime(speed)
  return { time, options: { managementTime: time, sandbox: { now: time.wallMs } } }
}

const statusesAt = ({ sandbox }: Tillgate, part = '') =>
  sandbox
    .requests()
    .filter(({ host, path }) => host === 'management' && path.includes(part))
    .map(({ status }) => status)
const refusalsAt = (tillgate: Tillgate) => statusesAt(tillgate).filter((status) => status === 429).length

/** Needs no order read to be authorised, so that a payment is one management call. */
const holder = (orderId: number) => callerToken({ order_ids: [orderId] })

describe('a flood of listings beside some payments', () => {
  test('payments get through, BigCommerce refuses nothing, and those sent away are told truly when to come again', {
    // A few windows, on a machine that is busy with other tests.
    timeout: 60_000,
  }, async () => {
    const { time, options } = fastQuota(4)
    const tillgate = await startWithQuota(30, 4_000, options)
    const { sandbox, call } = tillgate
    const refused: { readonly orderId: number; readonly againAtMs: number }[] = []
    const list = async () => {
      const orderId = createOrder(sandbox)
      const answer = await call.methods(orderId, await holder(orderId))
      if (answer.status === 200) return 200
      expect(answer.body).toMatchObject({ status: 503, code: 'upstream_busy', retry: 'after' })
      refused.push({ orderId, againAtMs: time.now() + 1_000 * Number(answer.headers['retry-after']) })
      return answer.status
    }
    // What is kept is ten calls: four payments with an order-bound token need one each, three of a customer two.
    const pay = async (_: unknown, index: number) => {
      const orderId = createOrder(sandbox)
      const token = await (index < 4 ? holder(orderId) : callerToken({ customer_id: 11 }))
      return (await call.pay(orderId, cardPayment(), { token })).status
    }

    const listings = Array.from({ length: 60 }, list)
    await expect.poll(() => statusesAt(tillgate).length).toBeGreaterThan(16)
    const payments = await Promise.all(Array.from({ length: 7 }, pay))
    expect(payments).toEqual(Array(7).fill(201))
    const listed = await Promise.all(listings)
    expect(refusalsAt(tillgate)).toBe(0)
    expect(listed.filter((status) => status === 200).length).toBeGreaterThan(5)
    expect(refused.length).toBeGreaterThan(5)

    // Of the last one: those before it were told how the line stood then, and others may have come in between.
    const last = refused.at(-1)
    if (!last) throw new Error('no one was refused')
    await time.sleep(Math.max(0, last.againAtMs - time.now()))
    expect((await call.methods(last.orderId, await holder(last.orderId))).status).toBe(200)
    expect(refusalsAt(tillgate)).toBe(0)
  })

  test('other apps that spend the rest cost a refusal, which the shopper does not see', async () => {
    // Without the checkout fence one call is out at a time; each that is out when the rest is spent is refused.
    const environment = { CHECKOUT_FENCE: 'false' }
    const tillgate = await startWithQuota(20, 2_000, { ...fastQuota(4).options, environment })
    const { sandbox, call } = tillgate
    const orderId = createOrder(sandbox)
    expect((await call.methods(orderId, await serverToken())).status).toBe(200)
    await Promise.all(
      Array.from({ length: 20 }, () =>
        fetch(`${sandbox.managementUrl}/v2/orders/${orderId}`, {
          headers: { 'x-auth-token': sandbox.accessToken },
        }),
      ),
    )
    const before = refusalsAt(tillgate)
    const payment = call.pay(orderId, cardPayment(), { token: await holder(orderId) })
    expect((await payment).status).toBe(201)
    expect(refusalsAt(tillgate) - before).toBe(1)
  })
})

describe('429 without headers: the platform is overloaded', () => {
  test('it is left alone, for longer each time, however many ask; and recovers', async () => {
    const { time, options } = fastQuota(8)
    const tillgate = await startTillgate(options)
    const { sandbox, call } = tillgate
    for (const operation of ['order', 'methods'] as const)
      await sandbox.faults.add({ operation, kind: 'rate_limited', headers: false })
    const orderIds = Array.from({ length: 10 }, () => createOrder(sandbox))
    const ask = async (orderId: number) => call.methods(orderId, await serverToken())
    const untilMs = time.now() + 6_000
    while (time.now() < untilMs) {
      const answers = await Promise.all(orderIds.map(ask))
      for (const { body, headers } of answers) {
        expect(body).toMatchObject({ status: 503, code: 'upstream_busy' })
        expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1)
      }
      await time.sleep(50)
    }
    const asked = statusesAt(tillgate)
    expect(new Set(asked)).toEqual(new Set([429]))
    // What was out together; then one after 0.5 to 1 s, one after 1 to 2 s more, one after 2 to 4 s more.
    expect(asked.length).toBeGreaterThan(10)
    expect(asked.length).toBeLessThanOrEqual(16 + 4)

    await sandbox.faults.clear()
    await expect
      .poll(async () => (await call.methods(orderIds[0] ?? 0, await serverToken())).status, {
        interval: 30,
        timeout: 12_000,
      })
      .toBe(200)
  }, 30_000)
})

test('a customer who posts to orders of others five times a second uses no quota up for those who pay', {
  timeout: 60_000,
}, async () => {
  // Ten seconds of a quota of BigCommerce's smallest plan, four times as fast.
  const { time, options } = fastQuota(4)
  const tillgate = await startWithQuota(50, 10_000, { ...options, environment: { CALLER_RATE_LIMIT: '' } })
  const { sandbox, call } = tillgate
  const foreign = createOrder(sandbox)
  const eve = await callerToken({ sub: 'eve', customer_id: 66 })
  const untilMs = time.now() + 20_000
  const attack = async () => {
    const statuses: number[] = []
    while (time.now() < untilMs) {
      statuses.push((await call.pay(foreign, cardPayment(), { token: eve })).status)
      await time.sleep(200)
    }
    return statuses
  }
  const shop = async () => {
    const statuses: number[] = []
    while (time.now() < untilMs) {
      const orderId = createOrder(sandbox)
      statuses.push(
        (await call.pay(orderId, cardPayment(), { token: await callerToken({ customer_id: 11 }) })).status,
      )
      await time.sleep(700)
    }
    return statuses
  }
  const [attacked, paid] = await Promise.all([attack(), shop()])
  expect(new Set(paid)).toEqual(new Set([201]))
  expect(new Set(attacked)).toEqual(new Set([404, 429]))
  // Ten, one for each six seconds, and the access token of the first.
  expect(attacked.filter((status) => status === 404).length).toBeLessThan(16)
})

test('how the quota stands is shown, once there is one', async () => {
  const { sandbox, call, metrics } = await startTillgate()
  const shown = async () => (await metrics()).filter((line) => line.startsWith('tillgate_management_'))
  const noneWaits = ['paying', 'reading', 'reconciling'].map(
    (purpose) => `tillgate_management_calls_waiting{purpose="${purpose}"} 0`,
  )
  expect(await shown()).toEqual(noneWaits)
  sandbox.configure({ management_quota: { limit: 150, window_ms: 30_000 } })
  await call.methods(createOrder(sandbox), await serverToken())
  expect(await shown()).toEqual(['tillgate_management_quota_left 148', ...noneWaits])
})

test('reconciliation gives way to shoppers, woken or not, and finds out once there is room', async () => {
  const tillgate = await startWithQuota(14, 3_000, { reconciles: true, environment: bigcommerceApp })
  const { sandbox, call, metrics } = tillgate
  const token = await serverToken()
  const orderId = createOrder(sandbox)
  await sandbox.faults.add({ operation: 'pay', kind: 'reset_after_charge', times: 1 })
  expect((await call.pay(orderId, cardPayment(), { token })).status).toBe(202)
  // With the PAT nine calls of fourteen: what is left is for shoppers.
  const others = createOrder(sandbox)
  for (let listing = 0; listing < 4; listing++) expect((await call.methods(others, token)).status).toBe(200)

  const standing = async () => (await call(`/orders/${orderId}/payments`, { token })).body.data[0].status
  const looks = async (verdict: string) =>
    (await metrics()).find((line) => line.includes(`looks_total{verdict="${verdict}"}`)) ?? `no ${verdict}`
  expect((await deliver(call, orderId)).status).toBe(204)
  await expect.poll(() => looks('put_off'), { timeout: 4_000 }).toContain('looks_total')
  expect(statusesAt(tillgate, '/transactions')).toEqual([])
  expect(await standing()).toBe('unknown')

  await expect.poll(standing, { timeout: 10_000, interval: 200 }).toBe('success')
  expect([await looks('failed'), await looks('charged')]).toEqual([
    'tillgate_reconciliation_looks_total{verdict="failed"} 0',
    'tillgate_reconciliation_looks_total{verdict="charged"} 1',
  ])
  expect(refusalsAt(tillgate)).toBe(0)
}, 20_000)

test('where one endpoint of BigCommerce hangs, those who need another one do not wait for it', async () => {
  const { sandbox, call } = await startTillgate()
  await sandbox.faults.add({ operation: 'methods', kind: 'hang_before_charge' })
  const list = async () => (await call.methods(createOrder(sandbox), await serverToken())).status
  const lists = Array.from({ length: 40 }, list)
  const asked = () => sandbox.requests().filter(({ host }) => host === 'management').length
  await expect.poll(asked).toBeGreaterThan(15)
  const orderId = createOrder(sandbox)
  const paid = call.pay(orderId, cardPayment(), { token: await holder(orderId) })
  expect(await Promise.race([paid.then(({ status }) => status), ...lists])).toBe(201)
  await sandbox.faults.clear()
  await Promise.all(lists)
})
