import { randomUUID } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../../../sandbox/start-sandbox.ts'
import { buildApp } from '../../../src/app.ts'
import { compose } from '../../../src/compose.ts'
import { loadConfig } from '../../../src/config/config.ts'
import { createLogger } from '../../../src/logging/logger.ts'
import { callerToken } from '../../support/caller-token.ts'
import { ledgerFile } from '../../support/ledger-file.ts'
import { createOrder } from '../../support/orders.ts'
import { cardPayment } from '../../support/payments.ts'
import { newPostgresDatabase } from '../../support/postgres.ts'
import { serviceEnvironment } from '../../support/service-environment.ts'
import { calm } from '../../support/start-tillgate.ts'

/** Shoppers, orders and addresses that the attempts use, apart from those that are counted. */
const disguises = 500
const off = {
  VELOCITY_ORDER_ATTEMPTS: '0',
  VELOCITY_CALLER_DECLINES: '0',
  VELOCITY_ADDRESS_DECLINES: '0',
  ADDRESS_RATE_LIMIT: '0',
  CALLER_RATE_LIMIT: '0',
}

/** The bank declines it. */
const body = JSON.stringify(cardPayment({ number: '4000000000009995' }))

interface Tester {
  readonly orderId: number
  readonly token: string
}

interface Burst {
  readonly attempts: number
  /** How many run at the same time. */
  readonly atOnce: number
}

/** Several instances with one ledger, for one store. */
async function openInstances(count: number, databaseUrl: string, environment: Record<string, string>) {
  const sandbox = await startSandbox()
  const config = loadConfig({ ...serviceEnvironment(sandbox, databaseUrl), ...off, ...environment })
  const apps: Awaited<ReturnType<typeof buildApp>>[] = []
  for (let instance = 0; instance < count; instance++) {
    const service = await compose(config, createLogger('silent'))
    const app = await buildApp({ ...service.dependencies, loadBounds: calm })
    app.addHook('onClose', () => service.close())
    apps.push(app)
  }
  onTestFinished(async () => {
    await sandbox.close()
    await Promise.all(apps.map((app) => app.close()))
  })

  async function attempt({ orderId, token }: Tester, number: number): Promise<number> {
    const answer = await apps[number % count]?.inject({
      method: 'POST',
      url: `/orders/${orderId}/pay`,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
        // The service must not believe this header: no proxy is configured.
        'x-forwarded-for': `203.0.113.${number % 250}`,
      },
      payload: body,
    })
    return answer?.statusCode ?? 0
  }

  return {
    /** @returns the statuses that were answered. */
    async attemptAll(testers: readonly Tester[], { attempts, atOnce }: Burst): Promise<Set<number>> {
      const statuses = new Set<number>()
      let next = 0
      const tryOnAndOn = async () => {
        for (let number = next++; number < attempts; number = next++) {
          const tester = testers[number % testers.length]
          if (tester) statuses.add(await attempt(tester, number))
        }
      }
      await Promise.all(Array.from({ length: atOnce }, tryOnAndOn))
      return statuses
    },
    /** How many of them the payments host has seen. */
    reached: () => sandbox.stats().payments.arrivals,
    newOrders: (orders: number) => Array.from({ length: orders }, () => createOrder(sandbox)),
  }
}

const engines: { name: string; instances: number; burst: Burst; openUrl: () => Promise<string> }[] = [
  {
    name: 'SQLite',
    instances: 1,
    burst: { attempts: 1_500, atOnce: 1_000 },
    openUrl: async () => ledgerFile().environment.DATABASE_URL,
  },
  {
    // Fewer here: each of a burst waits for the one before it, and those that wait too long get 503.
    name: 'Postgres, two instances',
    instances: 2,
    burst: { attempts: 500, atOnce: 200 },
    async openUrl() {
      const { url, drop } = await newPostgresDatabase()
      onTestFinished(drop)
      return url
    },
  },
]

const testerOf = async (sub: string, orderId: number): Promise<Tester> => ({
  orderId,
  token: await callerToken({ sub, order_ids: [orderId] }),
})

/** What is limited, to how many, and how a tester comes: the same in what is counted, different in everything else. */
const limits = [
  {
    where: 'on one order',
    variable: 'VELOCITY_ORDER_ATTEMPTS',
    limit: 5,
    subOf: (number: number) => `guest-${number}`,
  },
  { where: 'of one caller', variable: 'VELOCITY_CALLER_DECLINES', limit: 10, subOf: () => 'one tester' },
  {
    where: 'from one address',
    variable: 'VELOCITY_ADDRESS_DECLINES',
    limit: 30,
    subOf: (number: number) => `guest-${number}`,
  },
]

describe.each(engines)(
  '$burst.attempts attempts to test cards, $burst.atOnce at once, on $name',
  ({ instances, burst, openUrl }) => {
    test.each(limits)(
      '$where: $limit reach the payments host',
      { timeout: 120_000 },
      async ({ variable, limit, subOf }) => {
        const service = await openInstances(instances, await openUrl(), { [variable]: String(limit) })
        const [one = 0, ...others] = service.newOrders(disguises)
        const orderIds =
          variable === 'VELOCITY_ORDER_ATTEMPTS' ? Array<number>(disguises).fill(one) : [one, ...others]
        const testers = await Promise.all(orderIds.map((orderId, number) => testerOf(subOf(number), orderId)))
        const statuses = await service.attemptAll(testers, burst)
        expect(service.reached()).toBeLessThanOrEqual(limit)
        // 409: another attempt on the same order is running. 503: the machine was too busy to make the PAT in time; 202: to write the
        // decline down in time.
        expect([202, 402, 409, 429, 503]).toEqual(expect.arrayContaining([...statuses]))
        // One after the other, exactly as many come through as the limit still allows.
        await service.attemptAll(testers, { attempts: 2 * limit, atOnce: 1 })
        expect(service.reached()).toBe(limit)
      },
    )
  },
)
