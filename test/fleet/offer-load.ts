import { setTimeout as sleep } from 'node:timers/promises'
import { type Arrival, arrivalsFor, LIGHT_CALLERS } from './arrivals.ts'
import type { Answer, Balancer } from './balancer.ts'

export interface Payment extends Answer {
  readonly caller: string
  /** A refused one that came again when it was told to: while the flood went on, or after it had ended. */
  readonly retry: 'none' | 'during' | 'after'
}

export interface LoadOptions {
  readonly balancer: Balancer
  readonly orderIds: number[]
  readonly seconds: number
  readonly say: (second: number) => void
}

/** Of the flood one in so many of those refused comes again, during it in place of a new one, or they would be a flood of their own. */
const oneIn = 10
const tickMs = 2

/**
 * Offers the load, whatever becomes of it. Who was refused comes again exactly when told: all callers but the one that floods, and
 * a sample of that one.
 */
export async function offerLoad({ balancer, orderIds, seconds, say }: LoadOptions): Promise<Payment[]> {
  const arrivals = arrivalsFor(seconds)
  const payments: Payment[] = []
  const running: Promise<void>[] = []
  const startMs = performance.now()
  const sinceStartMs = () => performance.now() - startMs
  let refusals = 0
  let owed = 0

  async function pay({ caller }: Arrival): Promise<void> {
    const orderId = orderIds.pop() ?? 0
    const first = await balancer.pay(caller, orderId)
    payments.push({ ...first, caller, retry: 'none' })
    if (first.code !== 'payment_rate_limited' || first.retryAfterSeconds === null) return
    const isAfter = sinceStartMs() + first.retryAfterSeconds * 1_000 > seconds * 1_000
    if (!LIGHT_CALLERS.includes(caller) && ++refusals % oneIn > 0) return
    await sleep(first.retryAfterSeconds * 1_000)
    if (!isAfter && caller === 'flood') owed++
    const second = await balancer.pay(caller, orderId)
    payments.push({ ...second, caller, retry: isAfter ? 'after' : 'during' })
  }

  let next = 0
  for (let second = 0; sinceStartMs() < seconds * 1_000; ) {
    for (let due = arrivals[next]; due && due.atMs <= sinceStartMs(); due = arrivals[++next]) {
      if (due.caller === 'flood' && owed > 0) owed--
      else running.push(pay(due))
    }
    if (sinceStartMs() >= second * 1_000) say(second++)
    await sleep(tickMs)
  }
  await Promise.all(running)
  return payments
}
