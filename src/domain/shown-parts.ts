import type { Money } from './money.ts'
import type { OrderReading } from './order.ts'
import { hasPaidAPart, type PaymentAttempt } from './payment-attempt.ts'
import { isGivenBack, type Trace, tracesOf } from './traces.ts'
import { explainedMost } from './whose-charge.ts'

/**
 * Whether a look accounts for parts that were paid although as much is due as before them: the transactions show every part, and these
 * ones were given back, or what is kept and what is due are no more than was due before any part.
 *
 * @param due by the PAT that would be charged.
 * @param stale those of the parts of which `due` shows nothing.
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
  // Each of these by a trace of its own, so that what is kept of the other parts is not taken for theirs.
  const isBack = explained(traces.filter(isGivenBack), stale) === stale.length
  const kept = traces.reduce((sum, trace) => sum + (trace.isVoid ? 0 : Math.max(0, keptOf(trace, due))), 0)
  const total = reading.order?.total
  const dueBefore = (now: Money) =>
    // Credit may have been taken off as the order was made. An order that became dearer was due as much more.
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
