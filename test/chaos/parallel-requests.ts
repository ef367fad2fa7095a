import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { startSandbox } from '../../sandbox/start-sandbox.ts'
import { authEnvironment, callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { goodCardNumber } from '../support/payments.ts'
import { attemptsOf } from './attempts.ts'
import type { ChaosDatabase } from './chaos-database.ts'
import { watchChargeRequests } from './charge-requests.ts'
import { createDevice, type Device } from './device.ts'
import { startFleet } from './fleet.ts'
import { judgeRun } from './judge-run.ts'
import type { Violation } from './promises.ts'
import { createRandom } from './random.ts'
import { serviceSettings } from './service-settings.ts'
import { serviceProgram } from './storm-options.ts'
import type { Told } from './told.ts'

export interface ParallelResult {
  readonly requests: number
  /** For each way of asking, how often each answer was given while all requests were in progress. */
  readonly answers: Readonly<Record<'same key' | 'different keys', Readonly<Record<string, number>>>>
  /** What asking all keys again found, once it was settled. */
  readonly afterwards: Readonly<Record<'same key' | 'different keys', Readonly<Record<string, number>>>>
  readonly charges: number
  readonly orders: number
  readonly violations: readonly Violation[]
}

/** How long the gateway takes, so that all requests arrive while the charge is in progress. */
const gatewayMs = 1_000
const askedAgainAtOnce = 20
const openForMsMax = 45_000
const triesMax = 40
const openCodes = new Set<string | null>(['request_in_progress', 'order_payment_in_progress'])

/** So many requests at once for one order over two instances: with one key, and for another order with a key each. */
export async function payInParallel(
  database: ChaosDatabase,
  requests: number,
  folder: string,
): Promise<ParallelResult> {
  const sandbox = await startSandbox()
  const watched = watchChargeRequests(sandbox)
  const environment = {
    ...serviceSettings(sandbox, database.url, { auth: authEnvironment }),
    PAYMENT_TIMEOUT_MS: '10000',
  }
  const fleet = await startFleet({ size: 2, program: serviceProgram, environment, folder })
  const told: Told[] = []
  const random = createRandom(1)

  async function crowd(keyOf: (number: number) => string) {
    const orderId = createOrder(sandbox)
    await sandbox.faults.add({ operation: 'pay', order_id: orderId, kind: 'latency', delay_ms: gatewayMs })
    const device = createDevice({
      orderId,
      name: 'shopper',
      token: await callerToken({ sub: 'shopper', order_ids: [orderId] }),
      patienceMs: 60_000,
      methodId: 'stripe.card',
      address: () => fleet.address(random),
      heard: (each) => void told.push(each),
    })
    const keys = Array.from({ length: requests }, (_, number) => keyOf(number))
    const answers = await Promise.all(keys.map((key) => device.pay(key, goodCardNumber)))
    await untilNothingIsOpen(database)
    const afterwards: Told[] = []
    for (let start = 0; start < requests; start += askedAgainAtOnce) {
      const some = keys.slice(start, start + askedAgainAtOnce)
      afterwards.push(...(await Promise.all(some.map((key) => payUntilHeard(device, key)))))
    }
    await device.look()
    return { answers: count(answers), afterwards: count(afterwards) }
  }

  try {
    const key = randomUUID()
    const same = await crowd(() => key)
    const different = await crowd(() => randomUUID())
    watched.collect()
    const charges = sandbox.charges()
    const attempts = attemptsOf(await database.readLedger(), watched.list(), charges)
    const evidence = {
      told,
      attempts,
      charges,
      requests: watched.list(),
      checkouts: new Map(),
      makings: new Map(),
      hasLedger: true,
    }
    return {
      requests,
      answers: { 'same key': same.answers, 'different keys': different.answers },
      afterwards: { 'same key': same.afterwards, 'different keys': different.afterwards },
      charges: charges.length,
      orders: 2,
      violations: judgeRun(evidence),
    }
  } finally {
    await fleet.stop()
    await sandbox.close()
  }
}

/** Sends the same key again as long as the answer says that this is safe or that another payment is in progress. */
async function payUntilHeard(device: Device, key: string): Promise<Told> {
  for (let tries = 1; ; tries++) {
    const told = await device.pay(key, goodCardNumber)
    const isOpen = told.status === 503 || openCodes.has(told.code)
    if (!isOpen || tries === triesMax) return told
    await sleep(1_000)
  }
}

/** An attempt that the crowd kept from the ledger is found and freed half a minute later. */
async function untilNothingIsOpen(database: ChaosDatabase): Promise<void> {
  const untilMs = Date.now() + openForMsMax
  const isOpen = async () =>
    (await database.readLedger()).some(({ status }) => ['claimed', 'sending', 'unknown'].includes(status))
  while ((await isOpen()) && Date.now() < untilMs) await sleep(500)
}

const count = (told: readonly Told[]): Record<string, number> => {
  const words = told.map(({ status, code, text }) =>
    status === null ? `none (${text})` : [status, code].join(' ').trim(),
  )
  return Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length]))
}
