import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../../sandbox/start-sandbox.ts'
import { runService, type ServiceProcess } from '../process/service-process.ts'
import { createCallApi } from '../support/call-api.ts'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { serviceEnvironment } from '../support/service-environment.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type BackedUpLedger, postgresLedger, sqliteLedger } from './backed-up-ledger.ts'
import { findPostgresTools } from './postgres-tools.ts'
import { codeIn, runbook, runCommand } from './runbook.ts'

const page = runbook('Backup and restore')
const tools = findPostgresTools()
if (tools === null) {
  process.stderr.write('No Postgres with pg_dump found, so its backup is not tested: install one.\n')
}

interface ChargeLine {
  readonly time: string
  readonly paymentId: string
  readonly orderId: number
  readonly outcome: string
}
/** The `charge answered` lines of a log, from a line on. */
const chargeLines = ({ lines }: ServiceProcess, from = 0): ChargeLine[] =>
  lines
    .slice(from)
    .filter((line) => line.includes('"charge answered"'))
    .map((line) => JSON.parse(line))

/** The runbook's command with the values of a line put in. */
const holdOf = ({ paymentId, orderId, time }: ChargeLine) =>
  codeIn(page, 'sh', 'hold ORDER')
    .replace('ORDER', String(orderId))
    .replace('ID', paymentId)
    .replace('INSTANT', time)

/** Ten payments at once, a backup in the middle of them, three payments after it, a crash, and the restore. */
async function loseTheNewest(ledger: BackedUpLedger) {
  const sandbox = await startSandbox()
  onTestFinished(() => sandbox.close())
  const token = await callerToken({ customer_id: 11 })
  const caller = (orderId: number) => ({ token, key: `the-key-of-order-${orderId}` })
  const service = runService(serviceEnvironment(sandbox, ledger.url))
  const { pay } = createCallApi(await service.url)
  const kept = createOrder(sandbox)
  const first = await pay(kept, cardPayment(), caller(kept))

  const crowd = Array.from({ length: 10 }, () => createOrder(sandbox))
  const paying = crowd.map((orderId) => pay(orderId, cardPayment(), caller(orderId)))
  await ledger.backUp()
  await Promise.all(paying)
  const from = service.lines.length
  const [shown, lost, again] = [createOrder(sandbox), createOrder(sandbox), createOrder(sandbox)]
  await pay(shown, cardPayment(), caller(shown))
  // From here on BigCommerce does not show what was paid.
  sandbox.configure({ order_lag_ms: 3_600_000, transaction_lag_ms: 3_600_000 })
  for (const orderId of [lost, again]) {
    await sandbox.faults.add({ operation: 'pay', kind: 'reset_after_charge', times: 1 })
    expect((await pay(orderId, cardPayment(), caller(orderId))).status).toBe(202)
  }
  sandbox.configure({ order_lag_ms: 0, transaction_lag_ms: 0 })
  // A line is written a moment after its event, and a crash may lose it, so the runbook also asks for the gateway's list.
  await expect.poll(() => chargeLines(service, from)).toHaveLength(3)
  service.child.kill('SIGKILL')
  await service.ended

  const restoredEnvironment = serviceEnvironment(sandbox, await ledger.restore())
  const restored = createCallApi(await runService(restoredEnvironment).url)
  return {
    sandbox,
    caller,
    first,
    kept,
    crowd,
    shown,
    lost,
    again,
    restored,
    restoredEnvironment,
    log: chargeLines(service, from),
  }
}

async function rehearse(ledger: BackedUpLedger): Promise<void> {
  const story = await loseTheNewest(ledger)
  const { sandbox, caller, restored, restoredEnvironment, kept, crowd, shown, lost, again, log } = story
  const chargesOf = (id: number) => sandbox.charges().filter(({ order_id }) => order_id === id).length
  const pay = (orderId: number, by: object = caller(orderId)) => restored.pay(orderId, cardPayment(), by)
  const another = { token: caller(lost).token }

  const replay = await pay(kept)
  expect([replay.status, replay.text]).toEqual([201, story.first.text])
  expect((await pay(shown)).body.code).toBe('order_not_payable')
  for (const orderId of crowd) expect([201, 409]).toContain((await pay(orderId)).status)
  expect(log.map(({ orderId }) => orderId)).toEqual([shown, lost, again])

  // What the runbook is for: without it an order whose payment does not show is charged again.
  sandbox.configure({ order_lag_ms: 3_600_000, transaction_lag_ms: 3_600_000 })
  expect((await pay(again)).status).toBe(201)
  expect(chargesOf(again)).toBe(2)

  for (const line of log.filter(({ orderId }) => orderId === lost))
    expect(await runCommand(holdOf(line), restoredEnvironment)).toMatchObject({ code: 0 })
  for (const by of [caller(lost), another]) {
    expect((await pay(lost, by)).body.code).toBe('order_payment_in_progress')
  }
  sandbox.configure({ order_lag_ms: 0, transaction_lag_ms: 0 })
  const statusOfLost = async () => (await restored(`/orders/${lost}/payments`, another)).body.data[0].status
  await expect.poll(statusOfLost, { timeout: 30_000, interval: 500 }).toBe('success')
  expect((await pay(lost, another)).body.code).toBe('order_already_paid')
  for (const orderId of [kept, shown, lost, ...crowd]) expect(chargesOf(orderId)).toBe(1)
}

test('SQLite: backed up while payments run, and restored by the runbook', { timeout: 120_000 }, async () => {
  await rehearse(await sqliteLedger())
})

describe.runIf(tools !== null)('Postgres', () => {
  test('backed up while payments run, and restored by the runbook', { timeout: 120_000 }, async () => {
    await rehearse(await postgresLedger(tools ?? ''))
  })
})

test('a backup that would overwrite or lose something is refused, and no file is made', async () => {
  const folder = temporaryFolder()
  const [path, to] = [join(folder, 'tillgate.db'), join(folder, 'backup.db')]
  const backUp = (DATABASE_URL: string) => runCommand(`npm run ledger:backup -- ${to}`, { DATABASE_URL })

  expect((await backUp(`sqlite:${path}`)).stderr).toContain(`There is no ledger at ${path}.`)
  expect((await backUp('postgres://127.0.0.1:1/tillgate')).stderr).toContain('pg_dump')
  expect([existsSync(path), existsSync(to)]).toEqual([false, false])
  await runCommand('npm run migrate', { DATABASE_URL: `sqlite:${path}` })
  expect(await backUp(`sqlite:${path}`)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('0 payments'),
  })
  const twice = await backUp(`sqlite:${path}`)
  expect(twice).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`There is a file at ${to} already.`),
  })
})
