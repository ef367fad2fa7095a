import type { Violation } from './promises.ts'
import type { Told } from './told.ts'

/** What a request may take besides its wait, in a storm on a busy machine: the ledger may be away for some of it. */
const besidesMs = 15_000
const openStatuses = new Set(['processing', 'pending', 'unknown'])

/** What is read of one payment. A list may say that one has ended, and a payment that comes again may pay anew. */
const isOfOne = ({ key, status, payments }: Told) => key === null && status === 200 && payments.length === 1
const isOpen = ({ payments }: Told) => payments.every((payment) => openStatuses.has(payment.status))

/**
 * A read that preferred to wait takes no longer than that; and it says that it waited only if it did, or there is an end. Where an
 * instance was overloaded, the machine is too busy to tell a wait that is too long.
 */
export function judgeWaits(told: readonly Told[]): Violation[] {
  const isBusy = told.some(({ code }) => code === 'overloaded')
  return told.flatMap((each): Violation[] => {
    const { waited, key, orderId, status, text } = each
    if (!waited || key !== null) return []
    const { seconds, tookMs, isApplied } = waited
    const add = (what: string): Violation[] => [{ promise: 'waits', orderId, what: `${each.device} ${what}` }]
    const hasGivenUp = status === null && text === 'TimeoutError'
    const isLate = hasGivenUp || (status === 200 && tookMs > 1_000 * seconds + besidesMs)
    if (isLate && !isBusy)
      return add(`preferred to wait for ${seconds} s, and waited for ${Math.round(tookMs)} ms`)
    if (isApplied && isOfOne(each) && isOpen(each) && tookMs < 1_000 * seconds - 50)
      return add(`was told after ${Math.round(tookMs)} of ${seconds} s that it waited, and there is no end`)
    return []
  })
}

/** Whether an end was told that came while it was waited for. */
export const isToldInTime = (told: Told): boolean =>
  told.waited?.isApplied === true && isOfOne(told) && !isOpen(told) && told.waited.tookMs > 250
