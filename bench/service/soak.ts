import { join } from 'node:path'
import { listing, paying } from './callers.ts'
import { smallGuestOrders, smallOrders } from './canned-answers.ts'
import { closedLoop, isGood, openLoop } from './load.ts'
import { orderToPay } from './paying.ts'
import type { Progress } from './progress.ts'
import { table } from './report.ts'
import { median, percentile, type Trend, trendOf } from './statistics.ts'
import { type Surroundings, startTarget } from './targets.ts'

export interface Soak {
  readonly seconds: number
  readonly listed: number
  readonly paid: number
  /** Answered 402, as BigCommerce declined. */
  readonly declined: number
  /** Answered 202: the answer of a charge was lost, and its end is found out. */
  readonly unknown: number
  /** Answered 429, since a little less than the whole allowance can be used (the margin) and the wait was too long. */
  readonly refused: number
  /** Every other answer. */
  readonly failures: number
  readonly payP99Ms: number
  readonly residentMb: { readonly first: number; readonly last: number }
  /** Of resident memory in MB, once warm. */
  readonly trend: Trend
  /** null when the soak was too short to tell. */
  readonly isFlat: boolean | null
}

/** The store's whole allowance, which the limits let through. */
const paysPerSecond = 12.5
const listsPerSecond = 40
const failingShare = 0.1
const sampleEverySeconds = 10
/** At full speed. At the speed of the soak V8 would still be compiling, and its code would look like growth. */
const warmUpSeconds = 10
const warmUpConnections = 8
/** Time for pools and the limiters' memory to fill. */
const warmShare = 0.25
/** Five minutes: in a shorter soak the end of the warm-up looks like growth. */
const warmSamplesMin = 30
/** Anything less is noise: it would take months without a restart to matter. */
const flatMbPerHour = 3

/** Does memory grow under an even load, a tenth of whose payments fail? Nothing is loaded into the process to find out. */
export async function soak(surroundings: Surroundings, seconds: number, progress: Progress): Promise<Soak> {
  const { upstream, folder } = surroundings
  const databaseUrl = `sqlite:${join(folder, 'soak.db')}`
  const target = await startTarget('tillgate', surroundings, {
    databaseUrl,
    // The store's own window: who comes when all permits are taken waits a moment for one.
    environment: { PAYMENT_RATE_WINDOW_MS: '4000' },
  })
  const { url } = target
  const samples: { seconds: number; value: number }[] = []
  const payMs: number[] = []
  const count = { listed: 0, paid: 0, declined: 0, unknown: 0, refused: 0, failures: 0 }
  let listedOrder = 0
  const list = () => {
    const { first, count: orders } = ++listedOrder % 2 ? smallOrders : smallGuestOrders
    return listing(first + (listedOrder % orders), 'orders:any')
  }
  try {
    await closedLoop({ url, next: list, connections: warmUpConnections, seconds: warmUpSeconds })
    await upstream.behave({ tokenDelayMs: 10, chargeDelayMs: 20, failingShare })
    const startMs = performance.now()
    for (let done = 0; done < seconds; done += sampleEverySeconds) {
      const span = Math.min(sampleEverySeconds, seconds - done)
      const [pays, lists] = await Promise.all([
        openLoop({ url, next: () => paying(orderToPay()), perSecond: paysPerSecond, seconds: span }),
        openLoop({ url, next: list, perSecond: listsPerSecond, seconds: span }),
      ])
      for (const { status, tookMs } of pays.answers) {
        payMs.push(tookMs)
        if (isGood(status)) count.paid++
        else if (status === 402) count.declined++
        else if (status === 202) count.unknown++
        else if (status === 429) count.refused++
        else count.failures++
      }
      for (const { status } of lists.answers) count[isGood(status) ? 'listed' : 'failures']++
      const { residentMb } = target.use()
      samples.push({ seconds: (performance.now() - startMs) / 1_000, value: residentMb })
      progress.step()
      progress.say(`soak: ${JSON.stringify(count)}, resident ${residentMb.toFixed(0)} MB`)
    }
  } finally {
    await upstream.behave({})
    await target.stop()
  }
  const warm = samples.slice(Math.floor(samples.length * warmShare))
  const trend = trendOf(warm)
  // Growth counts only if it is above the noise and large enough to matter.
  const isGrowing = (trend.perMinute - 2 * trend.errorPerMinute) * 60 >= flatMbPerHour
  const mean = (some: typeof samples) => median(some.map(({ value }) => value))
  return {
    seconds,
    ...count,
    payP99Ms: percentile(payMs, 0.99),
    residentMb: { first: mean(warm.slice(0, 6)), last: mean(warm.slice(-6)) },
    trend,
    isFlat: warm.length < warmSamplesMin ? null : !isGrowing,
  }
}

export const soakSteps = (seconds: number) => Math.ceil(seconds / sampleEverySeconds)

export const soakTable = (run: Soak): string =>
  table(
    ['', ''],
    [
      ['duration', `${run.seconds} s`],
      ['listings answered', run.listed],
      ['payments answered 201', run.paid],
      ['declined by BigCommerce, as told to (402)', run.declined],
      ['answer lost after the charge, as told to (202)', run.unknown],
      ['refused for the allowance (429)', run.refused],
      ['requests that failed and should not', run.failures],
      ['p99 of a payment', `${run.payP99Ms.toFixed(1)} ms`],
      [
        'resident memory once warm, first and last minute',
        `${run.residentMb.first.toFixed(0)} and ${run.residentMb.last.toFixed(0)} MB`,
      ],
      [
        'its trend',
        `${(run.trend.perMinute * 60).toFixed(1)} ± ${(run.trend.errorPerMinute * 120).toFixed(1)} MB an hour`,
      ],
      ['memory is flat', run.isFlat === null ? 'too short to tell' : run.isFlat ? 'yes' : '**no**'],
    ],
  )
