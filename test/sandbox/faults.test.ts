import { expect, test } from 'vitest'
import type { FaultInput } from '../../sandbox/faults/fault.ts'
import { createClock } from './support/clock.ts'
import { openStore, VISA_PAYMENT } from './support/open-store.ts'

/** Why fetch failed, as the client's socket saw it. */
const failureOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'no failure',
    (error: Error & { cause?: { code?: string } }) => error.cause?.code ?? error.name,
  )

test('refuse: a new connection to the payments host gets ECONNREFUSED until the fault is cleared', async () => {
  const { sandbox, pay, mint, payWith, order } = await openStore()
  await sandbox.faults.add({ operation: 'pay', kind: 'refuse' })
  expect(await failureOf(payWith(await mint(order()), VISA_PAYMENT))).toBe('ECONNREFUSED')
  await sandbox.faults.clear()
  expect((await pay(order())).status).toBe(201)
  expect(sandbox.charges()).toHaveLength(1)
})

test('refuse: the management host comes back on the same port by itself after for_ms', async () => {
  const { sandbox, control, methods, order } = await openStore()
  const id = order()
  await control('/faults', { method: 'POST', body: { operation: 'methods', kind: 'refuse', for_ms: 60 } })
  expect(await failureOf(methods(id))).toBe('ECONNREFUSED')
  await expect.poll(() => failureOf(methods(id)), { interval: 20 }).toBe('no failure')
  expect(sandbox.faults.list()).toEqual([])
})

test('refuse: the management host cannot be locked out of for good over HTTP', async () => {
  const { control } = await openStore()
  const reply = await control('/faults', { method: 'POST', body: { operation: 'order', kind: 'refuse' } })
  expect(reply.status).toBe(400)
})

test.each([
  { kind: 'reset_before_charge', charges: 0 },
  { kind: 'reset_after_charge', charges: 1 },
] as const)('$kind: the connection dies and $charges charges exist', async ({ kind, charges }) => {
  const { sandbox, pay, order } = await openStore()
  await sandbox.faults.add({ operation: 'pay', kind, times: 1 })
  expect(await failureOf(pay(order()))).toMatch(/ECONNRESET|UND_ERR_SOCKET/)
  expect(sandbox.charges()).toHaveLength(charges)
})

test.each([
  { kind: 'hang_before_charge', charges: 0 },
  { kind: 'hang_after_charge', charges: 1 },
] as const)(
  '$kind: no answer comes, $charges charges exist, and closing is still quick',
  async ({ kind, charges }) => {
    const { sandbox, pay, order } = await openStore()
    await sandbox.faults.add({ operation: 'pay', kind, times: 1 })
    const failure = failureOf(pay(order()))
    await expect.poll(() => sandbox.faults.list()).toEqual([])
    await expect.poll(() => sandbox.charges()).toHaveLength(charges)
    const startedAt = performance.now()
    await sandbox.close()
    expect(performance.now() - startedAt).toBeLessThan(500)
    expect(await failure).toMatch(/ECONNRESET|UND_ERR_SOCKET/)
  },
)

test('cut_body: half an answer arrives for a charge that was made', async () => {
  const { sandbox, pay, order } = await openStore()
  await sandbox.faults.add({ operation: 'pay', kind: 'cut_body', times: 1 })
  expect(await failureOf(pay(order()))).toMatch(/ECONNRESET|UND_ERR_SOCKET/)
  expect(sandbox.charges()).toHaveLength(1)
})

const answered: { fault: FaultInput; status: number; body: unknown; charges: number }[] = [
  { fault: { operation: 'pay', kind: 'status', status: 503 }, status: 503, body: {}, charges: 0 },
  {
    fault: { operation: 'pay', kind: 'status_after_charge', status: 500 },
    status: 500,
    body: {},
    charges: 1,
  },
  { fault: { operation: 'pay', kind: 'foreign_2xx' }, status: 200, body: {}, charges: 0 },
  { fault: { operation: 'pay', kind: 'foreign_2xx', charged: true }, status: 200, body: {}, charges: 1 },
  {
    fault: { operation: 'pay', kind: 'code', code: 30105, charged: true },
    status: 422,
    body: { code: 30105 },
    charges: 1,
  },
  { fault: { operation: 'pay', kind: 'latency', delay_ms: 1 }, status: 201, body: {}, charges: 1 },
]

test.each(answered)('$fault: $status and $charges charges', async ({ fault, status, body, charges }) => {
  const { sandbox, pay, order } = await openStore()
  await sandbox.faults.add(fault)
  expect(await pay(order())).toMatchObject({ status, body })
  expect(sandbox.charges()).toHaveLength(charges)
})

test('html: an error page instead of JSON', async () => {
  const { sandbox, pay, order } = await openStore()
  await sandbox.faults.add({ operation: 'pay', kind: 'html' })
  const reply = await pay(order())
  expect(reply.status).toBe(502)
  expect(reply.headers.get('content-type')).toContain('text/html')
  expect(reply.body).toMatch(/^<!doctype html>/)
})

