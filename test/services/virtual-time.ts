import type { Schedule } from '../../src/domain/clock.ts'

/** A clock that moves only when the test says so, and runs in order what waits for it. */
export function createVirtualTime() {
  let nowMs = 1_000_000
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
