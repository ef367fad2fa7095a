import { expect, test } from 'vitest'
import { createPaymentWindow } from '../../sandbox/state/payment-window.ts'
import { createClock } from './support/clock.ts'
import { openStore } from './support/open-store.ts'

test('no window of four seconds ever lets in 51, however requests are spread', () => {
  const clock = createClock(0)
  const window = createPaymentWindow({ limit: 50, windowMs: 4000, now: clock.now })
  const admittedAt: number[] = []
  for (let step = 0; step < 5000; step += 1) {
    clock.advance((step * 7919) % 97)
    if (window.arrive().isAdmitted) admittedAt.push(clock.now())
  }
  const fullest = Math.max(
    ...admittedAt.map((end) => admittedAt.filter((at) => at > end - 4000 && at <= end).length),
  )
  expect(fullest).toBe(50)
  expect(window.report().max_admitted_in_window).toBe(50)
})

test('the fifty-first payment within four seconds is 429, and the first after them is let in', async () => {
  const clock = createClock()
  const { sandbox, payWith } = await openStore({ now: clock.now })
  const burst = await Promise.all(Array.from({ length: 50 }, () => payWith('bad', {})))
  expect(burst.every(({ status }) => status === 401)).toBe(true)

  clock.advance(3999)
  const limited = await payWith('bad', {})
  expect(limited.status).toBe(429)
  expect(limited.headers.get('x-retry-after')).toBe('1')
  expect(limited.headers.get('x-rate-limit-requests-quota')).toBe('50')

  clock.advance(1)
  expect((await payWith('bad', {})).status).toBe(401)
  await expect
    .poll(() => sandbox.stats().payments)
    .toEqual({ arrivals: 52, max_in_window: 51, max_admitted_in_window: 50, too_many_requests: 1 })
})

test('a 429 can come without headers', async () => {
  const { sandbox, payWith } = await openStore({ rateLimit: { limit: 1, windowMs: 60_000 } })
  sandbox.configure({ rate_limit_headers: false })
  await payWith('bad', {})
  const limited = await payWith('bad', {})
  expect(limited.status).toBe(429)
  expect([...limited.headers.keys()].filter((name) => name.startsWith('x-'))).toEqual([])
})

test('the management host can have a quota of its own, told in its headers', async () => {
  const clock = createClock()
  const { sandbox, methods, order } = await openStore({ now: clock.now })
  const id = order()
  sandbox.configure({ management_quota: { limit: 2, window_ms: 30_000 } })
  const first = await methods(id)
  expect(first.headers.get('x-rate-limit-requests-left')).toBe('1')
  await methods(id)
  const limited = await methods(id)
  expect(limited.status).toBe(429)
  expect(limited.headers.get('x-retry-after')).toBe('30')
  clock.advance(30_000)
  expect((await methods(id)).status).toBe(200)
})
