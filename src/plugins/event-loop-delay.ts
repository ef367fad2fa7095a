import { monitorEventLoopDelay } from 'node:perf_hooks'

export interface EventLoopDelay {
  /** How late timers fired on average over the last period, in milliseconds. */
  milliseconds(): number
  stop(): void
}

/** Node's timer looks this often; what it measures includes the interval itself. */
const resolutionMs = 20
/** Long enough that one slow request does not count as overload, short enough to react before clients give up. */
const periodMs = 1_000

/** Measures how far behind its work the process is. Costs a timer, and nothing per request. */
export function watchEventLoopDelay(): EventLoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs })
  let latestMs = 0
  const timer = setInterval(() => {
    // A period in which nothing at all was measured was one long stall.
    latestMs = histogram.count === 0 ? periodMs : Math.max(0, histogram.mean / 1e6 - resolutionMs)
    histogram.reset()
  }, periodMs)
  timer.unref()
  histogram.enable()
  return {
    milliseconds: () => latestMs,
    stop() {
      clearInterval(timer)
      histogram.disable()
    },
  }
}
