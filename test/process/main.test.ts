import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startSandbox } from '../../sandbox/start-sandbox.ts'
import { createCallApi } from '../support/call-api.ts'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { serviceEnvironment } from '../support/service-environment.ts'
import { runService } from './service-process.ts'

const token = callerToken({ customer_id: 11 })

async function prepare() {
  const sandbox = await startSandbox()
  const folder = mkdtempSync(join(tmpdir(), 'tillgate-'))
  onTestFinished(async () => {
    await sandbox.close()
    rmSync(folder, { recursive: true })
  })
  const environment = serviceEnvironment(sandbox, `sqlite:${join(folder, 'new', 'tillgate.db')}`)
  return { sandbox, environment }
}

test('a wrong configuration ends the start with one message that names every wrong variable and no secret', async () => {
  const secret = 'too-short-a-secret'
  const { lines, ended } = runService({ PORT: 'eighty', AUTH_HMAC_SECRET: secret, TRUST_PROXY: 'anyone' })
  expect((await ended).code).toBe(1)
  const message = lines.join('\n')
  for (const name of [
    'PORT',
    'TRUST_PROXY',
    'AUTH_HMAC_SECRET',
    'AUTH_ISSUER',
    'AUTH_AUDIENCE',
    'BIGCOMMERCE_STORE_HASH',
    'BIGCOMMERCE_ACCESS_TOKEN',
  ]) {
    expect(message).toMatch(new RegExp(`^ {2}- ${name} `, 'm'))
  }
  for (const value of [secret, 'eighty', 'anyone']) expect(message).not.toContain(value)
})

test('the first line of the log says what runs: version, store, ledger, instruments and limits, and no secret', async () => {
  const { sandbox, environment } = await prepare()
  const service = runService({
    ...environment,
    PAYMENT_INSTRUMENTS: 'stored_card,gift_certificate',
    CALLER_RATE_LIMIT: '0',
  })
  await service.url
  expect(JSON.parse(service.lines[0] ?? '')).toEqual({
    level: 30,
    time: expect.any(String),
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    store: sandbox.storeHash,
    ledger: 'sqlite',
    instruments: 'stored_card,gift_certificate',
    paymentsMax: 50,
    windowMs: 4_000,
    queueMaxWaitMs: 5_000,
    paymentTimeoutMs: 60_000,
    addressPerMinute: 600,
    callerPerMinute: 0,
    orderAttempts: 5,
    callerDeclines: 10,
    addressDeclines: 30,
    hasEvents: false,
    msg: 'starting',
  })
})

test('a variable that looks like one of ours is told of at the start, by its name', async () => {
  const { environment } = await prepare()
  const { lines, url } = runService({ ...environment, PAYMENT_INSTRUMENT: 'stored_card' })
  await url
  const told = lines.find((line) => line.includes('unknown variable')) ?? ''
  expect(JSON.parse(told)).toMatchObject({ variable: 'PAYMENT_INSTRUMENT', name: 'PAYMENT_INSTRUMENTS' })
  expect(told).not.toContain('stored_card')
})

test('what would fail later is told of at the start, which it does not stop', async () => {
  const { environment } = await prepare()
  const keys = { AUTH_HMAC_SECRET: '', AUTH_JWKS_URL: 'http://127.0.0.1:1/keys' }
  const { lines, url } = runService({ ...environment, ...keys, LEDGER_MARK_DIR: import.meta.filename })
  await url
  await vi.waitFor(() => {
    for (const event of ['published keys cannot be used', 'ledger mark cannot be written'])
      expect(lines.filter((line) => line.includes(event))).toHaveLength(1)
  })
})

test.each([
  ['a server that is away', 'postgres://tillgate:the-password@127.0.0.1:1/tillgate', 'ECONNREFUSED'],
  ['a file that is no database', `sqlite:${import.meta.filename}`, 'ERR_SQLITE_ERROR'],
  ['a folder that cannot be made', 'sqlite:/dev/null/tillgate.db', 'E[A-Z]+'],
])(
  'a ledger that cannot be opened names its variable and what finds out why: %s',
  async (_what, url, code) => {
    const { environment } = await prepare()
    const { lines, ended } = runService({ ...environment, DATABASE_URL: url })
    expect((await ended).code).toBe(1)
    const told = lines.join('\n')
    expect(told).toMatch(new RegExp(`DATABASE_URL: .*\\(${code}\\).*npm run doctor`))
    expect(told).not.toContain('the-password')
  },
)

