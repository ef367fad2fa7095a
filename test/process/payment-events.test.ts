import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../../sandbox/start-sandbox.ts'
import { openDatabase } from '../../src/stores/engine/database.ts'
import { createCallApi } from '../support/call-api.ts'
import { callerToken } from '../support/caller-token.ts'
import { answerWith, secretOf, startReceiver } from '../support/event-receiver.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { serviceEnvironment } from '../support/service-environment.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { commandOf } from './desk-command.ts'
import { ownPostgres } from './own-postgres.ts'
import { runService } from './service-process.ts'

const patience = { timeout: 20_000, interval: 200 }

test.each([
  { name: 'SQLite', newUrl: async () => `sqlite:${join(temporaryFolder(), 'tillgate.db')}` },
  { name: 'Postgres', newUrl: async () => (await ownPostgres()).url },
])(
  'people see on $name what was not delivered, and have it sent again; what a person decides is told too',
  async ({ newUrl }) => {
    const sandbox = await startSandbox()
    onTestFinished(() => sandbox.close())
    const receiver = await startReceiver()
    receiver.answer = answerWith(500)
    const databaseUrl = await newUrl()
    const env = {
      ...serviceEnvironment(sandbox, databaseUrl),
      EVENTS_URL: receiver.url,
      EVENTS_SECRET: secretOf(1),
    }
    const service = runService(env)
    const { pay } = createCallApi(await service.url)
    const payments = commandOf(env)
    const token = await callerToken({ customer_id: 11 })
    expect(await payments('events')).toMatchObject({ code: 0, stdout: 'Every event was delivered.\n' })

    const orderId = createOrder(sandbox)
    await sandbox.faults.add({ operation: 'pay', kind: 'reset_before_charge', times: 1 })
    const { body } = await pay(orderId, cardPayment(), { token })
    const { id } = body.data
    const eventId = `evt_${id}_unknown`
    const list = async () => (await payments('events', '--json')).document.data as Record<string, unknown>[]
    await expect.poll(async () => (await list())[0]?.last_failure, patience).toBe('answered 500')
    const [waiting, ...others] = await list()
    expect(others).toEqual([])
    expect(waiting).toEqual({
      id: eventId,
      type: 'payment.held',
      payment_id: id,
      order_id: orderId,
      state: 'waiting',
      created_at: expect.stringMatching(/^\d{4}-.*Z$/),
      tries: expect.any(Number),
      next_try_at: expect.stringMatching(/^\d{4}-.*Z$/),
      last_failure: 'answered 500',
      dead_since: null,
    })

    const database = openDatabase(databaseUrl, () => {})
    await database.updateTable('payment_events').set({ next_try_at_ms: null, dead_at_ms: 1_000 }).execute()
    await database.destroy()
    const before = receiver.received.length
    expect(await list()).toMatchObject([
      { state: 'dead', next_try_at: null, dead_since: '1970-01-01T00:00:01.000Z' },
    ])
    expect((await payments('events')).stdout).toContain('1 event given up, 0 events waiting.')

    receiver.answer = answerWith(200)
    expect(await payments('events', 'repeat', 'dead', '--json')).toMatchObject({
      code: 0,
      document: { data: { repeated: 1 } },
    })
    await expect
      .poll(() => receiver.received.slice(before).map((each) => each.id), patience)
      .toEqual([eventId])
    await expect.poll(list, patience).toEqual([])
    // What was delivered can be sent once more, while it is kept.
    expect((await payments('events', 'repeat', eventId)).stdout).toBe(
      '1 event is sent again, by the running service.\n',
    )
    await expect
      .poll(() => receiver.received.slice(before).map((each) => each.id), patience)
      .toEqual([eventId, eventId])

    const decided = ['--by', 'Ada Support', '--because', 'the gateway shows a charge']
    expect((await payments('resolve', id, 'charged', ...decided)).code).toBe(0)
    await expect
      .poll(() => receiver.received.at(-1)?.event, patience)
      .toMatchObject({
        type: 'payment.success',
        data: { id, status: 'success', previous_status: 'unknown' },
      })
  },
)
