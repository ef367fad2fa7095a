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
    expect(answers.find(({ status }) => status === 429)?.headers['retry-after']).toMatch(
      /^(\d|10|3[56]\d\d)$/,
    )
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

  test('a trusted server by the shoppers whom it forwards, and not by its own address', async () => {
    const environment = {
      VELOCITY_ADDRESS_DECLINES: '1',
      TRUST_PROXY: 'loopback,10.0.0.0/8',
      BIGCOMMERCE_TRUSTED_PROXY_SECRET: 'issued-by-support',
    }
    const tillgate = await startTillgate({ environment })
    const from = (headers: Record<string, string>) =>
      declineOn(tillgate, orders(tillgate, 3), serverToken, headers).then(statuses)
    expect(await from({})).toEqual([402, 402, 402])
    // The server is one of those that are trusted, and the proxy before it tells of nothing but the server.
    expect(await from({ 'x-forwarded-for': '10.1.2.3' })).toEqual([402, 402, 402])
    expect(await from({ 'x-forwarded-for': 'unknown' })).toEqual([402, 402, 402])
    expect(tillgate.sandbox.requests().filter(({ headers }) => headers['true-client-ip'])).toEqual([])
    expect(await from({ 'x-forwarded-for': '203.0.113.7, 10.1.2.3' })).toEqual([402, 429, 429])
  })

  test('ports and brackets make no other address', async () => {
    const tillgate = await startTillgate({ environment: { ...limited, VELOCITY_ADDRESS_DECLINES: '2' } })
    const from = async (address: string) =>
      statuses(await declineOn(tillgate, orders(tillgate, 1), serverToken, { 'x-forwarded-for': address }))[0]
    expect(await from('203.0.113.9:1001')).toBe(402)
    expect(await from('203.0.113.9:1002')).toBe(402)
    expect(await from('203.0.113.9')).toBe(429)
    expect(await from('[2001:db8:0:1::1]:1001')).toBe(402)
    expect(await from('"[2001:db8:0:1::2]:1002"')).toBe(402)
    expect(await from('2001:db8:0:1::3')).toBe(429)
  })

  test('the networks of one site of IPv6 together, four times as many', async () => {
    const tillgate = await startTillgate({ environment: { ...limited, VELOCITY_ADDRESS_DECLINES: '1' } })
    const from = async (address: string) =>
      statuses(await declineOn(tillgate, orders(tillgate, 1), serverToken, { 'x-forwarded-for': address }))[0]
    for (const network of [1, 2, 3, 4]) expect(await from(`2001:db8:7:${network}::1`)).toBe(402)
    expect(await from('2001:db8:7:5::1')).toBe(429)
    expect(await from('2001:db8:8:5::1')).toBe(402)
  })

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

describe('no one is shut out by what is not a decline', () => {
  const shipped = { VELOCITY_CALLER_DECLINES: '', VELOCITY_ADDRESS_DECLINES: '', VELOCITY_ORDER_ATTEMPTS: '' }
  const patient = { ...shipped, PAYMENT_QUEUE_MAX_WAIT_MS: '20000' }
  const slowly = (ms: number) => ({ operation: 'pay', kind: 'latency', delay_ms: ms }) as const

  // All wait together.
  describe.concurrent('while a gateway is slow or gives no answer', { timeout: 60_000 }, () => {
    test.for([
      { whose: 'guests behind one address', tokenOf: guest },
      { whose: 'one caller', tokenOf: (orderId: number) => guest(orderId, 'one caller') },
      { whose: 'shoppers of a server that forwards no address', tokenOf: serverToken },
    ])('45 good payments at once of $whose, at a slow gateway', async ({ tokenOf }, { onTestFinished }) => {
      const tillgate = await startTillgate({ environment: patient, onTestFinished })
      await tillgate.sandbox.faults.add(slowly(1_500))
      const answers = await Promise.all(
        orders(tillgate, 45).map(async (orderId) =>
          tillgate.call.pay(orderId, cardPayment(), { token: await tokenOf(orderId) }),
        ),
      )
      expect(statuses(answers)).toEqual(Array(45).fill(201))
    })

    test.for([
      { whose: 'guests behind one address', tokenOf: guest },
      { whose: 'shoppers of a server that forwards no address', tokenOf: serverToken },
    ])('30 lost answers of $whose: the next one pays at once', async ({ tokenOf }, { onTestFinished }) => {
      const tillgate = await startTillgate({ environment: patient, onTestFinished })
      await tillgate.sandbox.faults.add({ operation: 'pay', kind: 'status', status: 503, times: 30 })
      const lost = await Promise.all(
        orders(tillgate, 30).map(async (orderId) =>
          tillgate.call.pay(orderId, cardPayment(), { token: await tokenOf(orderId) }),
        ),
      )
      expect(statuses(lost)).toEqual(Array(30).fill(202))
      const [orderId = 0] = orders(tillgate, 1)
      expect(
        (await tillgate.call.pay(orderId, cardPayment(), { token: await tokenOf(orderId) })).status,
      ).toBe(201)
    })

    test('a payment that finds the line full is told when a place is free, which is true', async ({
      onTestFinished,
    }) => {
      const environment = { ...patient, VELOCITY_ADDRESS_DECLINES: '1' }
      const tillgate = await startTillgate({ environment, onTestFinished })
      await tillgate.sandbox.faults.add({ ...slowly(2_000), times: 5 })
      const pay = async (orderId: number) =>
        tillgate.call.pay(orderId, cardPayment(), { token: await guest(orderId) })
      const answers = await Promise.all(orders(tillgate, 9).map(pay))
      const refused = answers.filter(({ status }) => status === 429)
      expect(statuses(answers).filter((status) => status === 201)).toHaveLength(5)
      for (const { body } of refused) expect(body.detail).toMatch(/are being made at this moment/)
      const afterSeconds = Math.max(...refused.map(({ headers }) => Number(headers['retry-after'])))
      expect(afterSeconds).toBeLessThanOrEqual(10)
      const [orderId = 0] = orders(tillgate, 1)
      expect((await pay(orderId)).status).toBe(201)
    })
  })

  test('while a gateway does not answer at all, others behind the same address wait ten seconds at most', {
    timeout: 40_000,
  }, async () => {
    const environment = { ...patient, VELOCITY_ADDRESS_DECLINES: '2' }
    const tillgate = await startTillgate({ environment })
    await tillgate.sandbox.faults.add({ ...slowly(13_000), times: 2 })
    const pay = async (orderId: number) =>
      tillgate.call.pay(orderId, cardPayment(), { token: await guest(orderId) })
    const hanging = orders(tillgate, 2).map(pay)
    await expect.poll(() => chargeRequests(tillgate)).toBe(2)
    const startedAtMs = performance.now()
    const [orderId = 0] = orders(tillgate, 1)
    expect((await pay(orderId)).status).toBe(201)
    expect(performance.now() - startedAtMs).toBeLessThan(11_000)
    await Promise.all(hanging)
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
