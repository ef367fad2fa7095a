import { expect, test } from 'vitest'
import { runFleet } from '../fleet/run-fleet.ts'

/** What an instance says that does not get to its Postgres, its charge or its own timers in time: nothing was charged. */
const notCharged = /^503 (store_unavailable|upstream_unavailable|overloaded)$/
/** Its Postgres was away when the answer to a charge came. */
const unknown = '202'

test('three instances at three times the load, one restarted: never more than fifty in four seconds, and every caller told the truth', {
  timeout: 120_000,
}, async () => {
  const result = await runFleet({
    seconds: 12,
    delayMsMax: 100,
    // Answers decide when a permit comes back, however late a busy machine makes the sandbox count. Those refused are told to
    // wait for as long at most, and the run waits for them.
    marginMs: 12_000,
    say() {},
  })
  // What holds however busy the machine is.
  expect(result.maxInWindow).toBeLessThanOrEqual(50)
  expect(result.upstreamRefusals).toBe(0)
  expect(result.others.filter((other) => other !== unknown && !notCharged.test(other))).toEqual([])
  const unknowns = result.others.filter((other) => other === unknown).length
  expect(result.charged).toBeGreaterThanOrEqual(result.paid)
  expect(result.charged).toBeLessThanOrEqual(result.paid + unknowns)
  expect(result.refusalsWithRetryAfter).toBe(result.refusals)
  // What a stall of seconds leaves of the rest. How much of the allowance is used is measured where it is quiet (bench:fleet).
  expect(result.refusals).toBeGreaterThan(0)
  expect(result.charged).toBeGreaterThan(50)
  expect(result.others.length).toBeLessThan(result.charged)
  expect(result.retriesAfter.paid).toBeGreaterThanOrEqual(0.8 * result.retriesAfter.all)
  const [flood, ...light] = result.callers.map(({ asked, paid }) => paid / asked)
  for (const share of light) expect(share).toBeGreaterThan(flood ?? 1)
})
