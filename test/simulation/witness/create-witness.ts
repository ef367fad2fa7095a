import { isFinal, type PaymentAttempt } from '../../../src/domain/payment-attempt.ts'
import { type Reply, toldOf } from '../clients/requests.ts'
import type { LedgerRows } from '../ledger/ledger-rows.ts'
import type { StoreCheckout } from '../upstream/store-checkouts.ts'
import { type StoreOrder, totalMinorMax } from '../upstream/store-order.ts'
import { notAgreed } from './agreed.ts'
import { checkEnd } from './check-end.ts'
import { createMakings } from './makings.ts'
import { createSameAnswers } from './same-answers.ts'
import { createTruth } from './truth.ts'
import type { Witness } from './witness.ts'

export interface WitnessOptions {
  readonly rows: LedgerRows
  /** Whether an attempt of this seed may end in needs_review. */
  readonly mayNeedReview: boolean
  /** Whether the clocks of the instances tell a minute and an hour. */
  readonly hasTrueClocks: boolean
  /** Whether BigCommerce's clock tells what came first. */
  readonly hasTrueClock: boolean
  /** Where it is there still. */
  readonly cartOf: (id: string | null) => StoreCheckout | null
  /** Those that lists show. */
  readonly ordersOf: (id: string | null) => readonly StoreOrder[]
  readonly now: () => number
  readonly stop: () => void
}

/** These name a payment, but say nothing about its result. */
const speaksOfNoEnd = new Set(['request_in_progress', 'order_payment_in_progress', 'order_already_paid'])

export function createWitness(options: WitnessOptions): Witness {
  const { rows, mayNeedReview, hasTrueClocks, hasTrueClock, cartOf, ordersOf, now, stop } = options
  let violation: string | null = null
  const broken = (what: string) => {
    violation ??= what
    stop()
  }
  const charged = new Set<StoreOrder>()
  const truth = createTruth(broken, rows)
  const askedAtMs = new Map<string, number>()
  const answers = createSameAnswers(broken)
  const sent = new Set<string>()
  const told = new Set<string>()
  const requestOf = (attemptId: string) => rows.byId.get(attemptId)?.requestId ?? `no request (${attemptId})`

  /** Compares with the books what a reply says about money. */
  function hold(requestId: string, reply: Exclude<Reply, { kind: 'lost' }>) {
    const body = reply.kind === 'answer' ? reply.answer.body : reply.problem
    const words = toldOf(reply)
    if ('data' in body) {
      if (reply.kind === 'answer' && reply.answer.status === 201)
        truth.saidCharged(requestOf(body.data.id), words)
      else if (body.data.status === 'success') broken(`2: a success is no 201: ${words}`)
      return
    }
    if (body.code === 'order_already_paid' && body.payment_id !== undefined)
      return truth.saidCharged(requestOf(body.payment_id), words)
    if (speaksOfNoEnd.has(body.code)) return
    if (body.payment_id !== undefined)
      truth.saidNothingCharged(requestOf(body.payment_id), words, body.payment_id)
    // Even without the words: a client that gets an error believes that this request charged nothing.
    else truth.saidNothingCharged(requestId, words)
  }

  function show({ requestId, id, status }: PaymentAttempt): void {
    if (status === 'succeeded') truth.saidCharged(requestId, `${id} ${status}`)
    if (status === 'declined' || status === 'not_charged' || status === 'not_sent')
      truth.saidNothingCharged(requestId, `${id} ${status}`, id)
  }

  return {
    violation: () => violation,
    broken,
    asked(requestId, request) {
      askedAtMs.set(requestId, now())
      answers.asked(requestId, request)
    },

    told(requestId, request, reply) {
      told.add(requestId)
      answers.told(requestId, request, reply)
      if (reply.kind !== 'lost') hold(requestId, reply)
    },

    shown: (attempts) => attempts.forEach(show),

    sending(requestId) {
      if (sent.has(requestId)) broken(`5: ${requestId} is sent twice`)
      sent.add(requestId)
      answers.sending(requestId)
      const row = rows.attempts.find((each) => each.requestId === requestId)
      // Recovery may have moved it on since, but it must have been sending before.
      if (row === undefined || row.sentAtMs === null)
        broken(`5: ${requestId} is sent, and the ledger says ${row?.status ?? 'nothing'}`)
      const order = [...charged].find(({ id }) => id === row?.orderId)
      if (order && showsPaid(order, askedAtMs.get(requestId) ?? 0))
        broken(
          `1: ${requestId} is sent, and order ${order.id} showed a charge of ours before it was asked for`,
        )
      const atMs = askedAtMs.get(requestId) ?? 0
      if (order && mustLookFirst(rows, order.id) && showsForeign(order, atMs))
        broken(`1: ${requestId} is sent, and order ${order.id} showed a charge that is of none of ours`)
    },

    makings: createMakings({ rows, now, hasTrueClocks, broken, wasTold: (requestId) => told.has(requestId) }),

    turnedAway: (requestId) => void sent.delete(requestId),

    charged(order, charge) {
      truth.add(charge, order)
      const request = answers.requestOf(charge.requestId)
      const wrong =
        request &&
        notAgreed({
          request,
          askedAtMs: askedAtMs.get(charge.requestId) ?? 0,
          order,
          charge,
          cart: cartOf(order.cartId),
          others: ordersOf(order.cartId).filter((each) => each !== order),
          hasTrueClock,
        })
      if (wrong) broken(wrong)
      charged.add(order)
      // Of one checkout no more may be charged than one of its orders is worth.
      const orders =
        order.cartId === null ? [order] : [...charged].filter((each) => each.cartId === order.cartId)
      const takenMinor = orders.reduce((sum, each) => sum + takenOf(each), 0)
      const dueMinor = Math.max(...orders.map(totalMinorMax))
      if (takenMinor > dueMinor) broken(`1: order ${order.id} of ${dueMinor} is charged ${takenMinor}`)
    },

    finish: (orders: readonly StoreOrder[]) => checkEnd({ rows, orders, truth, mayNeedReview, broken }),
  }
}

/** What we have taken for an order, or may yet take. Two charges by two applications, or one that shows too late, cannot be prevented. */
const takenOf = ({ charges }: StoreOrder): number =>
  charges
    .filter(
      ({ state, isForeign, isVeryLate }) =>
        state !== 'declined' && state !== 'voided' && !isForeign && !isVeryLate,
    )
    .reduce((sum, { amountMinor }) => sum + amountMinor, 0)

/** Whether a charge of ours that pays the order has shown among its transactions for good since before this moment. */
const showsPaid = ({ transactions }: StoreOrder, beforeMs: number): boolean =>
  transactions.some(
    ({ transaction, charge, shown }) =>
      charge?.state === 'charged' &&
      !charge.paysAPart &&
      !charge.isForeign &&
      transaction.event !== 'pending' &&
      shown.fromMs < beforeMs,
  )

/** Whether a payment of the order had ended in doubt before: then a complete look comes before the next charge. */
const mustLookFirst = ({ attempts }: LedgerRows, orderId: number): boolean =>
  attempts.some(
    ({ orderId: of, status, sentAtMs, unsettledSinceMs }) =>
      of === orderId &&
      isFinal(status) &&
      status !== 'succeeded' &&
      sentAtMs !== null &&
      unsettledSinceMs !== null,
  )

const showsForeign = ({ transactions }: StoreOrder, beforeMs: number): boolean =>
  transactions.some(
    ({ charge, shown }) => charge?.isOfAnotherKind && charge.state === 'charged' && shown.fromMs < beforeMs,
  )
