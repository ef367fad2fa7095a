import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { paymentPathOf } from '../support/call-api.ts'
import { callerToken } from '../support/caller-token.ts'
import { openFleet } from '../support/open-fleet.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { calm } from '../support/start-tillgate.ts'

const wait = (seconds: number) => ({ prefer: `wait=${seconds}` })
/** Of those who wait at one instance (decision 0045). */
const places = 500
const token = callerToken({ customer_id: 11 })

/** Two instances on one database. Only the first one looks for the ends of payments. */
async function openPair() {
  const { sandbox, start } = await openFleet({ replace: { loadBounds: calm } })
  const [first, second] = [await start(), await start()]

  /** A payment at the first instance, whose answer was lost; a look finds its charge. */
  async function payInDoubt() {
    const orderId = createOrder(sandbox)
    await sandbox.faults.add({ operation: 'pay', order_id: orderId, kind: 'reset_after_charge', times: 1 })
    const caller = { token: await token, key: randomUUID() }
    const paid = await first.call.pay(orderId, cardPayment(), caller)
    expect([paid.status, paid.body.data.status]).toEqual([202, 'unknown'])
    return { orderId, caller, path: paymentPathOf(orderId, paid) }
  }

  /** Settles what is in doubt, at the first instance, and says when that was known there. */
  async function settle(path: string): Promise<number> {
    first.service.startBackgroundWork()
    await expect
      .poll(async () => (await first.call(path, { token: await token })).body.data.status, { interval: 20 })
      .toBe('success')
    return performance.now()
  }
  return { sandbox, first, second, payInDoubt, settle }
}

test('who waits at one instance is told as soon as another one has settled the payment', async () => {
  const { second, payInDoubt, settle } = await openPair()
  const { orderId, caller, path } = await payInDoubt()
  const over = <T>(answer: Promise<T>) => answer.then((told) => ({ told, atMs: performance.now() }))
  const waiting = [
    over(second.call(path, { token: await token, headers: wait(30) })),
    over(second.call(`/orders/${orderId}/payments`, { token: await token, headers: wait(30) })),
    over(second.call.pay(orderId, cardPayment(), { ...caller, headers: wait(30) })),
  ]
  await sleep(1_000)
  const settledMs = await settle(path)
  const [read, list, again] = await Promise.all(waiting)
  expect([read?.told.body.data.status, list?.told.body.data[0].status]).toEqual(['success', 'success'])
  expect([again?.told.status, again?.told.body.data.status]).toEqual([201, 'success'])
  for (const { told, atMs } of [read, list, again].filter((each) => each !== undefined)) {
    expect(told.headers['preference-applied']).toBe('wait=30')
    // A quarter of a second is promised; the rest is for a machine that is busy with other tests.
    expect(atMs - settledMs).toBeLessThan(2_000)
  }
})

test('a payment that is being made at one instance is waited for at another', async () => {
  const { sandbox, first, second } = await openPair()
  const orderId = createOrder(sandbox)
  await sandbox.faults.add({ operation: 'pay', kind: 'latency', delay_ms: 1_500, times: 1 })
  const caller = { token: await token, key: randomUUID() }
  const paying = first.call.pay(orderId, cardPayment(), caller)
  await expect.poll(() => sandbox.requests().some(({ host }) => host === 'payments')).toBe(true)
  const again = await second.call.pay(orderId, cardPayment(), { ...caller, headers: wait(20) })
  expect([again.status, again.text]).toEqual([201, (await paying).text])
  expect(sandbox.charges()).toHaveLength(1)
})

test('an instance that stops lets go of those who wait there, and of no others', async () => {
  const { first, second, payInDoubt, settle } = await openPair()
  const { path } = await payInDoubt()
  const leaving = second.call(path, { token: await token, headers: wait(30) })
  const staying = first.call(path, { token: await token, headers: wait(30) })
  await sleep(500)
  const beganMs = performance.now()
  second.service.drain()
  const closed = second.close()
  const told = await leaving
  expect(performance.now() - beganMs).toBeLessThan(5_000)
  expect([told.status, told.body.data.status, told.headers['preference-applied']]).toEqual([
    200,
    'unknown',
    undefined,
  ])
  // Come again there; the page does, and the instance that is left answers.
  expect(told.headers['retry-after']).toBeDefined()
  await settle(path)
  expect((await staying).body.data.status).toBe('success')
  await closed
})

test('beyond its places an instance answers at once, and a caller who has them all gives one up', {
  timeout: 60_000,
}, async () => {
  const { second, payInDoubt, settle } = await openPair()
  const { orderId, path } = await payInDoubt()
  let answered = 0
  const server = await callerToken({ sub: 'server', scope: 'payments:read orders:any' })
  const read = async () => {
    const answer = await second.call(path, { token: server, headers: wait(30) })
    answered += 1
    return answer
  }
  // A few at a time: hundreds who read a ledger at once on a busy machine are not all answered.
  const waiting: ReturnType<typeof read>[] = []
  while (waiting.length < places + 5) {
    waiting.push(...Array.from({ length: Math.min(25, places + 5 - waiting.length) }, read))
    await sleep(50)
  }
  await expect.poll(() => answered, { timeout: 20_000 }).toBe(5)
  const shopper = second.call(`/orders/${orderId}/payments`, { token: await token, headers: wait(30) })
  await expect.poll(() => answered).toBe(6)
  await settle(path)
  const answers = await Promise.all(waiting)
  // The 6 were told at once. Of those who waited, some are told as it stood where the machine is so busy that it cannot be read again.
  const told = answers.map(({ headers, body }) => [headers['preference-applied'], body.data.status])
  const { headers, body } = await shopper
  told.push([headers['preference-applied'], body.data[0].status])
  const applied = told.filter(([preference]) => preference === 'wait=30')
  expect(new Set(applied.map(([, status]) => status))).toEqual(new Set(['success']))
  const atOnce = told.filter(([preference]) => preference === undefined)
  expect(atOnce.length).toBeGreaterThanOrEqual(6)
  expect(applied.length).toBeGreaterThan(places / 4)
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
})
