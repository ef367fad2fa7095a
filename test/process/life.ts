import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { startSandbox } from '../../sandbox/start-sandbox.ts'
import { createCallApi } from '../support/call-api.ts'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { serviceEnvironment } from '../support/service-environment.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { runService } from './service-process.ts'

/** A service, and a way to let it live through a bit of everything. */
export async function startLife() {
  const sandbox = await startSandbox()
  onTestFinished(() => sandbox.close())
  const path = join(temporaryFolder(), 'tillgate.db')
  const service = runService(serviceEnvironment(sandbox, `sqlite:${path}`))
  const call = createCallApi(await service.url)
  const token = await callerToken({ customer_id: 11 })
  const pay = (body: unknown, orderId = createOrder(sandbox), key = `the-key-of-order-${orderId}`) =>
    call.pay(orderId, body, { token, key })
  const scrape = async () => (await fetch(`${await service.adminUrl}/metrics`)).text()

  async function live(): Promise<void> {
    const orderId = createOrder(sandbox)
    await call.methods(orderId, token)
    expect((await pay(cardPayment(), orderId)).status).toBe(201)
    expect((await pay(cardPayment(), orderId)).headers['idempotent-replayed']).toBe('true')
    expect((await pay(cardPayment(), orderId, 'the-key-of-another-device')).status).toBe(409)
    expect((await pay(cardPayment({ number: '4000000000009995' }))).status).toBe(402)
    expect((await pay(cardPayment({ number: '4000000000202012' }))).status).toBe(202)
    const lost = createOrder(sandbox)
    // As many as a look has tries.
    const unreadable = {
      operation: 'transactions',
      order_id: lost,
      kind: 'status',
      status: 500,
      times: 3,
    } as const
    await sandbox.faults.add(unreadable)
    await sandbox.faults.add({ operation: 'pay', kind: 'reset_after_charge', times: 1 })
    expect((await pay(cardPayment(), lost)).status).toBe(202)
    await sandbox.faults.add({ operation: 'pay', kind: 'rate_limited', times: 1 })
    await pay(cardPayment())
    await sandbox.faults.add({ operation: 'access_tokens', kind: 'status', status: 500, times: 2 })
    expect((await pay(cardPayment())).status).toBe(503)
  }
  return { sandbox, service, path, pay, scrape, live }
}
