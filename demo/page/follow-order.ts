import type { Payment } from '@tillgate/client'
import { showNotice } from './notice.ts'
import { findStanding } from './order-standing.ts'
import type { Due, Offer, Payable } from './payable.ts'
import type { Receipt } from './receipts.ts'
import type { Doubt } from './shopper-words.ts'
import { showAway, showView } from './views.ts'

export interface FollowOrderOptions {
  readonly payable: Payable
  readonly sleep: (seconds: number) => Promise<void>
  readonly isPaidAtShop: () => Promise<boolean>
  /** What the unfinished payment of this tab is made with; null when there is none. */
  readonly begunWith: () => string | null
  readonly offer: (offer: Offer) => void
  readonly done: (receipt: Receipt | null) => void
  readonly wait: (doubt: Doubt, tries: number, payment: Payment | null) => void
}

/** Watches the order while a payment is in progress. Resolves with what is due once it can be paid, else null. */
export type FollowOrder = (lastPayment?: Receipt) => Promise<Due | null>

export function createFollowOrder(options: FollowOrderOptions): FollowOrder {
  const { payable, sleep, isPaidAtShop, begunWith, offer, done, wait } = options

  return async function followOrder(lastPayment) {
    for (let tries = 1; ; tries += 1) {
      const standing = await findStanding(payable, isPaidAtShop)
      switch (standing.kind) {
        case 'paid': {
          const { payment } = standing
          const found = payment ? { payment, paidWith: begunWith() ?? '' } : null
          done(lastPayment ?? found)
          return null
        }
        case 'payable':
          offer(standing.offer)
          showView('form')
          return standing.offer.due
        case 'closed':
          showView(null)
          showNotice(closed)
          return null
        case 'unreachable':
          // A payment of this tab may have been charged.
          if (begunWith() !== null) wait('lost', tries, null)
          else showAway(standing.requestId === null ? unreachable : paymentsAway)
          break
        case 'waiting':
          wait(doubtOf(standing.payment, begunWith() !== null), tries, standing.payment)
          break
        default:
          return standing satisfies never
      }
      await sleep(Math.min(2 * 1.3 ** (tries - 1), longestPauseSeconds))
    }
  }
}

const longestPauseSeconds = 15

const doubtOf = (payment: Payment | null, isOurs: boolean): Doubt =>
  payment?.status === 'needs_review' ? 'needs_review' : isOurs ? 'unknown' : 'processing'

const closed = { title: 'This order cannot be paid', text: 'It is closed, and there is nothing to pay.' }
const unreachable = 'The shop cannot be reached. Please check your connection. We keep trying.'
const paymentsAway = 'Payments are not available at the moment. We keep trying. You need not do anything.'
