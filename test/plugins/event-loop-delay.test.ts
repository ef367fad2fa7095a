import { expect, test, vi } from 'vitest'
import { watchEventLoopDelay } from '../../src/plugins/admission.ts'

test('a process that cannot get to its timers is seen to be behind', async () => {
  const delay = watchEventLoopDelay()
  expect(delay.milliseconds()).toBe(0)
  const blocking = setInterval(() => {
    const untilMs = performance.now() + 100
    while (performance.now() < untilMs);
  })
  await vi.waitFor(() => expect(delay.milliseconds()).toBeGreaterThan(20), { timeout: 15_000 })
  clearInterval(blocking)
  delay.stop()
})
