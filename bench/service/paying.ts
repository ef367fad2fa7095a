import { paying } from './callers.ts'
import { firstOrderToPay } from './canned-answers.ts'
import { closedLoop, isGood, openLoop } from './load.ts'
import type { MeasuredProcess } from './measured-process.ts'
import { percentile } from './statistics.ts'
import type { TargetName } from './targets.ts'
import type { Upstream } from './upstream.ts'

export type Engine = 'SQLite' | 'Postgres'

/** `alone`: BigCommerce answers at once. `overlapping`: its token after 10 ms and its charge after 20, as in production, so that payments overlap. */
export const PAYING_WAYS = ['alone', 'overlapping'] as const
export type PayingWay = (typeof PAYING_WAYS)[number]
const delays: Readonly<Record<PayingWay, { tokenDelayMs: number; chargeDelayMs: number }>> = {
  alone: { tokenDelayMs: 0, chargeDelayMs: 0 },
  overlapping: { tokenDelayMs: 10, chargeDelayMs: 20 },
}

/** As in the goals: far above what a store may pay. */
const perSecond = 50

export interface PayingTurn {
  readonly target: TargetName
  readonly engine: Engine | null
  readonly way: PayingWay
  readonly p50Ms: number
  readonly p99Ms: number
  readonly cpuMsPerPayment: number
  /** How late the generator itself sent (p99). */
  readonly lateMs: number
  readonly failures: number
}

let lastOrder = firstOrderToPay
/** An order that no one has paid. */
export const orderToPay = () => ++lastOrder

const warmUpConnections = 4

/** Pays as fast as it goes, so that the first payments that are measured are not the first of all. */
export async function payToWarmUp({ url }: MeasuredProcess, seconds: number): Promise<void> {
  await closedLoop({ url, next: () => paying(orderToPay()), connections: warmUpConnections, seconds })
}

export async function payFor(
  about: { readonly target: TargetName; readonly engine: Engine | null; readonly measured: MeasuredProcess },
  upstream: Upstream,
  way: PayingWay,
  seconds: number,
): Promise<PayingTurn> {
  const { target, engine, measured } = about
  await upstream.behave(delays[way])
  const before = measured.use()
  const load = await openLoop({ url: measured.url, next: () => paying(orderToPay()), perSecond, seconds })
  const { cpuMs } = measured.use()
  await upstream.behave({})
  const good = load.answers.filter(({ status }) => isGood(status)).map(({ tookMs }) => tookMs)
  return {
    target,
    engine,
    way,
    p50Ms: percentile(good, 0.5),
    p99Ms: percentile(good, 0.99),
    cpuMsPerPayment: (cpuMs - before.cpuMs) / load.answers.length,
    lateMs: load.lateMs,
    failures: load.answers.length - good.length,
  }
}