test('empty_2xx: a success without a word, with or without a charge', async () => {
  const { sandbox, pay, order } = await openStore()
  await sandbox.faults.add({ operation: 'pay', kind: 'empty_2xx', times: 1 })
  await sandbox.faults.add({ operation: 'pay', kind: 'empty_2xx', charged: true, times: 1 })
  expect(await pay(order())).toMatchObject({ status: 200, body: '' })
  expect(sandbox.charges()).toHaveLength(0)
  expect(await pay(order())).toMatchObject({ status: 200, body: '' })
  expect(sandbox.charges()).toHaveLength(1)
})

test('rate_limited: 429 with the documented headers, or with none', async () => {
  const { sandbox, methods, order } = await openStore()
  const id = order()
  await sandbox.faults.add({ operation: 'methods', kind: 'rate_limited', times: 1, retry_after_seconds: 2 })
  await sandbox.faults.add({ operation: 'methods', kind: 'rate_limited', times: 1, headers: false })
  const [withHeaders, without] = [await methods(id), await methods(id)]
  expect([withHeaders.status, without.status]).toEqual([429, 429])
  expect(withHeaders.headers.get('x-retry-after')).toBe('2')
  expect(withHeaders.headers.get('x-rate-limit-time-reset-ms')).toBe('2000')
  expect(without.headers.get('x-retry-after')).toBeNull()
})

test.each([
  { settles_to: 'success', state: 'charged', statusId: 11 },
  { settles_to: 'declined', state: 'declined', statusId: 6 },
] as const)(
  'pending: settles to $settles_to when the clock says so',
  async ({ settles_to, state, statusId }) => {
    const clock = createClock()
    const { sandbox, pay, order } = await openStore({ now: clock.now })
    const id = order()
    await sandbox.faults.add({ operation: 'pay', kind: 'pending', settle_ms: 5000, settles_to })
    expect(await pay(id)).toMatchObject({ status: 201, body: { data: { status: 'pending' } } })
    expect(sandbox.orders.get(id)).toMatchObject({ status_id: 7, payment_status: 'pending' })
    clock.advance(4999)
    expect(sandbox.charges()).toMatchObject([{ state: 'pending' }])
    clock.advance(1)
    expect(sandbox.charges()).toMatchObject([{ state }])
    expect(sandbox.orders.get(id)).toMatchObject({ status_id: statusId })
  },
)

test('a fault serves as many times as it says, and only the order it names', async () => {
  const { sandbox, pay, order } = await openStore()
  const [named, other] = [order(), order()]
  await sandbox.faults.add({ operation: 'pay', kind: 'status', status: 500, times: 2, order_id: named })
  expect((await pay(other)).status).toBe(201)
  expect((await pay(named)).status).toBe(500)
  expect((await pay(named)).status).toBe(500)
  expect((await pay(named)).status).toBe(201)
})

test.each(['access_tokens', 'methods', 'order', 'transactions'] as const)(
  '%s can fail too',
  async (operation) => {
    const { sandbox, manage, methods, transactions, order } = await openStore()
    const id = order()
    const calls = {
      access_tokens: () => manage('/v3/payments/access_tokens', { method: 'POST', body: { order: { id } } }),
      methods: () => methods(id),
      order: () => manage(`/v2/orders/${id}`),
      transactions: () => transactions(id),
    }
    await sandbox.faults.add({ operation, kind: 'status', status: 502, times: 1 })
    expect((await calls[operation]()).status).toBe(502)
    expect((await calls[operation]()).status).toBeLessThan(300)
  },
)

test('a slow gateway makes the platform charge twice unless a client prevents it', async () => {
  const { sandbox, mint, payWith, order } = await openStore()
  const id = order()
  await sandbox.faults.add({ operation: 'pay', kind: 'latency', delay_ms: 50 })
  const pats = [await mint(id), await mint(id)]
  const replies = await Promise.all(pats.map((pat) => payWith(pat, VISA_PAYMENT)))
  expect(replies.map(({ status }) => status)).toEqual([201, 201])
  expect(sandbox.charges()).toHaveLength(2)
})

test.each([
  { operation: 'pay', kind: 'explode' },
  { operation: 'dance', kind: 'status', status: 500 },
  { operation: 'pay', kind: 'status', status: 200 },
  { operation: 'pay', kind: 'latency' },
  { operation: 'methods', kind: 'pending' },
  { operation: 'pay', kind: 'hang_after_charge', tiems: 1 },
  {},
])('the fault %j is refused with a reason', async (body) => {
  const { control, sandbox } = await openStore()
  const reply = await control('/faults', { method: 'POST', body })
  expect(reply.status).toBe(400)
  expect(reply.body.title).toMatch(/invalid|expected|unrecognized|required/i)
  expect(sandbox.faults.list()).toEqual([])
})
