import { expect, test } from 'vitest'
import { runFleet } from '../fleet/run-fleet.ts'

test('three instances at three times the load, one restarted: fifty in every four seconds, and everybody told the truth', {
  timeout: 120_000,
  // Real time on a shared machine: a stall of seconds is not the fleet's fault. What is wrong fails each time.
  retry: 2,
}, async () => {
  const result = await runFleet({
    seconds: 12,
    delayMsMax: 100,
    // Answers decide when a permit comes back, however late a busy machine makes the sandbox count.
    marginMs: 30_000,
    say() {},
  })
  const { maxInWindow, upstreamRefusals, others } = result
  expect({ maxInWindow, upstreamRefusals, others }).toEqual({
    maxInWindow: 50,
    upstreamRefusals: 0,
    others: [],
  })
  expect(result.charged).toBe(result.paid)
  expect(result.refusals).toBeGreaterThan(0)
  expect(result.refusalsWithRetryAfter).toBe(result.refusals)
  expect(result.retriesAfter.paid).toBe(result.retriesAfter.all)
  const [flood, ...light] = result.callers.map(({ asked, paid }) => paid / asked)
  // A busy machine keeps everybody waiting; what the flood leaves to the others is measured where it is quiet.
  for (const share of light) expect(share).toBeGreaterThan(flood ?? 1)
})
