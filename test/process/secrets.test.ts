import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
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

/** Every process as any user of the machine sees it: its parent and its arguments. */
const processes = () =>
  execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [])
    .map(([, pid, ppid, args = '']) => ({ pid: Number(pid), ppid: Number(ppid), args }))

test('secrets are in no argument and no line of the log, and no child is there to inherit them', async () => {
  const sandbox = await startSandbox()
  onTestFinished(() => sandbox.close())
  const { BIGCOMMERCE_ACCESS_TOKEN, ...rest } = serviceEnvironment(sandbox, 'sqlite::memory:')
  const file = join(temporaryFolder(), 'store-token')
  writeFileSync(file, BIGCOMMERCE_ACCESS_TOKEN, { mode: 0o600 })
  const clientSecret = 'client-secret-that-must-stay-secret'
  const { child, lines, url } = runService({
    ...rest,
    LOG_LEVEL: 'trace',
    BIGCOMMERCE_ACCESS_TOKEN_FILE: file,
    BIGCOMMERCE_CLIENT_ID: 'an-app',
    BIGCOMMERCE_CLIENT_SECRET: clientSecret,
  })
  const token = await callerToken({ customer_id: 11 })
  // With everything done that a process may be started for: a payment, files read again.
  const call = createCallApi(await url)
  expect((await call.pay(createOrder(sandbox), cardPayment(), { token })).status).toBe(201)
  child.kill('SIGHUP')
  await expect.poll(() => lines.join('\n')).toContain('"name":"accessToken"')

  const seen = processes()
  expect(seen.find(({ pid }) => pid === child.pid)?.args).toMatch(/main\.js$/)
  expect(seen.filter(({ ppid }) => ppid === child.pid)).toEqual([])
  const shown = [...seen.map(({ args }) => args), ...lines].join('\n')
  for (const secret of [BIGCOMMERCE_ACCESS_TOKEN, rest.AUTH_HMAC_SECRET, clientSecret])
    expect(shown.includes(secret)).toBe(false)
})
