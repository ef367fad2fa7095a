import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.ts'

const script = join(import.meta.dirname, '../../scripts/sandbox-order.ts')
const AUTH = {
  AUTH_ISSUER: 'https://shop.example',
  AUTH_AUDIENCE: 'tillgate',
  AUTH_HMAC_SECRET: 'a-secret-of-thirty-two-bytes-or-more',
}

interface Printed {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** An empty folder, so that no developer's own .env is read. */
let folder: string
let sandbox: Sandbox
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillgate-order-'))
  sandbox = await startSandbox()
})
afterAll(async () => {
  await sandbox.close()
  await rm(folder, { recursive: true })
})

const makeOrder = (args: string[], env: Record<string, string> = AUTH): Promise<Printed> =>
  promisify(execFile)(process.execPath, [script, ...args], {
    cwd: folder,
    env: { SANDBOX_PORT: new URL(sandbox.managementUrl).port, ...env },
  }).then(
    (printed) => ({ code: 0, ...printed }),
    (failure: Printed) => failure,
  )

const printedBy = ({ stdout }: Printed) => {
  const [, orderId = '', token = ''] = /^export ORDER_ID=(\d+) CALLER_TOKEN=(\S+)\n$/.exec(stdout) ?? []
  return { orderId: Number(orderId), claims: decodeJwt(token) }
}

test('makes an order of this total for this customer, and a token that may pay it', async () => {
  const { orderId, claims } = printedBy(await makeOrder(['--total', '107.1575', '--customer', '11']))
  expect(sandbox.orders.get(orderId)).toMatchObject({
    status_id: 0,
    customer_id: 11,
    total_inc_tax: '107.1575',
    currency_code: 'USD',
  })
  expect(claims).toMatchObject({
    iss: AUTH.AUTH_ISSUER,
    sub: 'customer-11',
    order_ids: [orderId],
    customer_id: 11,
    scope: 'payments:read payments:write',
  })
  expect(Number(claims.exp) - Number(claims.iat)).toBe(60 * 60)
})

test('without a customer the order is a guest’s, whose token names only the order', async () => {
  const { orderId, claims } = printedBy(
    await makeOrder(['--currency', 'JPY', '--total', '500', '--minutes', '5']),
  )
  expect(sandbox.orders.get(orderId)).toMatchObject({ customer_id: 0, default_currency_code: 'JPY' })
  expect(claims).toMatchObject({ sub: `order-${orderId}`, order_ids: [orderId] })
  expect(claims).not.toHaveProperty('customer_id')
})

test('every wrong argument is named, and no order is made', async () => {
  const { code, stderr } = await makeOrder(['--total', 'much', '--customer', 'Jane', '--minutes', '0'])
  expect(code).toBe(1)
  expect(stderr).toMatch(/--total must.*\n--customer must.*\n--minutes must.*\nSee: npm run sandbox:order/)
})

test('without a sandbox, or without the issuer, it says what to do', async () => {
  const absent = await makeOrder([], { ...AUTH, SANDBOX_PORT: '1' })
  expect(absent).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Start one with "npm run sandbox"'),
  })
  expect(await makeOrder([], {})).toMatchObject({ code: 1, stderr: expect.stringContaining('AUTH_ISSUER') })
})

test('makes a cart where it is asked for one, and a token that names its checkout', async () => {
  const { stdout } = await makeOrder(['--cart', '--total', '12.50'])
  const [, id, token = ''] = /^export CHECKOUT_ID=([0-9a-f-]{36}) CALLER_TOKEN=(\S+)\n$/.exec(stdout) ?? []
  const answer = await fetch(`${sandbox.managementUrl}/v3/checkouts/${id}`, {
    headers: { 'x-auth-token': sandbox.accessToken },
  })

  expect(await answer.json()).toMatchObject({ data: { id, grand_total: 12.5, cart: { customer_id: 0 } } })
  expect(decodeJwt(token)).toMatchObject({ sub: `cart-${id}`, checkout_ids: [id] })
})
