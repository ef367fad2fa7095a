import { execFile, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, inject, test } from 'vitest'
import { startPatient } from '../doctor/support/diagnose.ts'
import { callerToken } from '../support/caller-token.ts'
import { compiled } from '../support/compiled.ts'
import { createOrder } from '../support/orders.ts'

const main = join(inject('builtPrograms'), 'doctor.js')

/** Runs the program of `npm run doctor` with this environment and no other. */
const run = (env: Record<string, string>, ...args: string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [main, ...args], { env: { ...compiled, ...env } }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })

test('a good configuration ends with 0 and one line for each check', async () => {
  const { environment, sandbox } = await startPatient()
  const { code, stdout, stderr } = await run(environment, '--order', String(createOrder(sandbox)))
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^ok +store token: /m)
  expect(stdout).toMatch(/^warning +payment method stripe\.card: In test mode; takes card, stored_card\.$/m)
  expect(stdout).toMatch(/^not checked {2}scope store_payments_access_token_create: /m)
  expect(stdout).toMatch(/ 0 failures, 1 not checked\. Nothing was changed\.$/m)
})

test('a failure ends with 1, and --json tells the same to programs', async () => {
  const { environment } = await startPatient({ scopes: ['store_payments_methods_read'] })
  const { code, stdout } = await run(environment, '--json')
  const { ok, findings } = JSON.parse(stdout)
  expect([code, ok]).toEqual([1, false])
  expect(findings).toContainEqual({
    check: 'scope store_v2_orders_read_only',
    status: 'failure',
    says: expect.any(String),
    advice: expect.any(String),
  })
})

test('every wrong variable is told at once, without its value', async () => {
  const { code, stdout } = await run({ PORT: 'eighty', AUTH_HMAC_SECRET: 'canary' })
  expect(code).toBe(1)
  for (const name of ['PORT', 'AUTH_HMAC_SECRET', 'AUTH_ISSUER', 'BIGCOMMERCE_STORE_HASH']) {
    expect(stdout).toMatch(new RegExp(`^FAILURE +configuration: ${name} `, 'm'))
  }
  expect(stdout).not.toMatch(/canary|eighty/)
})

test('that every caller may share one address is warned of, until a proxy is trusted', async () => {
  const { environment } = await startPatient()
  const told = /^warning +configuration: Every caller may share one address: /m
  expect((await run(environment)).stdout).toMatch(told)
  expect((await run({ ...environment, TRUST_PROXY: '10.0.0.0/8' })).stdout).not.toMatch(told)
})

test('a variable that looks like one of ours is warned of', async () => {
  const { environment } = await startPatient()
  const { code, stdout } = await run({ ...environment, VELOCITY_ORDER_ATEMPTS: '2' })
  expect(code).toBe(0)
  expect(stdout).toMatch(/^warning +configuration: Unknown variable VELOCITY_ORDER_ATEMPTS\.$/m)
  expect(stdout).toContain('Did you mean VELOCITY_ORDER_ATTEMPTS?')
})

test('a file of a secret that all users may read is warned of', async () => {
  const { environment } = await startPatient()
  const path = `${environment.DATABASE_URL?.replace('sqlite:', '')}.secret`
  writeFileSync(path, environment.AUTH_HMAC_SECRET ?? '', { mode: 0o644 })
  const { stdout } = await run({ ...environment, AUTH_HMAC_SECRET: '', AUTH_HMAC_SECRET_FILE: path })
  expect(stdout).toMatch(
    /^warning +configuration: The file that AUTH_HMAC_SECRET_FILE names has mode 0644\.$/m,
  )
})

test('an address of another store is told', async () => {
  const { environment } = await startPatient()
  const { code, stdout } = await run({ ...environment, BIGCOMMERCE_STORE_HASH: 'another' })
  expect(code).toBe(1)
  expect(stdout).toContain('BIGCOMMERCE_PAYMENTS_URL names another store')
})

test.each([['--order', 'all'], ['--url', 'shop'], ['--fix']])(
  'a wrong option ends with 1 and the usage: %s %s',
  async (...args) => {
    const { code, stderr } = await run({}, ...args.filter((arg) => arg !== undefined))
    expect(code).toBe(1)
    expect(stderr).toContain('npm run doctor')
  },
)

test('a caller token is read from standard input and explained', async () => {
  const { environment } = await startPatient()
  const child = spawn(process.execPath, [main, '--token', '-'], { env: { ...compiled, ...environment } })
  child.stdin.end(`${await callerToken({ order_ids: [118] })}\n`)
  expect(await text(child.stdout)).toMatch(/^ok +caller token: It is valid, .* for orders 118\.$/m)
})

test('a host that accepts and says nothing does not keep it from ending', async () => {
  const { environment, sandbox } = await startPatient()
  for (const operation of ['order', 'transactions', 'methods'] as const) {
    await sandbox.faults.add({ operation, kind: 'hang_before_charge' })
  }
  const { code, stdout } = await run(environment)
  expect(stdout).toMatch(/^not checked {2}store token: BigCommerce did not answer \(TimeoutError\)/m)
  expect(code).toBe(0)
})
