import { describe, expect, test } from 'vitest'
import { callerToken, serverToken } from '../../support/caller-token.ts'
import { ledgerFile } from '../../support/ledger-file.ts'
import { createOrder } from '../../support/orders.ts'
import { cardPayment } from '../../support/payments.ts'
import { startTillgate, type Tillgate } from '../../support/start-tillgate.ts'

/** The bank declines it, for any order. */
const declinedCard = cardPayment({ number: '4000000000009995' })
const guest = (orderId: number, sub = `guest-${orderId}`) => callerToken({ sub, order_ids: [orderId] })
const orders = ({ sandbox }: Tillgate, count: number) =>
  Array.from({ length: count }, () => createOrder(sandbox))
const statuses = (answers: { status: number }[]) => answers.map(({ status }) => status)
const chargeRequests = ({ sandbox }: Tillgate) =>
  sandbox.requests().filter(({ host, method }) => host === 'payments' && method === 'POST').length

/** Pays each order once with a card that is declined, one after the other. */
async function declineOn(
  tillgate: Tillgate,
  orderIds: number[],
  tokenOf: (orderId: number) => Promise<string>,
  headers: Record<string, string> = {},
) {
  const answers = []
  for (const orderId of orderIds) {
    answers.push(await tillgate.call.pay(orderId, declinedCard, { token: await tokenOf(orderId), headers }))
  }
  return answers
}

describe('by default', () => {
  const shipped = {
    VELOCITY_ORDER_ATTEMPTS: '',
    VELOCITY_CALLER_DECLINES: '',
    VELOCITY_ADDRESS_DECLINES: '',
    VELOCITY_WINDOW_SECONDS: '',
  }

  test('an order takes five failed attempts, then even a good card must wait', async () => {
    const tillgate = await startTillgate({ environment: shipped })
    const orderId = createOrder(tillgate.sandbox)
    const answers = await declineOn(tillgate, Array(6).fill(orderId), guest)
    expect(statuses(answers)).toEqual([402, 402, 402, 402, 402, 429])

    const { body, headers } = await tillgate.call.pay(orderId, cardPayment(), { token: await guest(orderId) })
    expect(body).toMatchObject({ status: 429, code: 'velocity_blocked', retry: 'after' })
    expect(Number(headers['retry-after'])).toBeGreaterThan(3_500)
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(3_600)
    expect(chargeRequests(tillgate)).toBe(5)
  })

  test('a caller gets ten declines, on any orders', async () => {
    const tillgate = await startTillgate({ environment: shipped })
    const answers = await declineOn(tillgate, orders(tillgate, 11), (orderId) => guest(orderId, 'one tester'))
    expect(statuses(answers)).toEqual([...Array(10).fill(402), 429])
    expect(chargeRequests(tillgate)).toBe(10)
  })

  test('an address gets thirty, by any callers', async () => {
    const tillgate = await startTillgate({ environment: shipped })
    const answers = await declineOn(tillgate, orders(tillgate, 31), guest)
    expect(statuses(answers)).toEqual([...Array(30).fill(402), 429])
    expect(chargeRequests(tillgate)).toBe(30)
  })
})

describe('a burst does not slip past the limit', () => {
  test('on one order', async () => {
    const tillgate = await startTillgate({ environment: { VELOCITY_ORDER_ATTEMPTS: '3' } })
    const orderId = createOrder(tillgate.sandbox)
    const token = await guest(orderId)
    for (let round = 0; round < 5; round++) {
      await Promise.all(Array.from({ length: 60 }, () => tillgate.call.pay(orderId, declinedCard, { token })))
    }
    expect(chargeRequests(tillgate)).toBe(3)
  })

  test('of one caller, and BigCommerce is asked nothing for those that are refused', async () => {
    const tillgate = await startTillgate({ environment: { VELOCITY_CALLER_DECLINES: '4' } })
    const answers = await Promise.all(
      orders(tillgate, 60).map(async (orderId) =>
        tillgate.call.pay(orderId, declinedCard, { token: await callerToken({ customer_id: 11 }) }),
      ),
    )
    expect(statuses(answers).filter((status) => status === 402)).toHaveLength(4)
    expect(chargeRequests(tillgate)).toBe(4)
    expect(tillgate.sandbox.requests().filter(({ host }) => host === 'management')).toHaveLength(8)
    expect(answers.find(({ status }) => status === 429)?.headers['retry-after']).toMatch(/^(2|3[56]\d\d)$/)
  })

  test('from one address', async () => {
    const tillgate = await startTillgate({ environment: { VELOCITY_ADDRESS_DECLINES: '4' } })
    await Promise.all(
      orders(tillgate, 60).map(async (orderId) =>
        tillgate.call.pay(orderId, declinedCard, { token: await guest(orderId) }),
      ),
    )
    expect(chargeRequests(tillgate)).toBe(4)
  })
})

