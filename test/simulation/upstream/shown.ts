import type { Run } from '../engine/run.ts'

/** When something that happened can be seen: for good from some moment on, and perhaps for a while before. */
export interface Shown {
  readonly fromMs: number
  readonly flash: { readonly fromMs: number; readonly untilMs: number } | null
}

export const isShown = ({ fromMs, flash }: Shown, nowMs: number): boolean =>
  nowMs >= fromMs || (flash !== null && nowMs >= flash.fromMs && nowMs < flash.untilMs)

export interface Lag {
  /** Shows so much later than usual. */
  readonly lateMs?: number
  /** Shows within so much, whatever is usual. */
  readonly withinMs?: number
}

/** Late by up to the lag. Where things flicker, they are seen, gone again, and back, all within the lag. */
export function shownAfterLag({ random, scenario, scheduler }: Run, lag: Lag = {}): Shown {
  const nowMs = scheduler.now()
  const { lagMsMax, flickers } = scenario.upstream
  const usualMs = lagMsMax === 0 ? 0 : random.below(lagMsMax)
  const lagMs = Math.min(usualMs, lag.withinMs ?? usualMs) + (lag.lateMs ?? 0)
  const fromMs = nowMs + lagMs
  if (!flickers || lagMs < 2) return { fromMs, flash: null }
  const flashFromMs = nowMs + random.below(lagMs)
  return { fromMs, flash: { fromMs: flashFromMs, untilMs: flashFromMs + random.below(lagMs) } }
}
