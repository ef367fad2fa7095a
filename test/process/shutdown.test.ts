import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../../sandbox/start-sandbox.ts'
import { createCallApi } from '../support/call-api.ts'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { serviceEnvironment } from '../support/service-environment.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { runService } from './service-process.ts'

async function start(more: Record<string, string>) {
  const sandbox = await startSandbox()
  onTestFinished(() => sandbox.close())
  const database = `sqlite:${join(temporaryFolder(), 'tillgate.db')}`
  const service = runService({ ...serviceEnvironment(sandbox, database), ...more })
  const url = await service.url
  const call = createCallApi(url)
  const token = await callerToken({ customer_id: 11 })
  const pay = () => call.pay(createOrder(sandbox), cardPayment(), { token })
  const ready = async () => (await fetch(`${url}/readyz`)).status
  return { sandbox, service, pay, ready }
}

test('SIGTERM makes the instance not ready at once, and it takes payments until load balancers have seen that', async () => {
  const { service, pay, ready } = await start({ SHUTDOWN_DELAY_MS: '4000' })
  const at = performance.now()
  service.child.kill('SIGTERM')
  await expect.poll(ready).toBe(503)
  const answer = await pay()
  expect(answer.status).toBe(201)
  // A kept connection would be closed under the next request.
  expect(answer.headers.connection).toBe('close')
  expect(performance.now() - at).toBeLessThan(4_000)
  expect(await service.ended).toEqual({ code: 0, signal: null })
  expect(performance.now() - at).toBeGreaterThan(4_000)
})

test('SIGTERM serves the payments that wait in line for their turn', async () => {
  const { sandbox, service, pay } = await start({ PAYMENT_RATE_LIMIT: '1', PAYMENT_RATE_WINDOW_MS: '1500' })
  const paying = [pay(), pay(), pay()]
  const minted = () => sandbox.requests().filter(({ path }) => path.endsWith('/access_tokens')).length
  await expect.poll(minted).toBe(3)
  service.child.kill('SIGTERM')
  const answers = await Promise.all(paying)
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201])
  expect(sandbox.charges()).toHaveLength(3)
  expect((await service.ended).code).toBe(0)
})
