import { describe, expect, test } from 'vitest'
import { PaymentUnresolved, TillgateProblem } from '../../clients/typescript/src/index.ts'
import { memoryStorage } from '../../clients/typescript/src/kept-payments.ts'
import { callerToken } from '../support/caller-token.ts'
import { payment, startClient } from './start-client.ts'

const failure = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => expect.unreachable(`resolved with ${JSON.stringify(value)}`),
    (error: unknown) => error,
  )
const problemOf = async (promise: Promise<unknown>): Promise<TillgateProblem> => {
  const error = await failure(promise)
  expect(error).toBeInstanceOf(TillgateProblem)
  return error as TillgateProblem
}

describe('one charge, whatever happens', () => {
  test.each([
    ['nothing goes wrong', []],
    ['the request never arrives', ['not_sent'] as const],
    ['the answer is lost', ['answer_lost'] as const],
    ['both, and again', ['not_sent', 'answer_lost', 'answer_lost', 'not_sent'] as const],
    ["a proxy's page comes instead", [new Response('<html>Bad gateway</html>', { status: 502 })]],
    ['a portal answers in JSON', [Response.json({ login: true })]],
  ])('%s: it is paid once, with one key', async (_name, mishaps) => {
    const { client, orderId, keys, sandbox } = await startClient({ mishaps })

    const paid = await client.payOrder(orderId, payment())

    expect(paid).toMatchObject({ status: 'success', order_id: orderId, amount: 6098 })
    expect(sandbox.charges()).toHaveLength(1)
    expect(keys).toHaveLength(mishaps.length + 1)
    expect(new Set(keys).size).toBe(1)
  })

  test('an answer lost between the service and BigCommerce: 202, and its end is found by looking', async () => {
    const { client, orderId, keys, asked, sandbox } = await startClient()
    await sandbox.faults.add({ operation: 'pay', kind: 'reset_after_charge', times: 1 })
    const reasons: string[] = []

    const paid = await client.payOrder(orderId, payment(), {
      onWaiting: ({ reason }) => reasons.push(reason),
    })

    expect(paid.status).toBe('success')
    expect(sandbox.charges()).toHaveLength(1)
    expect(reasons[0]).toBe('unknown')
    // The card is sent once; after that it is looked at.
    expect(keys).toHaveLength(1)
    expect(asked.slice(1)).toContain(`GET /orders/${orderId}/payments/{id}`)
  })

  test('a token that may pay and not read asks by the payment itself', async () => {
    const writer = callerToken({ customer_id: 11, scope: 'payments:write' })
    const { client, orderId, keys, sandbox } = await startClient({ client: { token: () => writer } })
    await sandbox.faults.add({ operation: 'pay', kind: 'reset_after_charge', times: 1 })

    expect((await client.payOrder(orderId, payment())).status).toBe('success')
    expect(keys.length).toBeGreaterThan(1)
    expect(new Set(keys).size).toBe(1)
    expect(sandbox.charges()).toHaveLength(1)
  })

  test('pressed twice at once: one key, one charge, and both are told', async () => {
    const { client, orderId, keys, sandbox } = await startClient()

    const both = await Promise.all([client.payOrder(orderId, payment()), client.payOrder(orderId, payment())])

    expect(both.map(({ status }) => status)).toEqual(['success', 'success'])
    expect(new Set(keys).size).toBe(1)
    expect(sandbox.charges()).toHaveLength(1)
  })

  test('a page that is reloaded goes on with the key that it kept', async () => {
    const storage = memoryStorage()
    const { client, reload, orderId, keys, sandbox } = await startClient({
      mishaps: ['answer_lost'],
      client: { storage },
    })
    const given = await failure(client.payOrder(orderId, payment(), { maxWaitMs: 0 }))
    expect(given).toBeInstanceOf(PaymentUnresolved)

    expect((await reload().payOrder(orderId, payment())).status).toBe('success')
    expect(new Set(keys).size).toBe(1)
    expect(sandbox.charges()).toHaveLength(1)
  })

  test('a key of its own caller is used, and kept as well', async () => {
    const { client, orderId, keys } = await startClient({ mishaps: ['answer_lost'] })
    await client.payOrder(orderId, payment(), { idempotencyKey: 'order-215-attempt-1' })

    expect(keys).toEqual(['order-215-attempt-1', 'order-215-attempt-1'])
  })
})

