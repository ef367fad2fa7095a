import { describe, expect, test } from 'vitest'
import { PaymentUnresolved } from '../../clients/typescript/src/index.ts'
import { callerToken } from '../support/caller-token.ts'
import { payment, startClient } from './start-client.ts'

const pending = (headers: Record<string, string> = {}, status = 200) =>
  Response.json({ data: { id: 'p-1', status: 'pending' }, meta: { retry: 'after' } }, { status, headers })
const paid = () => Response.json({ data: { id: 'p-1', status: 'success' }, meta: {} })
const applied = { 'preference-applied': 'wait=25' }

/** The client against written answers, with a clock that only they and the pauses move. */
async function startScripted(
  answers: readonly (readonly [Response, tookMs?: number])[],
  answerWithinMs?: number,
) {
  let nowMs = 0
  const left = [...answers]
  const preferred: (string | null)[] = []
  const pausesMs: number[] = []
  const { client } = await startClient({
    client: {
      now: () => nowMs,
      wait: async (ms) => {
        pausesMs.push(ms)
        // In whole milliseconds: a fraction would show as noise in what is left of a second. Upwards, since pauses are a little longer at random.
        nowMs += Math.ceil(ms)
      },
      ...(answerWithinMs === undefined ? {} : { answerWithinMs }),
      fetch: async (input) => {
        preferred.push((input as Request).headers.get('prefer'))
        const [answer, tookMs = 0] = left.shift() ?? [Response.error()]
        nowMs += tookMs
        return answer
      },
    },
  })
  return { client, preferred, pausesMs }
}

test('after a 202 the service is asked to wait, and the end is there with one look', async () => {
  const { client, orderId, asked, preferred, sandbox } = await startClient()
  await sandbox.faults.add({ operation: 'pay', kind: 'reset_after_charge', times: 1 })

  expect((await client.payOrder(orderId, payment())).status).toBe('success')
  expect(asked).toEqual([`POST /orders/${orderId}/pay`, `GET /orders/${orderId}/payments/{id}`])
  expect(preferred).toEqual([null, 'wait=25'])
})

test('a payment whose answer was lost is repeated with the wish to wait', async () => {
  const { client, orderId, preferred, sandbox } = await startClient({ mishaps: ['answer_lost'] })

  expect((await client.payOrder(orderId, payment())).status).toBe('success')
  expect(preferred).toEqual([null, 'wait=25'])
  expect(sandbox.charges()).toHaveLength(1)
})

test('so is one by a token that may not read', async () => {
  const writer = callerToken({ customer_id: 11, scope: 'payments:write' })
  const { client, orderId, keys, preferred, sandbox } = await startClient({ client: { token: () => writer } })
  await sandbox.faults.add({ operation: 'pay', kind: 'reset_after_charge', times: 1 })

  expect((await client.payOrder(orderId, payment())).status).toBe('success')
  expect(preferred).toEqual([null, 'wait=25', 'wait=25'])
  expect(new Set(keys).size).toBe(1)
})

test('between looks that waited there is no pause, and between others there is', async () => {
  const { client, preferred, pausesMs } = await startScripted([
    [pending({}, 202)],
    [pending(applied), 25_000],
    [pending(applied), 25_000],
    [pending({ 'retry-after': '2' })],
    [paid()],
  ])

  expect((await client.payOrder(215, payment())).status).toBe('success')
  expect(preferred).toEqual([null, 'wait=25', 'wait=25', 'wait=25', 'wait=25'])
  expect(pausesMs).toHaveLength(2)
  expect(pausesMs[1]).toBeGreaterThanOrEqual(2_000)
})

test('a service that says that it waited, and did not, is not asked in a rush', async () => {
  const { client, pausesMs } = await startScripted([[pending({}, 202)], [pending(applied), 100], [paid()]])

  await client.payOrder(215, payment())

  // A second after it was asked, less what the exchange itself took here.
  expect(pausesMs[1]).toBeGreaterThan(500)
  expect(pausesMs[1]).toBeLessThanOrEqual(900)
})

