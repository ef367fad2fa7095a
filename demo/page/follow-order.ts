import { showNotice } from './notice.ts'
import { findStanding } from './order-standing.ts'
import { pauseSeconds } from './pay-until-known.ts'
import type { Receipt } from './payment-intent.ts'
import type { PaymentsApi } from './payments-api.ts'
import type { OrderDue, PaymentMethods } from './payments-api-types.ts'
import { showView, showWaiting } from './views.ts'

export interface FollowOrderOptions {
  readonly api: PaymentsApi
  readonly orderId: number
  readonly sleep: (seconds: number) => Promise<void>
  readonly isPaidAtShop: () => Promise<boolean>
  /** How the payment was made that this tab has begun and not seen the end of; null for none. */
  readonly begunWith: () => string | null
  readonly offer: (methods: PaymentMethods) => void
  readonly done: (receipt: Receipt | null) => void
}

/** Looks where the order stands, for as long as a payment of it is under way; what is due once it can be paid. */
export type FollowOrder = (lastPayment?: Receipt) => Promise<OrderDue | null>

export function createFollowOrder(options: FollowOrderOptions): FollowOrder {
  const { api, orderId, sleep, isPaidAtShop, begunWith, offer, done } = options

  return async function followOrder(lastPayment) {
    for (let tries = 1; ; tries += 1) {
      const standing = await findStanding(api, orderId, isPaidAtShop)
      switch (standing.kind) {
        case 'paid': {
          const { payment } = standing
          const found = payment ? { payment, paidWith: begunWith() ?? '' } : null
          done(lastPayment ?? found)
          return null
        }
        case 'payable':
          offer(standing.methods)
          showView('form')
          return standing.methods.meta.order
        case 'closed':
          showView(null)
          showNotice(closed)
          return null
        case 'unreachable':
          showView('loading')
          if (tries === 2) showNotice(unreachable, standing.requestId)
          break
        case 'waiting':
          showWaiting(begunWith() === null ? 'processing' : 'unknown', tries)
          break
        default:
          return standing satisfies never
      }
      await sleep(pauseSeconds(tries, 2))
    }
  }
}

const closed = { title: 'This order cannot be paid', text: 'It is closed, and nothing is to be paid for it.' }
const unreachable = {
  title: 'The shop cannot be reached',
  text: 'Please check your connection. We keep trying, and pay nothing meanwhile.',
}
