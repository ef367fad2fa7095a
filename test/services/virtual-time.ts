import type { Schedule } from '../../src/domain/clock.ts'

/**
 * A clock that moves only when the test says so, and runs in order what waits for it. Beside it a wall clock, which can be
 * set, and the world's own time, which goes on while the machine is paused.
 */
export function createVirtualTime() {
  let nowMs = 1_000_000
  let pausedMs = 0
  let wallSetMs = 0
  let pending: { readonly atMs: number; readonly run: () => void }[] = []
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

  const schedule: Schedule = (delayMs, run) => {
    if (delayMs <= 0) {
      run()
      return () => {}
    }
    const event = { atMs: nowMs + delayMs, run }
    pending.push(event)
    return () => {
      pending = pending.filter((other) => other !== event)
    }
  }

  return {
    now: () => nowMs,
    wallNow: () => nowMs + pausedMs + wallSetMs,
    worldNow: () => nowMs + pausedMs,
    /** Sets the wall clock forward or back. */
    setWall(byMs: number) {
      wallSetMs += byMs
    },
    /** Pauses the machine, with its clock and its timers standing still. */
    pause(ms: number) {
      pausedMs += ms
    },
    schedule,
    settled,
    async pass(ms: number): Promise<void> {
      const untilMs = nowMs + ms
      await settled()
      for (;;) {
        const [next] = pending.sort((a, b) => a.atMs - b.atMs)
        if (!next || next.atMs > untilMs) break
        pending = pending.filter((other) => other !== next)
        nowMs = Math.max(nowMs, next.atMs)
        next.run()
        await settled()
      }
      nowMs = untilMs
      await settled()
    },
  }
}