test.each([
  ['the time that is left', { maxWaitMs: 10_000 }, undefined, 'wait=8'],
  ['the time that an answer may take', {}, 12_000, 'wait=7'],
  ['what the service allows', {}, 90_000, 'wait=30'],
  ['an answer that must come at once', {}, 5_000, null],
])('the wait is bounded by %s', async (_name, options, answerWithinMs, wish) => {
  const { client, preferred } = await startScripted([[pending({}, 202)], [paid()]], answerWithinMs)

  await client.payOrder(215, payment(), options)

  expect(preferred).toEqual([null, wish])
})

test('waiting ends with the time that is left', async () => {
  const { client, preferred } = await startScripted([
    [pending({}, 202)],
    [pending(applied), 8_000],
    [pending()],
  ])

  const error = await client.payOrder(215, payment(), { maxWaitMs: 10_000 }).catch((thrown) => thrown)

  expect(error).toBeInstanceOf(PaymentUnresolved)
  expect(preferred).toEqual([null, 'wait=8', null])
})

test('where an answer that was to wait is lost, the service is asked to answer at once from then on', async () => {
  const { client, preferred, pausesMs } = await startScripted([
    [pending({}, 202)],
    [new Response('Gateway timeout', { status: 504 }), 10_000],
    [pending({ 'retry-after': '2' })],
    [paid()],
  ])

  expect((await client.payOrder(215, payment())).status).toBe('success')
  expect(preferred).toEqual([null, 'wait=25', null, null])
  expect(pausesMs).toHaveLength(3)
})

describe('a payment from before a reload', () => {
  const listed = (...payments: object[]) => Response.json({ data: payments })
  const mine = { id: 'p-1', status: 'pending', instrument_type: 'card' }

  /** The payment was begun and not awaited; then these answers. */
  async function startReloaded(answers: readonly (readonly [Response, tookMs?: number])[]) {
    const scripted = await startScripted([[pending({}, 202)], ...answers])
    await scripted.client.payOrder(215, payment(), { maxWaitMs: 0 }).catch(() => {})
    return { ...scripted, resume: (maxWaitMs = 120_000) => scripted.client.resume(215, { maxWaitMs }) }
  }

  test('is followed by looks that the service is asked to wait with, without pauses where it did', async () => {
    const { resume, preferred, pausesMs } = await startReloaded([
      [listed(mine)],
      [pending(applied), 25_000],
      [pending(applied), 25_000],
      [paid()],
    ])

    expect((await resume())?.status).toBe('success')
    expect(preferred.slice(1)).toEqual([null, 'wait=25', 'wait=25', 'wait=25'])
    expect(pausesMs).toEqual([])
  })

  test('is polled where the service did not wait', async () => {
    const { resume, preferred, pausesMs } = await startReloaded([
      [listed(mine)],
      [pending({ 'retry-after': '2' })],
      [pending({ 'retry-after': '3' })],
      [paid()],
    ])

    expect((await resume())?.status).toBe('success')
    expect(preferred.slice(1)).toEqual([null, 'wait=25', 'wait=25', 'wait=25'])
    expect(pausesMs).toHaveLength(2)
    expect(pausesMs[0]).toBeGreaterThanOrEqual(2_000)
    expect(pausesMs[1]).toBeGreaterThanOrEqual(3_000)
  })

  test('is polled without the wish where an answer that was to wait is lost', async () => {
    const { resume, preferred } = await startReloaded([
      [listed(mine)],
      [new Response('Gateway timeout', { status: 504 }), 10_000],
      [listed(mine)],
      [pending()],
      [paid()],
    ])

    expect((await resume())?.status).toBe('success')
    expect(preferred.slice(1)).toEqual([null, 'wait=25', null, null, null])
  })

  test('has not arrived where the one that was taken for it ends without a charge', async () => {
    const declined = { ...mine, status: 'declined' }
    const { resume } = await startReloaded([
      [listed(mine)],
      [Response.json({ data: declined }, { headers: applied }), 5_000],
      [listed(declined)],
    ])

    expect(await resume()).toBeNull()
  })

  test('is unresolved when the time is over', async () => {
    const { resume, preferred } = await startReloaded([
      [listed(mine)],
      [pending(applied), 8_000],
      [pending(), 1_000],
    ])

    expect(await resume(10_000).catch((thrown: unknown) => thrown)).toBeInstanceOf(PaymentUnresolved)
    expect(preferred.slice(1)).toEqual([null, 'wait=10', 'wait=2'])
  })
})
