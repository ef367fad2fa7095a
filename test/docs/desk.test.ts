import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../../sandbox/start-sandbox.ts'
import { runService } from '../process/service-process.ts'
import { createCallApi } from '../support/call-api.ts'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { serviceEnvironment } from '../support/service-environment.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { codeIn, runbook, runCommand } from './runbook.ts'

const page = runbook('Needs review')

test.each([
  ['not-charged', 'not_charged', 201],
  ['charged', 'success', 409],
] as const)(
  'a held payment is ended as %s by the commands of the runbook',
  async (decision, status, then) => {
    const sandbox = await startSandbox()
    onTestFinished(() => sandbox.close())
    const env = serviceEnvironment(sandbox, `sqlite:${join(temporaryFolder(), 'tillgate.db')}`)
    const call = createCallApi(await runService(env).url)
    const caller = { token: await callerToken({ customer_id: 11 }) }
    const orderId = createOrder(sandbox)
    await sandbox.faults.add({ operation: 'pay', kind: 'reset_before_charge', times: 1 })
    const { body } = await call.pay(orderId, cardPayment(), caller)
    expect((await call.pay(orderId, cardPayment(), caller)).body.code).toBe('order_payment_in_progress')
    sandbox.clock.change({ advance_ms: 2 * 3_600_000 })

    const run = (holding: string) =>
      runCommand(codeIn(page, 'sh', holding).replaceAll('PAYMENT', body.data.id), env)
    expect((await run('held')).stdout).toContain(body.data.id)
    expect((await run('show')).stdout).toContain('correlation')
    expect(await run(` ${decision} `)).toMatchObject({ code: 0 })

    const read = await call(`/orders/${orderId}/payments/${body.data.id}`, caller)
    expect(read.body).toMatchObject({
      data: { status },
      meta: { detail: expect.stringContaining('decided by the shop') },
    })
    expect((await call.pay(orderId, cardPayment(), caller)).status).toBe(then)
  },
)
