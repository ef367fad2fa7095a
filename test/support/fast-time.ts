import { setTimeout as sleep } from 'node:timers/promises'
import { schedule } from '../../src/allowance/clocks.ts'
import type { Schedule } from '../../src/domain/clock.ts'

/**
 * Time that runs several times as fast as ours, for a service and a sandbox whose windows last for seconds. Everything
 * that is told in seconds is told in those of this clock.
 */
export function createFastTime(speed: number) {
  const startedAtMs = Date.now()
  const startedMs = performance.now()
  const now = () => (performance.now() - startedMs) * speed
  const scheduleFast: Schedule = (delayMs, run) => schedule(delayMs / speed, run)

  return {
    now,
    schedule: scheduleFast,
    random: Math.random,
    wallMs: () => startedAtMs + now(),
    sleep: (ms: number) => sleep(ms / speed),
  }
}
