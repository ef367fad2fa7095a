import { closedLoop, openLoop } from './load.ts'
import type { Progress } from './progress.ts'
import { percentile, type Trend, trendOf } from './statistics.ts'
import { OPERATIONS, startTarget, type TargetSurroundings } from './targets.ts'

export interface Soak {
  readonly seconds: number
  readonly requests: number
  readonly failures: number
  readonly payP99Ms: number
  readonly samples: readonly { readonly seconds: number; readonly rssMb: number; readonly heapMb: number }[]
  /** Size of the heap in MB after a garbage collection, once warm. */
  readonly trend: Trend
  /** null when the soak was too short to tell. */
  readonly isFlat: boolean | null
}

/** As much as the store's allowance lets through, and listings beside it. */
const paysPerSecond = 12
const listsPerSecond = 40
const sampleEverySeconds = 10
/** At full speed. At the speed of the soak V8 would still be compiling, and its code would look like growth. */
const warmUpSeconds = 20
const warmUpConnections = 8
/** More than can be paid in a second. */
const payablePerSecondMax = 500
/** Time for pools and the limiters' memory to fill. */
const warmShare = 0.25
/** Five minutes: in a shorter soak the end of the warm-up looks like growth. */
const warmSamplesMin = 30
/** Anything less is noise: it would take years without a restart to matter. */
const flatMbPerMinute = 0.05

/** Does memory grow under an even load? Judged by the heap after a garbage collection, not by resident memory. */
export async function soak(
  surroundings: TargetSurroundings,
  seconds: number,
  progress: Progress,
): Promise<Soak> {
  const { store } = surroundings
  const target = await startTarget('tillgate', surroundings)
  const samples: { seconds: number; rssMb: number; heapMb: number }[] = []
  const payLatenciesMs: number[] = []
  let requests = 0
  let failures = 0
  const listed = await store.makeOrders(1_000)
  try {
    for (const operation of OPERATIONS) {
      const orderIds =
        operation === 'pay' ? await store.makeOrders(payablePerSecondMax * warmUpSeconds) : listed
      await closedLoop({
        target,
        operation,
        orderIds,
        connections: warmUpConnections,
        seconds: warmUpSeconds,
      })
    }
    const startMs = performance.now()
    for (let done = 0; done < seconds; done += sampleEverySeconds) {
      const span = Math.min(sampleEverySeconds, seconds - done)
      const toPay = await store.makeOrders(paysPerSecond * span)
      const [paid, seen] = await Promise.all([
        openLoop({ target, operation: 'pay', orderIds: toPay, perSecond: paysPerSecond, seconds: span }),
        openLoop({
          target,
          operation: 'methods',
          orderIds: listed,
          perSecond: listsPerSecond,
          seconds: span,
        }),
      ])
      requests += paid.answers + seen.answers
      failures += paid.failures + seen.failures
      payLatenciesMs.push(...paid.latenciesMs)
      const { rssMb, heapMb } = await target.use(true)
      samples.push({ seconds: (performance.now() - startMs) / 1_000, rssMb, heapMb })
      progress.step()
      progress.say(
        `${requests} requests, ${failures} failed, heap ${heapMb.toFixed(1)} MB, resident ${rssMb.toFixed(0)} MB`,
      )
    }
  } finally {
    await target.stop()
  }
  const warm = samples.slice(Math.floor(samples.length * warmShare))
  const trend = trendOf(warm.map((sample) => ({ seconds: sample.seconds, value: sample.heapMb })))
  // Growth counts only if it is above the noise and large enough to matter.
  const isGrowing = trend.perMinute - 2 * trend.errorPerMinute >= flatMbPerMinute
  const isFlat = warm.length < warmSamplesMin ? null : !isGrowing
  return { seconds, requests, failures, payP99Ms: percentile(payLatenciesMs, 0.99), samples, trend, isFlat }
}

export const soakStepsOf = (seconds: number) => Math.ceil(seconds / sampleEverySeconds)