describe('what the service says no to', () => {
  test('a decline is a problem with its advice, is not sent again, and the next card has a new key', async () => {
    const { client, orderId, keys, sandbox } = await startClient()

    const problem = await problemOf(client.payOrder(orderId, payment('4000000000009995')))
    expect(problem).toMatchObject({ code: 'payment_declined', retry: 'new_key', status: 402 })
    expect(problem.problem.bigcommerce_code).toBe(30106)
    expect(problem.requestId).toBe(problem.problem.request_id)
    expect(keys).toHaveLength(1)

    // The same card once more is a payment of its own: the old key would only give the old answer.
    await problemOf(client.payOrder(orderId, payment('4000000000009995')))
    await client.payOrder(orderId, payment())
    expect(keys).toHaveLength(3)
    expect(new Set(keys).size).toBe(3)
    expect(sandbox.charges()).toHaveLength(1)
  })

  test('a decline behind a 202 is told as the decline that it is, by asking the payment itself', async () => {
    const pending = { id: 'p-1', status: 'pending' }
    const declined = Response.json(
      { code: 'payment_declined', status: 402, retry: 'new_key', request_id: 'r-1', payment_id: 'p-1' },
      { status: 402 },
    )
    const answers = [
      Response.json({ data: pending, meta: { retry: 'after' } }, { status: 202 }),
      Response.json({ data: pending, meta: { retry: 'after' } }),
      Response.json({ data: { ...pending, status: 'declined' }, meta: {} }),
      declined,
    ]
    const asked: string[] = []
    const { client } = await startClient({
      client: {
        fetch: async (input) => {
          asked.push((input as Request).method)
          return answers.shift() ?? Response.error()
        },
      },
    })

    expect((await problemOf(client.payOrder(215, payment()))).code).toBe('payment_declined')
    expect(asked).toEqual(['POST', 'GET', 'GET', 'POST'])
  })

  test('wrong fields are pointed to, and nothing is sent again', async () => {
    const { client, orderId, keys } = await startClient()

    const { code, problem } = await problemOf(client.payOrder(orderId, payment('4242424242424241')))

    expect([code, problem.errors?.[0]?.pointer]).toEqual(['invalid_request', '/payment/instrument/number'])
    expect(keys).toHaveLength(1)
  })

  test('a paid order is not paid again', async () => {
    const { client, reload, orderId, sandbox } = await startClient()
    await client.payOrder(orderId, payment())

    const { code, retry } = await problemOf(reload().payOrder(orderId, payment()))

    expect([code, retry]).toEqual(['order_already_paid', 'never'])
    expect(sandbox.charges()).toHaveLength(1)
  })

  test('another payment in progress is not waited for, since its result may change what the shopper wants', async () => {
    const { client, reload, orderId, sandbox, asked } = await startClient()
    await sandbox.faults.add({ operation: 'pay', kind: 'latency', delay_ms: 600, times: 1 })
    const first = client.payOrder(orderId, payment())
    await expect.poll(() => sandbox.requests().filter(({ host }) => host === 'payments').length).toBe(1)

    const { code, retry } = await problemOf(reload().payOrder(orderId, payment('5555555555554444')))

    expect([code, retry]).toEqual(['order_payment_in_progress', 'after'])
    expect((await first).status).toBe('success')
    expect(asked.filter((line) => line.startsWith('POST'))).toHaveLength(2)
    expect(sandbox.charges()).toHaveLength(1)
  })

  test('a token that is not taken is renewed once, and the payment goes on with its key', async () => {
    const asked: boolean[] = []
    const { client, orderId, keys } = await startClient({
      client: {
        token: ({ isRefused }) => {
          asked.push(isRefused)
          return isRefused ? callerToken({ customer_id: 11 }) : 'over'
        },
      },
    })

    expect((await client.payOrder(orderId, payment())).status).toBe('success')
    expect(asked).toEqual([false, true])
    expect(new Set(keys).size).toBe(1)
  })

  test('where no token helps, that is said at once', async () => {
    const { client, orderId, keys } = await startClient({ client: { token: 'not a token' } })

    expect((await problemOf(client.payOrder(orderId, payment()))).code).toBe('unauthenticated')
    expect(keys).toHaveLength(1)
  })

  test('a refusal that nothing was sent for is tried again with the same key, and in the end passed on', async () => {
    const { client, orderId, keys, sandbox } = await startClient({
      service: { environment: { PAYMENT_QUEUE_MAX_WAIT_MS: '5000' } },
    })
    await sandbox.faults.add({ operation: 'access_tokens', kind: 'status', status: 500 })

    const { retry, status } = await problemOf(client.payOrder(orderId, payment()))

    expect([retry, status]).toEqual(['same_key', 503])
    expect(keys).toHaveLength(5)
    expect(new Set(keys).size).toBe(1)
    expect(sandbox.charges()).toEqual([])
  })
})

