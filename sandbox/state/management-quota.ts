import type { Settings } from './settings.ts'

type Rule = NonNullable<Settings['management_quota']>

export type QuotaReport = {
  readonly isWithin: boolean
  readonly limit: number
  readonly left: number
  readonly windowMs: number
  readonly resetMs: number
}

/** A fixed window, which is what "time left in the current window" in the headers suggests. */
export function createManagementQuota({ now }: { now: () => number }) {
  let startedAt = 0
  let used = 0

  return {
    use({ limit, window_ms: windowMs }: Rule): QuotaReport {
      const at = now()
      if (at >= startedAt + windowMs) {
        startedAt = at
        used = 0
      }
      used += 1
      return {
        isWithin: used <= limit,
        limit,
        left: Math.max(0, limit - used),
        windowMs,
        resetMs: startedAt + windowMs - at,
      }
    },
  }
}
