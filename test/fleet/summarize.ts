import type { WindowReport } from '../../sandbox/state/payment-window.ts'
import { CALLERS } from './arrivals.ts'
import type { Payment } from './offer-load.ts'

export interface FleetResult {
  readonly maxInWindow: number
  readonly upstreamRefusals: number
  /** Of the allowance: a window, over the time from one charge to the fiftieth after it, on average. */
  readonly use: number
  readonly callers: readonly { readonly name: string; readonly asked: number; readonly paid: number }[]
  readonly refusals: number
  /** Of these, how many said when to come again: a whole second or more. */
  readonly refusalsWithRetryAfter: number
  /** Refused ones that came again when told, and how many of them were then paid. */
  readonly retriesDuring: Share
  readonly retriesAfter: Share
  /** Answers that were neither paid nor refused for the allowance. */
  readonly others: readonly string[]
  /** Payments that were told to be paid, and charges at the store. */
  readonly paid: number
  readonly charged: number
  readonly moves: number
}

interface Share {
  readonly all: number
  readonly paid: number
}

interface Run {
  readonly payments: readonly Payment[]
  readonly seen: { readonly payments: WindowReport; readonly chargedAtMs: readonly number[] }
  readonly startedAtMs: number
  readonly seconds: number
  readonly moves: number
}

const limit = 50
const windowMs = 4_000

const isPaid = ({ status }: Payment) => status === 201
const isRefused = ({ code }: Payment) => code === 'payment_rate_limited'

export function summarize({ payments, seen, startedAtMs, seconds, moves }: Run): FleetResult {
  const moments = seen.chargedAtMs.filter((atMs) => atMs < startedAtMs + seconds * 1_000)
  const refused = payments.filter(isRefused)
  const shareOf = (retry: Payment['retry']): Share => {
    const all = payments.filter((payment) => payment.retry === retry)
    return { all: all.length, paid: all.filter(isPaid).length }
  }
  return {
    maxInWindow: seen.payments.max_in_window,
    upstreamRefusals: seen.payments.too_many_requests,
    use: useOf(moments),
    callers: CALLERS.map((name) => {
      const own = payments.filter(({ caller, retry }) => caller === name && retry === 'none')
      return { name, asked: own.length, paid: own.filter(isPaid).length }
    }),
    refusals: refused.length,
    refusalsWithRetryAfter: refused.filter(({ retryAfterSeconds }) => Number(retryAfterSeconds) >= 1).length,
    retriesDuring: shareOf('during'),
    retriesAfter: shareOf('after'),
    others: payments
      .filter((payment) => !isPaid(payment) && !isRefused(payment))
      .map(({ status, code }) => `${status} ${code ?? ''}`.trim()),
    paid: payments.filter(isPaid).length,
    charged: seen.chargedAtMs.length,
    moves,
  }
}

/**
 * Counting what a minute holds would say more or less by how the turns of the fifty fall into it: they start together and
 * come back together.
 */
function useOf(moments: readonly number[]): number {
  const cycles = moments.slice(limit).map((atMs, index) => atMs - (moments[index] ?? atMs))
  return (windowMs * cycles.length) / cycles.reduce((sum, cycle) => sum + cycle, 0)
}
