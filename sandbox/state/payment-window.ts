export type Admission = { readonly isAdmitted: boolean; readonly left: number; readonly resetMs: number }

export type WindowReport = {
  readonly arrivals: number
  readonly max_in_window: number
  readonly max_admitted_in_window: number
  /** Answers with status 429. */
  readonly too_many_requests: number
}

type Rule = { readonly limit: number; readonly windowMs: number; readonly now: () => number }

/**
 * A sliding log: at most `limit` requests of any trailing window are let in. Refused requests do not
 * use up the allowance, but the measured maximum counts them.
 */
export function createPaymentWindow({ limit, windowMs, now }: Rule) {
  const arrived: number[] = []
  const admitted: number[] = []
  let report: WindowReport = {
    arrivals: 0,
    max_in_window: 0,
    max_admitted_in_window: 0,
    too_many_requests: 0,
  }

  return {
    arrive(): Admission {
      const at = now()
      forgetUntil(arrived, at - windowMs)
      forgetUntil(admitted, at - windowMs)
      arrived.push(at)
      const isAdmitted = admitted.length < limit
      if (isAdmitted) admitted.push(at)
      report = {
        ...report,
        arrivals: report.arrivals + 1,
        max_in_window: Math.max(report.max_in_window, arrived.length),
        max_admitted_in_window: Math.max(report.max_admitted_in_window, admitted.length),
      }
      const oldest = admitted[0] ?? at
      return { isAdmitted, left: limit - admitted.length, resetMs: oldest + windowMs - at }
    },
    /** Counted separately, because a fault can refuse a request that was within the limit. */
    countRefusal(): void {
      report = { ...report, too_many_requests: report.too_many_requests + 1 }
    },
    report: (): WindowReport => report,
  }
}

function forgetUntil(times: number[], end: number): void {
  const firstKept = times.findIndex((time) => time > end)
  times.splice(0, firstKept === -1 ? times.length : firstKept)
}
