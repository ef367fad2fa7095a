import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../../sandbox/start-sandbox.ts'
import { createCallApi } from '../support/call-api.ts'
import { callerToken } from '../support/caller-token.ts'
import { freePort } from '../support/free-port.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { serviceEnvironment } from '../support/service-environment.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const main = join(import.meta.dirname, '../../src/main.ts')

/** A service whose log goes where the test says, so its ports have to be known before. */
async function start(stdout: number | 'pipe') {
  const sandbox = await startSandbox()
  onTestFinished(() => sandbox.close())
  const [port, adminPort] = [await freePort(), await freePort()]
  const env = {
    ...serviceEnvironment(sandbox, `sqlite:${join(temporaryFolder(), 'tillgate.db')}`),
    PORT: String(port),
    ADMIN_PORT: String(adminPort),
    ADDRESS_RATE_LIMIT: '0',
  }
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', stdout, 'ignore'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const url = `http://127.0.0.1:${port}`
  const live = () =>
    fetch(`${url}/livez`).then(
      (answer) => answer.status,
      () => null,
    )
  await expect.poll(live, { timeout: 10_000 }).toBe(200)
  const call = createCallApi(url)
  const token = await callerToken({ customer_id: 11 })
  const pay = async () => (await call.pay(createOrder(sandbox), cardPayment(), { token })).status
  const lost = async () => {
    const page = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text()
    return Number(/^tillgate_log_lines_lost_total (\d+)$/m.exec(page)?.[1])
  }
  return { child, live, pay, lost }
}

async function endOf(child: ChildProcess) {
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  return code
}

test.runIf(existsSync('/dev/full'))(
  'a log on a full disk loses lines, which are counted, and nothing else: orders are paid, and SIGTERM ends the process with 0',
  async () => {
    const { child, live, pay, lost } = await start(openSync('/dev/full', 'w'))
    expect([await pay(), await pay()]).toEqual([201, 201])
    expect(await live()).toBe(200)
    expect(await lost()).toBeGreaterThan(4)
    expect(await endOf(child)).toBe(0)
  },
)

test('a log that is read no more holds nothing up either', async () => {
  const { child, live, pay, lost } = await start('pipe')
  // More than the pipe and what the service keeps for a slow reader can take.
  for (let batch = 0; batch < 30; batch += 1) await Promise.all(Array.from({ length: 100 }, live))
  expect(await pay()).toBe(201)
  expect(await lost()).toBeGreaterThan(0)
  expect(await endOf(child)).toBe(0)
})
