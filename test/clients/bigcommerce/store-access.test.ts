import { expect, test } from 'vitest'
import { createStoreAccess } from '../../../src/clients/bigcommerce/management-call.ts'
import { Problem } from '../../../src/domain/problem.ts'
import type { Log } from '../../../src/logging/log-entry.ts'

/** A store that answers with these statuses in turn, and keeps to the last; 0 for no answer. */
function access(...statuses: number[]) {
  const told: string[] = []
  const say = (_fields: object, event: string) => void told.push(event)
  const log: Log = { info: say, warn: say, error: say, child: () => log }
  let [nowMs, asked] = [0, 0]
  const access = createStoreAccess({ log, elapsed: () => nowMs })
  const http = {
    async call() {
      const status = statuses[Math.min(asked, statuses.length - 1)] ?? 0
      asked += 1
      if (status === 0) throw new Problem('upstream_unavailable')
      access.note(status)
      return { status } as never
    },
  }
  return {
    told,
    note: access.note,
    asked: () => asked,
    isRefused: (afterMs = 0) => {
      nowMs += afterMs
      return access.isRefused(http)
    },
  }
}

test('a token that is taken is asked about once', async () => {
  const { isRefused, asked, told } = access(404)
  expect([await isRefused(), await isRefused(60_000), asked(), told]).toEqual([false, false, 1, []])
})

test('a token that is refused is asked about every ten seconds, until it is taken', async () => {
  const { isRefused, asked, told } = access(401, 401, 404)
  expect([await isRefused(), await isRefused(9_999), asked()]).toEqual([true, true, 1])
  expect([await isRefused(1), asked()]).toEqual([true, 2])
  expect([await isRefused(10_000), asked()]).toEqual([false, 3])
  expect(told).toEqual(['store token refused', 'store token taken again'])
})

test.each([0, 500, 503, 429])('%i is no refusal', async (status) => {
  expect(await access(status).isRefused()).toBe(false)
})

test('what other calls are answered counts too', async () => {
  const { isRefused, note, asked } = access(401)
  note(200)
  expect([await isRefused(), asked()]).toEqual([false, 0])
  note(401)
  expect(await isRefused()).toBe(true)
})
