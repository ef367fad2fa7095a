import { describe, expect, test } from 'vitest'
import type { UpstreamAnswer } from '../../../src/clients/bigcommerce/exchange.ts'
import { createRetry } from '../../../src/clients/bigcommerce/management-call.ts'
import { Problem } from '../../../src/domain/problem.ts'

const noPause = () => 0
const answer = (status: number): UpstreamAnswer => ({ status, headers: {}, json: undefined })

/** An attempt that ends in turn as told, and the last way for ever; a text is thrown. */
function scripted(...ends: (number | string)[]) {
  let tries = 0
  return {
    tries: () => tries,
    async attempt(): Promise<UpstreamAnswer> {
      const end = ends[Math.min(tries++, ends.length - 1)] ?? 200
      if (typeof end === 'string') throw new Error(end)
      return answer(end)
    },
  }
}

test.each([200, 201, 204, 301, 400, 401, 403, 404, 409, 422, 429])(
  '%i is an answer and not asked again',
  async (status) => {
    const { attempt, tries } = scripted(status)
    expect((await createRetry(noPause)(attempt, 3)).status).toBe(status)
    expect(tries()).toBe(1)
  },
)

test.each([500, 502, 503, 504, 'ECONNRESET'])(
  'after %s it is asked again, and the good answer is given',
  async (failure) => {
    const { attempt, tries } = scripted(failure, failure, 200)
    expect((await createRetry(noPause)(attempt, 3)).status).toBe(200)
    expect(tries()).toBe(3)
  },
)

test.each([1, 2, 3])('of %i tries not one more is made, and the last failure is given', async (triesMax) => {
  const bad = scripted(503)
  expect((await createRetry(noPause)(bad.attempt, triesMax)).status).toBe(503)
  expect(bad.tries()).toBe(triesMax)

  const lost = scripted('lost')
  await expect(createRetry(noPause)(lost.attempt, triesMax)).rejects.toThrow('lost')
  expect(lost.tries()).toBe(triesMax)
})

describe('the budget is shared by all calls', () => {
  /** Spends what is saved up, and tells how many retries that was. */
  async function retriesOf(retry: ReturnType<typeof createRetry>, calls: number): Promise<number> {
    let retries = 0
    for (let call = 0; call < calls; call++) {
      const { attempt, tries } = scripted(503)
      await retry(attempt, 3)
      retries += tries() - 1
    }
    return retries
  }

  test('in an outage, retries add ten and then a tenth of the traffic, and no more', async () => {
    const retries = await retriesOf(createRetry(noPause), 200)
    expect(retries).toBeGreaterThanOrEqual(10)
    expect(retries).toBeLessThanOrEqual(10 + 200 / 10)
  })

  test('calls that go well save up for later ones, up to ten retries', async () => {
    const retry = createRetry(noPause)
    await retriesOf(retry, 200)
    for (let call = 0; call < 1_000; call++) await retry(scripted(200).attempt, 3)
    const retries = await retriesOf(retry, 6)
    expect(retries).toBeGreaterThanOrEqual(10)
    expect(retries).toBeLessThanOrEqual(11)
  })
})

test('the pauses are jittered: each retry asks for a random number, an answer at once asks for none', async () => {
  let asked = 0
  const random = () => {
    asked += 1
    return 0
  }
  await createRetry(random)(scripted(200).attempt, 3)
  expect(asked).toBe(0)
  await createRetry(random)(scripted(503).attempt, 3)
  expect(asked).toBe(2)
})

test('a refusal of our own is not asked again', async () => {
  let tries = 0
  const refused = async () => {
    tries += 1
    throw new Problem('upstream_busy')
  }
  await expect(createRetry(noPause)(refused, 3)).rejects.toThrow('upstream_busy')
  expect(tries).toBe(1)
})