describe('too many requests', () => {
  const tooMany = (retryAfter: string) =>
    Response.json(
      {
        type: 'https://tillgate.dev/problems#quota_exceeded',
        title: 'Too many requests',
        status: 429,
        detail: 'Wait.',
        code: 'quota_exceeded',
        retry: 'after',
        request_id: 'r-1',
      },
      { status: 429, headers: { 'retry-after': retryAfter, 'content-type': 'application/problem+json' } },
    )

  test('are waited for as long as the service asks', async () => {
    const { client, orderId, pausesMs, keys } = await startClient({ mishaps: [tooMany('7')] })

    expect((await client.payOrder(orderId, payment())).status).toBe('success')
    expect(pausesMs[0]).toBeGreaterThanOrEqual(7_000)
    expect(new Set(keys).size).toBe(1)
  })

  test('of the real service too', async () => {
    const { client, orderId, pausesMs } = await startClient({
      service: { environment: { CALLER_RATE_LIMIT: '1' } },
    })
    await client.listPayments(orderId)

    const { status, retryAfterSeconds } = await problemOf(
      client.payOrder(orderId, payment(), { maxWaitMs: 10 }),
    )
    expect(status).toBe(429)
    expect(retryAfterSeconds).toBeGreaterThan(0)
    expect(pausesMs).toEqual([])
  })

  test('are passed on where that is longer than the caller would wait', async () => {
    const { client, orderId, keys } = await startClient({ mishaps: [tooMany('3600')] })

    const problem = await problemOf(client.payOrder(orderId, payment()))

    expect([problem.retry, problem.retryAfterSeconds]).toEqual(['after', 3_600])
    expect(keys).toHaveLength(1)
  })
})

describe('when it is not known', () => {
  test('it is said so, with the key, and never as a failure', async () => {
    const { client, orderId, keys } = await startClient({ mishaps: ['answer_lost'] })

    const error = await failure(client.payOrder(orderId, payment(), { maxWaitMs: 100 }))

    expect(error).toBeInstanceOf(PaymentUnresolved)
    expect(error).toMatchObject({ orderId, idempotencyKey: keys[0], retry: 'after', payment: null })
  })

  test('that the service is away, or forgets the caller, is no proof that nothing was charged', async () => {
    const away = () =>
      Response.json(
        { code: 'store_unavailable', status: 503, retry: 'same_key', request_id: 'r-1' },
        { status: 503 },
      )
    const gone = Response.json(
      { code: 'order_not_found', status: 404, retry: 'never', request_id: 'r-2' },
      { status: 404 },
    )
    const garbled = Response.json(
      { code: 'malformed_request', status: 400, retry: 'new_key', request_id: 'r-3' },
      { status: 400 },
    )
    const many = Array.from({ length: 6 }, away)
    const { client, orderId, keys, sandbox } = await startClient({
      mishaps: ['answer_lost', ...many, gone, garbled],
    })

    expect((await client.payOrder(orderId, payment())).status).toBe('success')
    expect(new Set(keys).size).toBe(1)
    expect(sandbox.charges()).toHaveLength(1)
  })

  test('a signal stops the asking, not the payment', async () => {
    const stop = new AbortController()
    const { client, orderId, keys, sandbox } = await startClient({ mishaps: ['answer_lost', 'answer_lost'] })

    const error = await failure(
      client.payOrder(orderId, payment(), {
        signal: stop.signal,
        onWaiting: () => stop.abort(new Error('left the page')),
      }),
    )
    expect(error).toMatchObject({ message: expect.stringMatching(/left the page|aborted/) })

    expect((await client.payOrder(orderId, payment())).status).toBe('success')
    expect(new Set(keys).size).toBe(1)
    expect(sandbox.charges()).toHaveLength(1)
  })

  test('an answer that never comes counts as lost', async () => {
    let isFirst = true
    const { client, orderId } = await startClient({
      client: {
        answerWithinMs: 200,
        token: () => {
          if (!isFirst) return callerToken({ customer_id: 11 })
          isFirst = false
          return new Promise<string>(() => {})
        },
      },
    })

    expect((await client.payOrder(orderId, payment())).status).toBe('success')
  })
})
