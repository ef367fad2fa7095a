import { Client } from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { storeVariables } from '../../sandbox/store-variables.ts'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { newPostgresDatabase } from '../support/postgres.ts'
import { startTillgate, type TillgateOptions } from '../support/start-tillgate.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'

const token = callerToken({ customer_id: 11 })

/** A service whose ledger is on Postgres, at the end of a cable that can be cut. */
async function onPostgres({ environment, ...options }: TillgateOptions = {}) {
  const database = await newPostgresDatabase()
  onTestFinished(() => database.drop())
  const cable = await startTcpProxy(database.url)
  const tillgate = await startTillgate({
    ...options,
    environment: { DATABASE_URL: cable.url, ...environment },
  })
  const pay = async (orderId: number, key: string) =>
    tillgate.call.pay(orderId, cardPayment(), { token: await token, key })
  const statuses = async () => {
    const client = new Client({ connectionString: database.url })
    await client.connect()
    const { rows } = await client.query('SELECT status FROM payment_attempts')
    await client.end()
    return rows.map(({ status }) => status)
  }
  return { ...tillgate, cable, database, pay, statuses }
}

test('an order is paid once: the same key is told the same, another one that it is paid', async () => {
  const { sandbox, pay } = await onPostgres()
  const orderId = createOrder(sandbox)
  const first = await pay(orderId, 'the-key-of-this-payment')
  const again = await pay(orderId, 'the-key-of-this-payment')
  expect([first.status, again.status, again.text]).toEqual([201, 201, first.text])
  expect(again.headers['idempotent-replayed']).toBe('true')
  expect((await pay(orderId, 'another-key-for-it')).body).toMatchObject({
    status: 409,
    code: 'order_already_paid',
  })
  expect(sandbox.charges()).toHaveLength(1)
})

test('a checkout is paid once, by whichever of two instances is asked', async () => {
  const environment = { CHECKOUT_PAYMENTS: 'true' }
  const first = await onPostgres({ environment })
  const second = await startTillgate({
    environment: { ...environment, ...storeVariables(first.sandbox), DATABASE_URL: first.database.url },
  })
  const { id } = first.sandbox.checkouts.create({ customer_id: 11 })
  const answers = await Promise.all(
    [first, second, first, second, first, second].map(async (tillgate, index) =>
      tillgate.call(`/checkouts/${id}/pay`, {
        method: 'POST',
        token: await token,
        headers: { 'idempotency-key': `the-key-of-the-payment-${index}` },
        body: { ...cardPayment(), expected_amount: 6098 },
      }),
    ),
  )
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(5)
  expect(first.sandbox.charges()).toHaveLength(1)
  expect(first.sandbox.requests().filter(({ path }) => path.endsWith(`${id}/orders`))).toHaveLength(1)
})

test('two instances that share the ledger are asked at the same moment, and one charges', async () => {
  const first = await onPostgres()
  const second = await startTillgate({
    environment: {
      DATABASE_URL: first.database.url,
      ...storeVariables(first.sandbox),
    },
  })
  const orderId = createOrder(first.sandbox)
  const caller = { token: await token }
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, turn) =>
      (turn % 2 ? first : second).call.pay(orderId, cardPayment(), {
        ...caller,
        key: `the-key-of-turn-${turn}`,
      }),
    ),
  )
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(19)
  expect(first.sandbox.charges()).toHaveLength(1)
})

test('without the database nothing is charged, the instance is not ready, and both come back by themselves', async () => {
  const { sandbox, call, cable, pay } = await onPostgres()
  const orderId = createOrder(sandbox)
  cable.cut()
  const startedAtMs = performance.now()
  expect((await pay(orderId, 'the-key-of-this-payment')).body).toMatchObject({
    status: 503,
    code: 'store_unavailable',
    retry: 'same_key',
  })
  expect(performance.now() - startedAtMs).toBeLessThan(3_000)
  expect(sandbox.requests()).toEqual([])
  expect((await call('/readyz')).status).toBe(503)
  expect((await call('/livez')).status).toBe(200)

  cable.restore()
  // Its word is remembered for a moment, so that a flood of questions costs nothing.
  await expect.poll(async () => (await call('/readyz')).status, { timeout: 10_000 }).toBe(200)
  expect((await pay(orderId, 'the-key-of-this-payment')).status).toBe(201)
  expect(sandbox.charges()).toHaveLength(1)
})

test('a database that is lost after sending leaves the outcome open: 202, and no second charge', async () => {
  const { sandbox, cable, pay, statuses, log } = await onPostgres()
  const orderId = createOrder(sandbox)
  await sandbox.faults.add({ operation: 'pay', kind: 'latency', delay_ms: 300, times: 1 })
  const paying = pay(orderId, 'the-key-of-this-payment')
  await expect.poll(() => sandbox.requests().some(({ host }) => host === 'payments')).toBe(true)
  cable.cut()
  expect((await paying).body).toMatchObject({ data: { status: 'unknown' } })
  cable.restore()

  expect(log.join('')).toContain('outcome not recorded')
  expect(log.join('')).toContain('database connection lost')
  // What is known is written as soon as the database is there again.
  await expect.poll(statuses, { timeout: 10_000 }).toEqual(['succeeded'])
  expect((await pay(orderId, 'another-key-for-it')).body).toMatchObject({ code: 'order_already_paid' })
  expect(sandbox.charges()).toHaveLength(1)
})

test('nothing that is logged about the database has its password', async () => {
  const { sandbox, database, cable, pay, log } = await onPostgres()
  cable.cut()
  await pay(createOrder(sandbox), 'the-key-of-this-payment')
  expect(log.join('')).toContain('store_unavailable')
  expect(log.join('')).not.toContain(new URL(database.url).password)
})

test('an instance that is not to migrate starts without a schema, is not ready, and takes no payments', async () => {
  const { sandbox, call, pay } = await onPostgres({ environment: { MIGRATE_ON_START: 'false' } })
  expect((await call('/readyz')).status).toBe(503)
  expect((await pay(createOrder(sandbox), 'the-key-of-this-payment')).body).toMatchObject({
    code: 'store_unavailable',
  })
  expect(sandbox.charges()).toEqual([])
})
