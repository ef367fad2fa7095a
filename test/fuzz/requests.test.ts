import { expect, test } from 'vitest'
import { createRandom } from '../chaos/random.ts'
import { callerToken, serverToken } from '../support/caller-token.ts'
import { upstreamCustomer } from '../support/scripted-upstream.ts'
import { casesOf, fuzzSeed, progress } from './fuzz-options.ts'
import { requestCase } from './request-cases.ts'
import { serviceUnderFuzz } from './service-under-fuzz.ts'
import { inTime, wrongWith } from './undocumented.ts'

const cases = casesOf(10_000)
const atOnce = 50
/** Longer than any answer takes, even on a busy machine. */
const hangMs = 15_000

const tokensOf = async () => ({
  server: await serverToken(),
  customer: await callerToken({ customer_id: upstreamCustomer, sub: 'shopper-11' }),
  reader: await callerToken({ order_ids: [2], sub: 'reader', scope: 'payments:read' }),
})

test('no request is answered 500, not at all, or otherwise than documented', {
  timeout: 300_000,
}, async () => {
  const { app, upstream, log } = await serviceUnderFuzz()
  const tokens = await tokensOf()
  const statuses = new Map<number, number>()

  for (let first = 0; first < cases; first += atOnce) {
    if (first % 2_500 === 0) progress('requests', first, cases)
    const numbers = Array.from({ length: Math.min(atOnce, cases - first) }, (_, index) => first + index)
    await Promise.all(
      numbers.map(async (number) => {
        const { method, path, headers, body } = requestCase(
          createRandom(fuzzSeed).fork(`request ${number}`),
          tokens,
          number + 2,
        )
        const answer = await inTime(
          app.inject({ method, url: path, headers: { ...headers }, ...(body ? { payload: body } : {}) }),
          hangMs,
        )
        const { statusCode: status, payload: text } = answer
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        const wrong = wrongWith(method, path, { status, headers: answer.headers, text })
        if (wrong !== null)
          throw new Error(
            `FUZZ_SEED=${fuzzSeed}, request ${number}, ${method} ${path} ${String(body).slice(0, 300)}\n${wrong}`,
          )
      }),
    )
  }
  progress('requests', cases, cases)
  // Prototypes are as they were.
  expect('polluted' in {} || 'x' in {}).toBe(false)
  expect(log).toEqual([])
  // Not all were turned away at the door: some of each kind came through.
  for (const status of [200, 201, 400, 401, 403, 404, 415, 422])
    expect([...statuses.keys()]).toContain(status)
  expect(upstream.calls.filter(({ operation }) => operation === 'pay').length).toBeGreaterThan(cases / 500)
})
