import { join } from 'node:path'
import { request } from 'undici'
import { listing, paying } from './callers.ts'
import { smallOrders } from './canned-answers.ts'
import type { GoalRow } from './goals.ts'
import { type Answer, inTurn, isGood, openLoop } from './load.ts'
import { orderToPay } from './paying.ts'
import type { Progress } from './progress.ts'
import { table } from './report.ts'
import { percentile } from './statistics.ts'
import { type Surroundings, startTarget } from './targets.ts'

export interface Overload {
  readonly seconds: number
  readonly offered: number
  readonly admittedMs: readonly number[]
  readonly refusedMs: readonly number[]
  readonly listedMs: readonly number[]
  /** Answers other than 201, 429 and 503 to payments, and other than 200 to listings. */
  readonly others: number
  /** Most charges in any 4 s, and the share of the allowance that was used, as BigCommerce saw it. */
  readonly maxInWindow: number
  readonly use: number
  /** p99 and longest of the event loop's delay, by the service's own metric, of each ten seconds. */
  readonly loopP99Ms: number
  readonly loopMaxMs: number
  readonly residentMb: { readonly first: number; readonly last: number; readonly most: number }
}

/** The store's allowance. */
const allowancePerSecond = 12.5
const allowanceAtOnce = 50
const timesTheAllowance = 10
/** Shoppers who look on meanwhile. */
const listsPerSecond = 20
const sampleEverySeconds = 10

/** As it ships, with the limits on. Each payment is another shopper's, from an address of theirs, as a proxy in front tells. */
const environment = {
  TRUST_PROXY: '127.0.0.1',
  ADDRESS_RATE_LIMIT: '600',
  CALLER_RATE_LIMIT: '300',
  PAYMENT_RATE_WINDOW_MS: '4000',
  VELOCITY_ORDER_ATTEMPTS: '5',
  VELOCITY_CALLER_DECLINES: '10',
  VELOCITY_ADDRESS_DECLINES: '30',
}

/** Ten times as many payments as the store takes, with all limits on. */
export async function overload(
  surroundings: Surroundings,
  seconds: number,
  progress: Progress,
): Promise<Overload> {
  const { upstream, folder } = surroundings
  const databaseUrl = `sqlite:${join(folder, 'overload.db')}`
  const target = await startTarget('tillgate', surroundings, { databaseUrl, environment })
  const { url } = target
  const shoppers = Array.from({ length: smallOrders.count }, (_, each) =>
    listing(smallOrders.first + each, 'order_ids, one each', addressOf(each)),
  )
  const list = inTurn(shoppers)
  const pay = () => {
    const orderId = orderToPay()
    return paying(orderId, addressOf(orderId))
  }
  await upstream.behave({ tokenDelayMs: 10, chargeDelayMs: 20 })
  await upstream.seen()
  const residentMb: number[] = []
  const loopMs: { p99: number; max: number }[] = []
  const startMs = performance.now()
  const sampling = setInterval(() => residentMb.push(target.use().residentMb), 1_000)
  // Since the last time it was asked.
  const scraping = setInterval(async () => {
    progress.step()
    progress.say(`overload, for ${seconds} s`)
    const metrics = await scrape(target.adminUrl)
    const inMs = (name: string) => (metrics.get(name) ?? Number.NaN) * 1_000
    loopMs.push({
      p99: inMs('nodejs_eventloop_lag_p99_seconds'),
      max: inMs('nodejs_eventloop_lag_max_seconds'),
    })
  }, sampleEverySeconds * 1_000)
  const [{ answers: paid }, { answers: listed }] = await Promise.all([
    openLoop({ url, next: pay, perSecond: allowancePerSecond * timesTheAllowance, seconds }),
    openLoop({ url, next: list, perSecond: listsPerSecond, seconds }),
  ])
  clearInterval(sampling)
  clearInterval(scraping)
  const tookSeconds = (performance.now() - startMs) / 1_000
  const { charges, maxInWindow } = await upstream.seen()
  await upstream.behave({})
  await target.stop()
  const of = (answers: readonly Answer[], is: (status: number) => boolean) =>
    answers.filter(({ status }) => is(status)).map(({ tookMs }) => tookMs)
  const isRefusal = (status: number) => status === 429 || status === 503
  return {
    seconds,
    offered: paid.length,
    admittedMs: of(paid, isGood),
    refusedMs: of(paid, isRefusal),
    listedMs: of(listed, isGood),
    others:
      of(paid, (status) => !isGood(status) && !isRefusal(status)).length +
      of(listed, (status) => !isGood(status)).length,
    maxInWindow,
    // The first fifty come at once.
    use: (charges - allowanceAtOnce) / (allowancePerSecond * tookSeconds),
    loopP99Ms: percentile(
      loopMs.map(({ p99 }) => p99),
      0.5,
    ),
    loopMaxMs: Math.max(...loopMs.map(({ max }) => max)),
    residentMb: {
      first: residentMb[0] ?? Number.NaN,
      last: residentMb.at(-1) ?? Number.NaN,
      most: Math.max(...residentMb),
    },
  }
}

/** The values of the service's own metrics, each by its name with its labels. */
async function scrape(adminUrl: string): Promise<ReadonlyMap<string, number>> {
  const { body } = await request(`${adminUrl}/metrics`)
  const lines = (await body.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ')
      return [line.slice(0, space), Number(line.slice(space + 1))]
    }),
  )
}

const addressOf = (number: number) => `203.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`

export const overloadSteps = (seconds: number) => Math.ceil(seconds / sampleEverySeconds)

export const overloadGoals = (run: Overload): GoalRow[] =>
  [
    { what: 'most charges in any 4 s, at BigCommerce', now: run.maxInWindow, goal: 50, unit: '' as const },
    {
      what: 'use of the allowance',
      now: run.use * 100,
      goal: 95,
      isLeast: true,
      unit: '%' as const,
    },
    {
      what: 'a refusal, p50, sent and received',
      now: percentile(run.refusedMs, 0.5),
      goal: 5,
      unit: 'ms' as const,
    },
  ].map((row) => ({ ...row, before: Number.NaN }))

export const overloadTable = (run: Overload): string =>
  table(
    ['', ''],
    [
      ['payments offered', `${run.offered}, ${timesTheAllowance} times the allowance, for ${run.seconds} s`],
      ['paid', spread(run.admittedMs)],
      ['refused with 429 or 503', spread(run.refusedMs)],
      ['listed meanwhile', spread(run.listedMs)],
      ['other answers', run.others],
      ['event-loop delay, p99 (median of ten seconds each)', `${run.loopP99Ms.toFixed(1)} ms`],
      ['event-loop delay, longest', `${run.loopMaxMs.toFixed(0)} ms`],
      [
        'resident memory: first, last, most',
        `${run.residentMb.first.toFixed(0)}, ${run.residentMb.last.toFixed(0)}, ${run.residentMb.most.toFixed(0)} MB`,
      ],
    ],
  )

function spread(tookMs: readonly number[]): string {
  if (tookMs.length === 0) return 'none'
  const [p50, p99] = [percentile(tookMs, 0.5), percentile(tookMs, 0.99)]
  return `${tookMs.length}; p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`
}
