import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../../sandbox/start-sandbox.ts'
import { storeVariables } from '../../sandbox/store-variables.ts'
import { buildApp } from '../../src/app.ts'
import { compose } from '../../src/compose.ts'
import { loadConfig } from '../../src/config/config.ts'
import { createLogger } from '../../src/logging/logger.ts'
import { createCallApi } from '../support/call-api.ts'
import { authEnvironment, callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { newPostgresDatabase } from '../support/postgres.ts'

const limit = 10
const windowMs = 1_000

/** Instances that can be started and stopped one by one, on one database, before one BigCommerce. */
async function openFleet() {
  const database = await newPostgresDatabase()
  const sandbox = await startSandbox({ rateLimit: { limit, windowMs } })
  const token = await callerToken({ customer_id: 11 })
  const running = new Set<{ close(): Promise<void> }>()
  onTestFinished(async () => {
    await Promise.all([...running].map((instance) => instance.close()))
    await sandbox.close()
    await database.drop()
  })

  async function start() {
    const service = await compose(
      loadConfig({
        ...storeVariables(sandbox),
        DATABASE_URL: database.url,
        PAYMENT_RATE_LIMIT: String(limit),
        PAYMENT_RATE_WINDOW_MS: String(windowMs),
        // BigCommerce runs in this very process here: it counts late when the machine is busy.
        PAYMENT_RATE_MARGIN_MS: '1000',
        PAYMENT_QUEUE_MAX_WAIT_MS: '3000',
        ADDRESS_RATE_LIMIT: '0',
        CALLER_RATE_LIMIT: '0',
        ...authEnvironment,
      }),
      createLogger('silent'),
    )
    const app = await buildApp(service.dependencies)
    app.addHook('onClose', () => service.close())
    const call = createCallApi(await app.listen({ host: '127.0.0.1', port: 0 }))
    const instance = {
      pay: async () => (await call.pay(createOrder(sandbox), cardPayment(), { token })).status,
      async close() {
        running.delete(instance)
        service.drain()
        await app.close()
      },
    }
    running.add(instance)
    return instance
  }
  return { sandbox, start }
}

test('two instances share one allowance, also when one of them is restarted under load', async () => {
  const { sandbox, start } = await openFleet()
  const [first, second] = [await start(), await start()]
  const statuses: Promise<number | 'lost'>[] = []
  const payOften = async (instance: Awaited<ReturnType<typeof start>>, times: number) => {
    for (let turn = 0; turn < times; turn++) {
      for (let more = 0; more < 2; more++) statuses.push(instance.pay().catch(() => 'lost' as const))
      await sleep(100)
    }
  }
  const steady = payOften(first, 40)
  await payOften(second, 15)
  await second.close()
  await payOften(await start(), 20)
  await steady

  const told = await Promise.all(statuses)
  const paid = told.filter((status) => status === 201)
  const { max_in_window, too_many_requests } = sandbox.stats().payments
  expect({ max_in_window, too_many_requests }).toEqual({ max_in_window: limit, too_many_requests: 0 })
  expect(new Set(told)).toEqual(new Set([201, 429, 503].filter((status) => told.includes(status))))
  expect(told).toContain(429)
  expect(sandbox.charges()).toHaveLength(paid.length)
  // About four seconds at ten a second; how near to that it comes is measured where the machine is quiet.
  expect(paid.length).toBeGreaterThan(2 * limit)
})