describe('the limits count', () => {
  const limited = { VELOCITY_CALLER_DECLINES: '1', TRUST_PROXY: 'loopback' }

  test("the addresses of a trusted server's shoppers, not the server", async () => {
    const tillgate = await startTillgate({ environment: { ...limited, VELOCITY_ADDRESS_DECLINES: '2' } })
    const from = async (address: string) =>
      statuses(await declineOn(tillgate, orders(tillgate, 1), serverToken, { 'x-forwarded-for': address }))[0]
    expect(await from('2001:db8:0:1::1')).toBe(402)
    expect(await from('2001:db8:0:1::2')).toBe(402)
    expect(await from('2001:db8:0:1::3')).toBe(429)
    expect(await from('2001:db8:0:2::1')).toBe(402)
  })

  test('for all instances of one ledger together, and across restarts', async () => {
    const { environment } = ledgerFile()
    const one = await startTillgate({ environment: { ...limited, ...environment } })
    const two = await startTillgate({ environment: { ...limited, ...environment } })
    const asTester = (orderId: number) => guest(orderId, 'one tester')
    expect(statuses(await declineOn(one, orders(one, 1), asTester))).toEqual([402])
    expect(statuses(await declineOn(two, orders(two, 1), asTester))).toEqual([429])
  })
})

describe('the limits do not count', () => {
  const limited = {
    VELOCITY_ORDER_ATTEMPTS: '1',
    VELOCITY_CALLER_DECLINES: '1',
    VELOCITY_ADDRESS_DECLINES: '1',
  }

  test('payments that succeed', async () => {
    const tillgate = await startTillgate({ environment: limited })
    const token = await serverToken()
    for (const orderId of orders(tillgate, 3)) {
      expect((await tillgate.call.pay(orderId, cardPayment(), { token })).status).toBe(201)
    }
  })

  test('the replay of a finished key, even when a limit is used up', async () => {
    const tillgate = await startTillgate({ environment: limited })
    const orderId = createOrder(tillgate.sandbox)
    const first = { token: await guest(orderId), key: 'the-key-of-this-payment' }
    for (const _ of [1, 2, 3]) {
      const answer = await tillgate.call.pay(orderId, declinedCard, first)
      expect(answer.body).toMatchObject({ status: 402, code: 'payment_declined' })
    }
    expect((await tillgate.call.pay(orderId, declinedCard, { token: await guest(orderId) })).status).toBe(429)
  })

  test('charges that were never sent: the same key may be tried until BigCommerce is back', async () => {
    const tillgate = await startTillgate({ environment: limited })
    const orderId = createOrder(tillgate.sandbox)
    const caller = { token: await guest(orderId), key: 'the-key-of-this-payment' }
    await tillgate.sandbox.faults.add({ operation: 'pay', kind: 'refuse' })
    for (const _ of [1, 2, 3])
      expect((await tillgate.call.pay(orderId, cardPayment(), caller)).status).toBe(503)
    await tillgate.sandbox.faults.clear()
    expect((await tillgate.call.pay(orderId, cardPayment(), caller)).status).toBe(201)
  })

  test('attempts on another caller’s order, so that no one can use up its limit for others', async () => {
    const tillgate = await startTillgate({ environment: limited })
    const orderId = createOrder(tillgate.sandbox)
    const stranger = await callerToken({ sub: 'stranger', customer_id: 12 })
    for (const _ of [1, 2, 3]) {
      expect((await tillgate.call.pay(orderId, declinedCard, { token: stranger })).status).toBe(404)
    }
    const owner = await callerToken({ customer_id: 11 })
    expect((await tillgate.call.pay(orderId, cardPayment(), { token: owner })).status).toBe(201)
  })

  test('nothing, where the limits are off', async () => {
    const tillgate = await startTillgate()
    const orderId = createOrder(tillgate.sandbox)
    const answers = await declineOn(tillgate, Array(12).fill(orderId), guest)
    expect(new Set(statuses(answers))).toEqual(new Set([402]))
  })
})

test('the ledger holds no plain address', async () => {
  const { environment, read } = ledgerFile()
  const tillgate = await startTillgate({
    environment: {
      ...environment,
      VELOCITY_CALLER_DECLINES: '9',
      VELOCITY_ADDRESS_DECLINES: '9',
      TRUST_PROXY: 'loopback',
    },
  })
  await declineOn(tillgate, orders(tillgate, 1), guest, { 'x-forwarded-for': '203.0.113.77' })
  const rows = read('SELECT subject_key FROM velocity_holds')
  expect(rows).toHaveLength(2)
  for (const row of rows) expect(row).toMatchObject({ subject_key: expect.stringMatching(/^[\w-]{43}$/) })
})