test.each(['PORT', 'ADMIN_PORT'])(
  'a port that is taken ends the start with its reason and the name of the variable: %s',
  async (variable) => {
    const { environment } = await prepare()
    const taken = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void taken.close())
    await new Promise((resolve) => taken.once('listening', resolve))
    const address = taken.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const { lines, ended } = runService({ ...environment, [variable]: String(port) })
    expect((await ended).code).toBe(1)
    expect(lines.join('')).toContain(`${variable}: port ${port} of 127.0.0.1 is taken (EADDRINUSE)`)
  },
)

test('a host that is no address of this machine ends the start with the name of its variable', async () => {
  const { environment } = await prepare()
  const { lines, ended } = runService({ ...environment, HOST: '::2' })
  expect((await ended).code).toBe(1)
  expect(lines.join('')).toContain('HOST: ::2 is no address of this machine (EADDRNOTAVAIL)')
})

test('metrics and probes are on the admin port, metrics not on the public one, and stay until the last charge is answered', async () => {
  const { sandbox, environment } = await prepare()
  const service = runService(environment)
  const [url, adminUrl] = await Promise.all([service.url, service.adminUrl])
  const statusOf = async (address: string) => (await fetch(address)).status
  expect(await statusOf(`${url}/metrics`)).toBe(404)
  expect(await statusOf(`${adminUrl}/readyz`)).toBe(200)
  expect(await (await fetch(`${adminUrl}/metrics`)).text()).toContain('process_cpu_seconds_total')
  for (const path of ['/openapi.json', '/docs', '/orders/215/payment-methods']) {
    expect([path, await statusOf(`${adminUrl}${path}`)]).toEqual([path, 404])
  }

  await sandbox.faults.add({ operation: 'pay', kind: 'latency', delay_ms: 1_500, times: 1 })
  const paying = createCallApi(url).pay(createOrder(sandbox), cardPayment(), { token: await token })
  await expect.poll(() => sandbox.requests().some(({ host }) => host === 'payments')).toBe(true)
  service.child.kill('SIGTERM')
  await expect.poll(() => statusOf(`${adminUrl}/readyz`)).toBe(503)
  expect(await (await fetch(`${adminUrl}/metrics`)).text()).toContain('\ntillgate_payments_in_flight 1\n')
  expect((await paying).status).toBe(201)
  expect((await service.ended).code).toBe(0)
})

test('after SIGTERM a charge in progress is answered and written down, no new one is taken, and the process ends with 0', async () => {
  const { sandbox, environment } = await prepare()
  const service = runService(environment)
  const call = createCallApi(await service.url)
  const orderId = createOrder(sandbox)
  await sandbox.faults.add({ operation: 'pay', kind: 'latency', delay_ms: 800, times: 1 })

  const caller = { token: await token, key: 'the-key-of-this-payment' }
  const paying = call.pay(orderId, cardPayment(), caller)
  await expect.poll(() => sandbox.requests().some(({ host }) => host === 'payments')).toBe(true)
  service.child.kill('SIGTERM')

  expect((await paying).status).toBe(201)
  expect(await service.ended).toEqual({ code: 0, signal: null })

  const next = runService(environment)
  const replay = await createCallApi(await next.url).pay(orderId, cardPayment(), caller)
  expect([replay.status, replay.headers['idempotent-replayed']]).toEqual([201, 'true'])
  expect(sandbox.charges()).toHaveLength(1)
})

test('SIGTERM waits for a charge whose client has gone', async () => {
  const { sandbox, environment } = await prepare()
  const service = runService(environment)
  const orderId = createOrder(sandbox)
  await sandbox.faults.add({ operation: 'pay', kind: 'latency', delay_ms: 800, times: 1 })
  const caller = { token: await token, key: 'the-key-of-this-payment' }
  const gone = new AbortController()
  const paying = createCallApi(await service.url).pay(orderId, cardPayment(), {
    ...caller,
    signal: gone.signal,
  })
  await expect.poll(() => sandbox.requests().some(({ host }) => host === 'payments')).toBe(true)

  gone.abort()
  await expect(paying).rejects.toThrow()
  service.child.kill('SIGTERM')
  expect((await service.ended).code).toBe(0)

  const next = runService(environment)
  const replay = await createCallApi(await next.url).pay(orderId, cardPayment(), caller)
  expect(replay.status).toBe(201)
  expect(sandbox.charges()).toHaveLength(1)
})
