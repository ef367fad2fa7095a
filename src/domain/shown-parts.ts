import type { Money } from './money.ts'
import type { OrderReading } from './order.ts'
import { hasPaidAPart, type PaymentAttempt } from './payment-attempt.ts'
import { isGivenBack, type Trace, tracesOf } from './traces.ts'
import { explainedMost } from './whose-charge.ts'

/**
 * As much is due as before some parts were paid. Whether a look explains that: the transactions show every part, and either these
 * parts were given back, or what is kept plus what is due is no more than was due before any part.
 *
 * @param due by the PAT that would be charged.
 * @param stale the parts that `due` does not show.
 * @param payments all others of the order.
 */
export function showsParts(
  reading: OrderReading,
  due: Money,
  stale: readonly PaymentAttempt[],
  payments: readonly PaymentAttempt[],
): boolean {
  if (!reading.isWhole) return false
  const { traces } = tracesOf(reading)
  const parts = payments.filter(hasPaidAPart)
  const explained = (shown: readonly Trace[], of: readonly PaymentAttempt[]) =>
    explainedMost(shown, of, payments)
  if (stale.length > 0 && explained(traces, parts) < parts.length) return false
  // Each of these needs its own trace, so that we do not take the money kept of other parts for theirs.
  const isBack = explained(traces.filter(isGivenBack), stale) === stale.length
  const kept = traces.reduce((sum, trace) => sum + (trace.isVoid ? 0 : Math.max(0, keptOf(trace, due))), 0)
  const total = reading.order?.total
  const dueBefore = (now: Money) =>
    // Credit may have been taken off when the order was made. If the order became dearer, that much more was due.
    Math.max(
      ...parts.map(({ amount, orderTotal }) =>
        amount === null || orderTotal === null ? now.amount : now.amount - orderTotal + amount,
      ),
    )
  const isExplained = total?.currency === due.currency && kept + due.amount <= dueBefore(total)
  return total ? isExplained : isBack
}

/** Whether a look shows, or may show, the charge of one of these parts. */
export const showsAnyPart = (
  reading: OrderReading,
  parts: readonly PaymentAttempt[],
  payments: readonly PaymentAttempt[],
): boolean => !reading.isWhole || explainedMost(tracesOf(reading).traces, parts, payments) > 0

/** What is left of a charge after what was given back, in minor units; all that can be where it is in another currency. */
const keptOf = ({ money, refunded }: Trace, due: Money): number =>
  money.currency === due.currency ? money.amount - refunded : Number.POSITIVE_INFINITY
