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
  /** Of the heap after a garbage collection, in MB, once warm. */
  readonly trend: Trend
  /** null when it was too short to tell. */
  readonly isFlat: boolean | null
}

/** As much as the store's allowance lets through, and listing beside it. */
const paysPerSecond = 12
const listsPerSecond = 40
const sampleEverySeconds = 10
/** At full speed: at the soak's own, V8 goes on compiling for longer than a soak, and the code it keeps looks like growth. */
const warmUpSeconds = 20
const warmUpConnections = 8
/** More than can be paid in a second. */
const payablePerSecondMax = 500
/** Pools and the limiters' memory fill meanwhile. */
const warmShare = 0.25
/** Five minutes: with fewer, the last of the warming up looks like growth. */
const warmSamplesMin = 30
/** Less than this in a minute is half a gigabyte in a year of days without a restart: noise of a page or two. */
const flatMbPerMinute = 0.05

/** Long enough under an even load, does memory grow? Judged by what is left after a garbage collection, not by what is resident. */
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
  // Growing only if the growth is both above noise and worth a word.
  const isGrowing = trend.perMinute - 2 * trend.errorPerMinute >= flatMbPerMinute
  const isFlat = warm.length < warmSamplesMin ? null : !isGrowing
  return { seconds, requests, failures, payP99Ms: percentile(payLatenciesMs, 0.99), samples, trend, isFlat }
}

export const soakStepsOf = (seconds: number) => Math.ceil(seconds / sampleEverySeconds)
