import { expect, test } from 'vitest'
import { createClock } from './support/clock.ts'
import { openStore, VISA_PAYMENT } from './support/open-store.ts'

const hourMs = 3_600_000
const dateOf = (headers: Headers) => Date.parse(headers.get('date') ?? '')

test('both hosts say the time of the clock that was moved', async () => {
  const time = createClock(Date.UTC(2030, 0, 1))
  const { control, manage, payWith, order } = await openStore({ now: time.now })
  order()
  const moved = await control('/clock', { method: 'POST', body: { advance_ms: hourMs } })
  expect(moved.body.data).toEqual({ now: '2030-01-01T01:00:00.000Z', offset_ms: hourMs })
  expect(dateOf((await manage('/v2/orders/215')).headers)).toBe(Date.UTC(2030, 0, 1, 1))
  expect(dateOf((await payWith('bad', {})).headers)).toBe(Date.UTC(2030, 0, 1, 1))

  await control('/clock', { method: 'POST', body: { offset_ms: -hourMs } })
  expect(dateOf((await manage('/v2/orders/215')).headers)).toBe(Date.UTC(2029, 11, 31, 23))
  expect((await control('/clock')).body.data).toMatchObject({ offset_ms: -hourMs })
})

test('a PAT expires by the clock that was moved', async () => {
  const { sandbox, mint, payWith, order } = await openStore()
  const pat = await mint(order())
  sandbox.clock.change({ advance_ms: hourMs })
  expect(await payWith(pat, VISA_PAYMENT)).toMatchObject({ status: 401, body: { code: 30102 } })
  sandbox.clock.change({ advance_ms: -hourMs })
  expect((await payWith(pat, VISA_PAYMENT)).status).toBe(201)
})

test('moving the clock empties no window of the payments limit', async () => {
  const { sandbox, payWith } = await openStore({ rateLimit: { limit: 1, windowMs: 60_000 } })
  await payWith('bad', {})
  sandbox.clock.change({ advance_ms: hourMs })
  expect((await payWith('bad', {})).status).toBe(429)
})

test('answers can come without a Date', async () => {
  const { sandbox, manage, payWith } = await openStore()
  sandbox.configure({ date_headers: false })
  expect((await manage('/v2/orders/215')).headers.get('date')).toBeNull()
  expect((await payWith('bad', {})).headers.get('date')).toBeNull()
})

test('a clock that is moved in no known way is refused', async () => {
  const { control } = await openStore()
  expect((await control('/clock', { method: 'POST', body: { advance: 5 } })).status).toBe(400)
})
