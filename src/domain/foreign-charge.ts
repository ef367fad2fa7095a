import { type OrderReading, saysUnpaid } from './order.ts'
import { withTotals } from './part-payments.ts'
import { hasPaidAPart, mayBeCorrected, mayHaveCharged, type PaymentAttempt } from './payment-attempt.ts'
import { endsOf, isGivenBack, isPending, type Trace, takenOff, tracesOf } from './traces.ts'
import { explainedMost } from './whose-charge.ts'

/**
 * Whether a charge is shown that no attempt accounts for.
 *
 * @param known all attempts of the order.
 * @param mayExplain which of them may have made a charge.
 */
function showsMoreThan(
  reading: OrderReading,
  known: readonly PaymentAttempt[],
  mayExplain: (attempt: PaymentAttempt) => boolean,
): boolean {
  const attempts = withTotals(known, reading)
  const explaining = attempts.filter(mayExplain)
  const explained = (traces: readonly Trace[]) => explainedMost(traces, explaining, attempts)
  const live = tracesOf(reading).traces.filter(({ isVoid }) => !isVoid)
  const harmless = live.filter(isGivenBack).concat(takenOff(live, reading.order))
  return explained(live) + harmless.length - explained(harmless) < live.length
}

/** Whether a charge is shown that we have not told as the charge of one of these attempts, which are all of the order. */
export const showsUnaccounted = (reading: OrderReading, known: readonly PaymentAttempt[]): boolean =>
  showsMoreThan(reading, known, ({ status }) => status === 'succeeded')

/**
 * Whether a charge is shown that can belong to no attempt at all: neither to a success, nor to one without an end, nor to one that
 * has ended in doubt and may be corrected.
 */
export const showsForeign = (reading: OrderReading, known: readonly PaymentAttempt[]): boolean =>
  // Its void may be what could not be read.
  reading.showsAllVoids && showsMoreThan(reading, known, mayStillHaveCharged)

const mayStillHaveCharged = (attempt: PaymentAttempt): boolean =>
  mayHaveCharged(attempt.status) || mayBeCorrected(attempt)

/** What a look shows on an order that no payment of ours accounts for: another application may have paid it or be paying it. */
export function foreignCharge(
  reading: OrderReading,
  payments: readonly PaymentAttempt[],
): 'none' | 'charged' | 'in_progress' {
  if (showsUnaccounted(reading, payments)) return 'charged'
  const { order, transactions } = reading
  const isOpen = transactions.some((each) => isPending(each) && endsOf(each, transactions).length === 0)
  // Once a part is paid, the order's `payment_status` is about that part.
  const saysMore = order !== null && !payments.some(hasPaidAPart) && !saysUnpaid(order)
  return isOpen || saysMore ? 'in_progress' : 'none'
}
