import { describe, expect, test } from 'vitest'
import type { Delivery } from '../../src/clients/events/send-event.ts'
import { createEventDelivery, EVENTS_OUT_MAX, nextTryOf } from '../../src/services/deliver-events.ts'
import type { LeasedEvent } from '../../src/stores/outbox-rows.ts'
import { keptIn, type Logged } from '../support/logs.ts'
import { createVirtualTime } from './virtual-time.ts'

const hour = 3_600_000
const day = 24 * hour
const paymentId = '0d6d6c1e-6d3f-4c57-9a43-2f6a5d3b8c11'

type Answer = (event: { id: string }, signal?: AbortSignal) => Promise<Delivery>
const delivered: Answer = async () => ({ kind: 'delivered', status: 204 })
const refused: Answer = async () => ({ kind: 'failed', status: 500, why: 'answered 500' })
const hanging: Answer = (_event, signal) =>
  new Promise((resolve) => signal?.addEventListener('abort', () => resolve({ kind: 'stopped' })))

interface Row {
  event: LeasedEvent
  dueAtMs: number | null
  isNew: boolean
  end: string | null
}

/** The loop between an outbox in memory and a receiver of the test's choice. */
function start(answer: Answer, standsStillForMs = 0) {
  const time = createVirtualTime()
  const rows = new Map<string, Row>()
  const sent: string[] = []
  const logged: Logged[] = []
  let receive = answer
  let isStoreAway = false
  let deleted = 0
  const lease = (row: Row) => {
    row.event = { ...row.event, tries: row.event.tries + 1, leasedAtMs: time.wallNow() - standsStillForMs }
    row.isNew = false
    row.dueAtMs = time.wallNow() + 30_000
    return row.event
  }
  const delivery = createEventDelivery({
    outbox: {
      async lease(limit, againMax) {
        if (isStoreAway) throw new Error('store away')
        const fresh = [...rows.values()].filter(({ isNew }) => isNew).slice(0, limit)
        const due = [...rows.values()]
          .filter(({ isNew, dueAtMs }) => !isNew && dueAtMs !== null && dueAtMs <= time.wallNow())
          .slice(0, Math.min(againMax, limit - fresh.length))
        return [...fresh, ...due].map(lease)
      },
      async markDelivered(id) {
        if (isStoreAway) throw new Error('store away')
        const row = rows.get(id)
        if (row) Object.assign(row, { dueAtMs: null, end: 'delivered' })
      },
      async markFailed({ id }, why, nextTryAtMs) {
        const row = rows.get(id)
        if (row) Object.assign(row, { dueAtMs: nextTryAtMs, end: why })
      },
      async bringForward(laterThanMs) {
        const early = [...rows.values()].filter(({ dueAtMs }) => dueAtMs !== null && dueAtMs > laterThanMs)
        for (const row of early) row.dueAtMs = time.wallNow()
        return early.length
      },
      async deleteDelivered() {
        deleted += 1
        return 0
      },
    },
    send: (event, signal) => {
      sent.push(event.id)
      return receive(event, signal)
    },
    now: time.wallNow,
    random: () => 0,
    sleep: (forMs, signal) =>
      new Promise((resolve) => {
        const cancel = time.schedule(forMs, resolve)
        signal.addEventListener('abort', () => {
          cancel()
          resolve()
        })
        if (signal.aborted) resolve()
      }),
    log: keptIn(logged),
  })
  return {
    time,
    rows,
    sent,
    logged,
    delivery,
    sweeps: () => deleted,
    add(...ids: string[]) {
      for (const id of ids) {
        const event: LeasedEvent = {
          id,
          type: 'payment.success',
          paymentId,
          body: '{}',
          tries: 0,
          firstTriedAtMs: time.now(),
          leasedAtMs: 0,
        }
        rows.set(id, { event, dueAtMs: null, isNew: true, end: null })
      }
    },
    answer(next: Answer) {
      receive = next
    },
    setStoreAway(isAway: boolean) {
      isStoreAway = isAway
    },
    said: () => logged.map(({ event }) => event),
  }
}

const ids = (count: number, name = 'evt') => Array.from({ length: count }, (_, index) => `${name}-${index}`)

