import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { callerToken } from '../support/caller-token.ts'
import { openFleet } from '../support/open-fleet.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { smallAllowance } from '../support/small-allowance.ts'

const limit = 10
const windowMs = 1_000

/** Instances that pay within one small allowance, and are drained before they stop. */
async function openSharing() {
  const { sandbox, start } = await openFleet(smallAllowance(limit, windowMs))
  const token = await callerToken({ customer_id: 11 })
  return {
    sandbox,
    async start() {
      const { call, service, close } = await start()
      return {
        pay: async () => (await call.pay(createOrder(sandbox), cardPayment(), { token })).status,
        async close() {
          service.drain()
          await close()
        },
      }
    },
  }
}

test('two instances share one allowance, also when one of them is restarted under load', async () => {
  const { sandbox, start } = await openSharing()
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
