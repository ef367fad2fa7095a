import type { AttemptStatus } from '../../../src/domain/payment-attempt.ts'
import type { AttemptRow, LedgerRows } from '../ledger/ledger-rows.ts'
import { isPaidState, STATUS, type StoreOrder, trueState } from '../upstream/store-order.ts'
import { checkEvents } from './check-events.ts'
import type { Truth } from './truth.ts'

export interface EndOptions {
  readonly rows: LedgerRows
  readonly orders: readonly StoreOrder[]
  readonly truth: Truth
  readonly mayNeedReview: boolean
  readonly broken: (what: string) => void
}

const unfinished: ReadonlySet<AttemptStatus> = new Set(['claimed', 'sending', 'unknown', 'pending'])

/** What absence never ends: BigCommerce has called it a duplicate or pending, or a bank account's answer was lost. */
const isLeftToPeople = ({ bigcommerceCode, pendingSinceMs, instrumentType }: AttemptRow): boolean =>
  bigcommerceCode === 30105 || pendingSinceMs !== null || instrumentType === 'stored_bank_account'

/** Days after all faults are over: nothing hangs, and the ledger agrees with the books. */
export function checkEnd({ rows, orders, truth, mayNeedReview, broken }: EndOptions): void {
  checkEvents({ rows, orders, truth, broken })
  for (const row of rows.attempts) {
    const { id, status, requestId } = row
    if (unfinished.has(status)) broken(`3: ${id} is still ${status}`)
    if (status === 'needs_review' && !mayNeedReview && !isLeftToPeople(row))
      broken(`3: ${id} needs a review for no reason`)
    if (status === 'needs_review' && isPlainlyPaid(row, orders))
      broken(`3: ${id} needs a review, and its order shows that it is paid`)
    if (row.bigcommerceCode === 30105 && (status === 'declined' || status === 'not_charged'))
      broken(`2: ${id} is ${status}, and BigCommerce called it a duplicate`)
    if (status === 'succeeded') truth.saidCharged(requestId, `ledger: ${id} succeeded`)
    if (status === 'declined' || status === 'not_charged' || status === 'not_sent')
      truth.saidNothingCharged(requestId, `ledger: ${id} ${status}`, id)
  }
  for (const { attemptId, nextLookAtMs } of rows.makings.values())
    if (nextLookAtMs !== null) broken(`3: the order that ${attemptId} had made is still looked for`)
  for (const [checkoutId, { orderId, holder }] of rows.checkouts)
    if (orderId === null) broken(`3: ${checkoutId} is held for ever by ${holder}`)
  const known = new Set(rows.attempts.map(({ requestId }) => requestId))
  for (const order of orders)
    for (const { requestId, isForeign } of order.charges)
      if (!known.has(requestId) && !isForeign)
        broken(`5: a charge on order ${order.id} that no attempt knows: ${requestId}`)
  for (const order of orders)
    if (isUntold(rows, order)) broken(`2: a charge on order ${order.id} shows late, and is not told`)
}

/** Whether its charge is the only one, was not changed by anyone, and is told by the order that can be read. */
function isPlainlyPaid({ orderId, requestId }: AttemptRow, orders: readonly StoreOrder[]): boolean {
  const order = orders.find(({ id }) => id === orderId)
  const [charge, ...more] = order?.charges ?? []
  if (!order || order.unreadable || charge?.requestId !== requestId || more.length > 0) return false
  if (charge.paysAPart || charge.state !== 'charged' || charge.isEnded) return false
  const { paymentStatus, statusId } = trueState(order)
  return (paymentStatus === 'captured' && statusId === STATUS.fulfil) || paymentStatus === 'authorized'
}

/** Whether fewer payments are told than charges are shown, and no person was called. */
function isUntold({ attempts, unaccounted }: LedgerRows, order: StoreOrder): boolean {
  const { id, charges, transactions, unreadable, changes } = order
  // It may have become so before the next look: an end is watched after an hour, a day and a week.
  if (unreadable) return false
  // By its date it is none of the attempt's that made it.
  if (charges.some(({ isDatedEarly }) => isDatedEarly)) return false
  if (!charges.some(({ isVeryLate, state }) => isVeryLate && state === 'charged')) return false
  const told = attempts.filter(
    ({ orderId, status }) => orderId === id && (status === 'succeeded' || status === 'needs_review'),
  )
  const shown = charges.filter(({ state, isForeign }) => state === 'charged' && !isForeign)
  const recorded = shown.filter((charge) => transactions.some((each) => each.charge === charge)).length
  // Where the gateway records nothing, the order's one word shows one charge. A part payment, and one that is held for review,
  // it shows as pending, and that proves none.
  const isPending = changes.some(({ paymentStatus }) => paymentStatus === 'held for review')
  // A part that shows later still makes it pending, too.
  const saysPaid = isPaidState(trueState(order))
  const byWord = saysPaid && !isPending && shown.some(({ paysAPart }) => !paysAPart) ? 1 : 0
  return told.length < Math.max(recorded, byWord) && !unaccounted.has(id)
}