test('what is due is sent once and marked as delivered', async () => {
  const { delivery, add, rows, sent, time, said } = start(delivered)
  add(...ids(40))
  delivery.start()
  await time.pass(100)
  expect(sent.toSorted()).toEqual(ids(40).toSorted())
  expect([...rows.values()].every(({ end }) => end === 'delivered')).toBe(true)
  expect(said()).toEqual(ids(40).map(() => 'event delivered'))
  await time.pass(10_000)
  expect(sent).toHaveLength(40)
  await delivery.stop()
})

test('what fails is sent again after ever longer pauses, and given up after three days', async () => {
  const { delivery, add, rows, sent, time, logged } = start(refused)
  add('evt-1')
  delivery.start()
  await time.pass(1)
  expect(rows.get('evt-1')).toMatchObject({ dueAtMs: time.now() - 1 + 5_000, end: 'answered 500' })
  expect(logged[0]).toMatchObject({
    level: 'warn',
    event: 'event not delivered',
    fields: { paymentId, eventType: 'payment.success', status: 500, tries: 1 },
  })
  await time.pass(20_000)
  expect(sent).toHaveLength(3)
  const row = rows.get('evt-1')
  if (row) row.event = { ...row.event, firstTriedAtMs: time.now() - 3 * day, tries: 24 }
  await time.pass(20_000)
  expect(row).toMatchObject({ dueAtMs: null, end: 'answered 500' })
  expect(logged.at(-1)).toMatchObject({ level: 'error', event: 'event given up' })
  await time.pass(60_000)
  expect(sent).toHaveLength(4)
  await delivery.stop()
})

test('a receiver that comes back gets what it has missed', async () => {
  const { delivery, add, rows, answer, time } = start(refused)
  add(...ids(20))
  delivery.start()
  await time.pass(60_000)
  answer(delivered)
  await time.pass(120_000)
  expect([...rows.values()].every(({ end }) => end === 'delivered')).toBe(true)
  await delivery.stop()
})

test('events that hang at every try hold up no others: new ones find places free', async () => {
  const { delivery, add, rows, answer, time } = start(hanging)
  const stuck = ids(400, 'stuck')
  answer((event, signal) =>
    event.id.startsWith('stuck')
      ? new Promise((resolve) => {
          const fail = () => resolve({ kind: 'failed', status: null, why: 'no answer within 10 seconds' })
          time.schedule(10_000, fail)
          signal?.addEventListener('abort', fail)
        })
      : delivered(event),
  )
  add(...stuck)
  delivery.start()
  // From here on they only come back, and take half of the places.
  await time.pass(60_000)
  for (let round = 0; round < 20; round++) {
    add(`fine-${round}`)
    await time.pass(1_100)
    expect(rows.get(`fine-${round}`)?.end).toBe('delivered')
  }
  const stopping = delivery.stop()
  await time.pass(10_000)
  await stopping
})

test('a hundred that hang hold up the next for seconds, and no new one after it', async () => {
  const { delivery, add, rows, answer, time } = start(hanging)
  answer((event, signal) => (event.id.startsWith('stuck') ? hanging(event, signal) : delivered(event)))
  add(...ids(100, 'stuck'))
  delivery.start()
  await time.pass(200)
  add('fine')
  await time.pass(4_000)
  expect(rows.get('fine')?.end).toBe('delivered')
  add('next')
  await time.pass(1_100)
  expect(rows.get('next')?.end).toBe('delivered')
  const stopping = delivery.stop()
  await time.pass(3_000)
  await stopping
})

test('no more are sent at the same time than one instance may: sixteen, and those that hang', async () => {
  const { delivery, add, sent, time } = start(hanging)
  add(...ids(200))
  delivery.start()
  await time.pass(400)
  expect(sent).toHaveLength(16)
  await time.pass(9_000)
  expect(sent).toHaveLength(EVENTS_OUT_MAX)
  const stopping = delivery.stop()
  await time.pass(3_000)
  await stopping
})

test('stopping sends what is new, waits for answers a moment, and leaves the rest to another instance', async () => {
  const { delivery, add, rows, answer, time } = start(hanging)
  add('slow')
  delivery.start()
  await time.pass(1)
  add('new')
  answer(delivered)
  const stopping = delivery.stop()
  await time.pass(2_999)
  expect(rows.get('new')?.end).toBe('delivered')
  expect(rows.get('slow')?.end).toBeNull()
  await time.pass(1)
  await stopping
  expect(rows.get('slow')).toMatchObject({ end: 'the service stopped', dueAtMs: time.now() })
})

