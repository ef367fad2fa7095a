import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../../sandbox/start-sandbox.ts'
import { ownPostgres } from '../process/own-postgres.ts'
import { runService } from '../process/service-process.ts'
import { createCallApi } from '../support/call-api.ts'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { serviceEnvironment } from '../support/service-environment.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { codeIn, runbook, runCommand } from './runbook.ts'

const command = codeIn(runbook('From SQLite to Postgres'), 'sh')
/** The runbook's command, from this file to that server. */
const copy = (path: string, url: string) =>
  runCommand(command.replace('./data/tillgate.db', path).replace('postgres://…', url))

async function startStore() {
  const sandbox = await startSandbox()
  onTestFinished(() => sandbox.close())
  // Nothing shows on an order or among its transactions for as long as the test needs it not to.
  const hide = (forMs: number) => sandbox.configure({ order_lag_ms: forMs, transaction_lag_ms: forMs })
  const path = join(temporaryFolder(), 'tillgate.db')
  return { sandbox, hide, path, token: await callerToken({ customer_id: 11 }) }
}

const declined = cardPayment({ number: '4000000000009995' })

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'a ledger that is moved by the runbook keeps every answer and every fence: stopped by %s',
  { timeout: 120_000 },
  async (signal) => {
    const { sandbox, hide, path, token } = await startStore()
    hide(3_600_000)
    const server = await ownPostgres()
    const old = runService(serviceEnvironment(sandbox, `sqlite:${path}`))
    const before = createCallApi(await old.url)
    const [paid, refused, lost] = [createOrder(sandbox), createOrder(sandbox), createOrder(sandbox)]
    const key = (orderId: number) => ({ token, key: `the-key-of-order-${orderId}` })
    const first = await before.pay(paid, cardPayment(), key(paid))
    const no = await before.pay(refused, declined, key(refused))
    await sandbox.faults.add({ operation: 'pay', kind: 'reset_after_charge', times: 1 })
    expect([first.status, no.status]).toEqual([201, 402])
    expect((await before.pay(lost, cardPayment(), key(lost))).status).toBe(202)

    expect(await copy(path, server.url)).toMatchObject({ code: 1, stderr: expect.stringContaining('in use') })
    old.child.kill(signal)
    await old.ended
    const bytes = readFileSync(path)
    const copied = await copy(path, server.url)
    expect(copied).toMatchObject({ code: 0 })
    expect(copied.stdout).toMatch(/^payment_attempts: 3 rows.*\nidempotency_keys: 3 rows/m)
    // A killed service leaves its newest writes in the journal; opening the file moves them into it.
    if (signal === 'SIGTERM') expect(readFileSync(path).equals(bytes)).toBe(true)
    const again = await copy(path, server.url)
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('already holds rows') })

    const after = createCallApi(await runService(serviceEnvironment(sandbox, server.url)).url)
    const replays = await Promise.all([
      after.pay(paid, cardPayment(), key(paid)),
      after.pay(refused, declined, key(refused)),
      after.pay(lost, cardPayment(), key(lost)),
    ])
    expect(replays.map(({ status }) => status)).toEqual([201, 402, 202])
    expect(replays[0]?.text).toBe(first.text)
    expect((await after.pay(paid, cardPayment(), { token })).body.code).toBe('order_already_paid')
    expect((await after.pay(lost, cardPayment(), { token })).body.code).toBe('order_payment_in_progress')
    expect(sandbox.charges()).toHaveLength(2)

    hide(0)
    const ending = async () => (await after.pay(lost, cardPayment(), key(lost))).status
    await expect.poll(ending, { timeout: 30_000, interval: 500 }).toBe(201)
    expect(sandbox.charges()).toHaveLength(2)
  },
)

test('what must not be copied is refused, and the error says why', async () => {
  const { path } = await startStore()
  const nowhere = 'postgres://postgres:canary@127.0.0.1:1/postgres'
  const refusal = async (from: string, url = nowhere) => {
    const { code, stderr } = await copy(from, url)
    expect([code, stderr.includes('canary')]).toEqual([1, false])
    return stderr
  }
  expect(await refusal(path)).toContain(`There is no ledger at ${path}.`)
  await runCommand('npm run migrate', { DATABASE_URL: `sqlite:${path}` })
  expect(await refusal(path, 'sqlite:./other.db')).toContain(
    'DATABASE_URL must name the new ledger, on Postgres.',
  )
  expect(await refusal(path)).toContain('ECONNREFUSED')
  const ledger = new DatabaseSync(path)
  ledger.exec("INSERT INTO schema_migrations (number, name) VALUES (9999, '9999-later.sql')")
  expect(await refusal(path)).toContain(`${path} is in use: stop every instance first.`)
  ledger.close()
  expect(await refusal(path)).toContain('newer version')
  const other = new DatabaseSync(path)
  other.exec('DELETE FROM schema_migrations WHERE number IN (9999, 3)')
  other.close()
  expect(await refusal(path)).toContain('older version')
})