test('while the ledger is away nothing is sent, and afterwards it goes on', async () => {
  const { delivery, add, sent, setStoreAway, time, said, answer } = start(delivered)
  setStoreAway(true)
  delivery.start()
  await time.pass(2_500)
  expect(said()).toEqual(['event round failed', 'event round failed', 'event round failed'])
  setStoreAway(false)
  add('evt-1')
  answer(async (event) => {
    setStoreAway(true)
    return delivered(event)
  })
  await time.pass(1_000)
  expect(said()).toContain('event delivery not recorded')
  setStoreAway(false)
  await time.pass(31_000)
  expect(sent).toEqual(['evt-1', 'evt-1'])
  await delivery.stop()
})

test('an instance that stood still since its lease leaves the event to the next', async () => {
  const { delivery, add, sent, rows, time } = start(delivered, 15_001)
  add('evt-1')
  delivery.start()
  await time.pass(1)
  expect(sent).toEqual([])
  expect(rows.get('evt-1')).toMatchObject({ end: null, dueAtMs: time.now() - 1 + 30_000 })
  await delivery.stop()
})

test('a clock that is set back puts nothing off', async () => {
  const { delivery, add, rows, sent, answer, time, logged } = start(refused)
  add('evt-1')
  delivery.start()
  await time.pass(1)
  time.setWall(-6 * hour)
  answer(delivered)
  await time.pass(2_000)
  expect(rows.get('evt-1')?.end).toBe('delivered')
  expect(sent).toHaveLength(2)
  expect(logged).toContainEqual({
    level: 'warn',
    event: 'events brought forward, the clock was set back',
    fields: { events: 1 },
  })
  await delivery.stop()
})

test('a clock that leaps forward, and comes back, gives nothing up', async () => {
  const { delivery, add, rows, answer, time, said } = start(refused)
  add('evt-1')
  delivery.start()
  await time.pass(1)
  time.setWall(4 * day)
  await time.pass(60_000)
  expect(said()).not.toContain('event given up')
  time.setWall(-4 * day)
  answer(delivered)
  await time.pass(2_000)
  expect(rows.get('evt-1')?.end).toBe('delivered')
  await delivery.stop()
})

test('delivered events are swept once an hour', async () => {
  const { delivery, sweeps, time } = start(delivered)
  delivery.start()
  await time.pass(60_000)
  expect(sweeps()).toBe(1)
  await time.pass(hour)
  expect(sweeps()).toBe(2)
  await delivery.stop()
})

describe('the pause after a failure', () => {
  const nextAfter = (tries: number, random = 0, atMs = 0) =>
    nextTryOf({ tries, firstTriedAtMs: 0 }, atMs, () => random)

  test('doubles up to an hour, and is up to a half shorter at random', () => {
    expect([1, 2, 3, 4].map((tries) => nextAfter(tries))).toEqual([5_000, 10_000, 20_000, 40_000])
    expect(nextAfter(11)).toBe(hour)
    expect(nextAfter(2_000)).toBe(hour)
    expect(nextAfter(1, 0.999)).toBeLessThan(2_600)
    expect(nextAfter(2_000, 1)).toBe(hour / 2)
  })

  test('ends three days after the first try', () => {
    expect(nextAfter(80, 0, 3 * day - 1_000)).toBe(3 * day)
    expect(nextAfter(81, 0, 3 * day)).toBeNull()
    let [tries, atMs] = [0, 0]
    for (let next: number | null = 0; next !== null; next = nextAfter(++tries, 0, next)) atMs = next
    expect(atMs).toBe(3 * day)
    expect(tries).toBeGreaterThan(75)
    expect(tries).toBeLessThan(90)
  })

  test('but not before most of a day of tries, however late they are', () => {
    expect(nextAfter(1, 0, 4 * day)).toBe(4 * day + 5_000)
    expect(nextAfter(23, 0, 4 * day)).toBe(4 * day + hour)
    expect(nextAfter(24, 0, 4 * day)).toBeNull()
  })
})
