import type { Order, OrderReading } from '../../src/domain/order.ts'
import { isInDoubt, isUnsettled, type OrderAttempt } from '../../src/domain/payment-attempt.ts'
import type { Transaction } from '../../src/domain/transaction.ts'
import { attemptOf, transactionOf } from '../domain/samples.ts'
import { orderOf } from '../services/fakes.ts'

/** When something was: while the first attempt's token was good, while the second's was, or not said. */
export type Time = 'early' | 'late' | 'unsaid'

export const MINE = ['unknown', 'pending', 'needs_review', 'succeeded', 'not_charged', 'declined'] as const
export const REASONS = ['none', 'duplicate', 'bank_account'] as const
export const ORDER_WORDS = ['away', '', 'captured', 'authorized', 'void', 'pending'] as const
export const TRANSACTIONS = ['whole', 'part', 'away'] as const
export const MOMENTS = ['soon', 'quiet', 'week'] as const

/** Another attempt on the order; what ended without a charge ended in doubt. */
export interface Other {
  readonly status: 'succeeded' | 'unknown' | 'not_charged'
  readonly isGift: boolean
  readonly time: 'early' | 'late'
}

/** A charge of the amount that is due, as the transactions show it. */
export interface Shown {
  readonly event: 'purchase' | 'authorization'
  readonly time: Time
  readonly isVoid: boolean
}

/** Everything that a word about one attempt hangs on, each of it in few kinds. The attempt's token was good early. */
export interface World {
  /** What ended without a charge: `not_charged` in doubt, `declined` without. */
  readonly mine: (typeof MINE)[number]
  /** Why absence would not end it. */
  readonly reason: (typeof REASONS)[number]
  readonly other: Other | null
  readonly shown: readonly Shown[]
  readonly order: (typeof ORDER_WORDS)[number]
  readonly transactions: (typeof TRANSACTIONS)[number]
  /** Before the token expired; long after, as the last of some quiet looks; or a week after, where none was quiet. */
  readonly moment: (typeof MOMENTS)[number]
}

const OTHERS: readonly (Other | null)[] = [
  null,
  ...(['early', 'late'] as const).flatMap((time) => [
    { status: 'succeeded' as const, isGift: false, time },
    { status: 'succeeded' as const, isGift: true, time },
    { status: 'unknown' as const, isGift: false, time },
    { status: 'not_charged' as const, isGift: false, time },
  ]),
]

const EACH: readonly Shown[] = (['purchase', 'authorization'] as const).flatMap((event) =>
  (['early', 'late', 'unsaid'] as const).flatMap((time) =>
    [false, true].map((isVoid) => ({ event, time, isVoid })),
  ),
)
const UP_TO_TWO: readonly (readonly Shown[])[] = [
  [],
  ...EACH.map((one) => [one]),
  ...EACH.flatMap((one, index) => EACH.slice(index).map((another) => [one, another])),
]

/** All of them: a few hundred thousand. */
export function* worlds(): Generator<World> {
  for (const mine of MINE)
    for (const reason of isUnsettled(mine) ? REASONS : (['none'] as const))
      for (const other of OTHERS)
        for (const order of ORDER_WORDS)
          for (const transactions of TRANSACTIONS)
            for (const shown of transactions === 'away' ? [[]] : UP_TO_TWO)
              for (const moment of isUnsettled(mine) ? MOMENTS : (['soon'] as const))
                yield { mine, reason, other, shown, order, transactions, moment }
}

const minute = 60_000
const hour = 60 * minute
const startMs = Date.UTC(2026, 0, 2)
const issuedAtMs = { early: startMs, late: startMs + 2 * hour }
const dueMinor = 6_000

const attempt = (id: string, time: 'early' | 'late', more: Partial<OrderAttempt>): OrderAttempt =>
  attemptOf({
    id,
    amount: dueMinor,
    currency: 'USD',
    createdAtMs: issuedAtMs[time],
    sentAtMs: issuedAtMs[time],
    patIssuedAtMs: issuedAtMs[time],
    patExpiresAtMs: issuedAtMs[time] + hour,
    unsettledSinceMs: issuedAtMs[time] + minute,
    ...more,
  })

/** The world in the service's own terms. */
export function inService({ mine, reason, other, shown, order, transactions, moment }: World) {
  const answeredAtMs = moment === 'soon' ? startMs + 10 * minute : startMs + 3 * hour
  const me = attempt('mine', 'early', {
    status: mine,
    holdsOrder: mine === 'succeeded',
    unsettledSinceMs: mine === 'declined' || mine === 'succeeded' ? null : startMs + minute,
    pendingSinceMs: mine === 'pending' ? startMs + minute : null,
    bigcommerceCode: reason === 'duplicate' ? 30105 : null,
    instrumentType: reason === 'bank_account' ? 'stored_bank_account' : 'card',
    quiet: moment === 'quiet' ? { looks: 5, sinceMs: startMs + 2 * hour } : null,
  })
  const others = other ? [otherOf(other)] : []
  const reading: OrderReading = {
    order: order === 'away' ? null : shownOrder(order, other),
    transactions: shown.flatMap(rowsOf),
    isWhole: transactions === 'whole' && order !== 'away',
    showsAllVoids: transactions === 'whole',
    answeredAtMs,
    failures: [],
  }
  const nowMs = moment === 'week' ? startMs + 8 * 24 * hour : answeredAtMs
  return { me, others, reading, nowMs, isInDoubt: isInDoubt(me) }
}

const otherOf = ({ status, isGift, time }: Other): OrderAttempt =>
  attempt('other', time, {
    status,
    holdsOrder: status !== 'not_charged' && !isGift,
    unsettledSinceMs: status === 'succeeded' ? null : issuedAtMs[time] + minute,
    ...(isGift
      ? { instrumentType: 'gift_certificate', paymentMethodId: 'bigcommerce.gift_certificate' }
      : {}),
  })

/** An order whose part is paid stays Pending, and says pending of it. */
function shownOrder(paymentStatus: Exclude<World['order'], 'away'>, other: Other | null): Order {
  if (other?.isGift && paymentStatus === '') return orderOf({ statusId: 1, paymentStatus: 'pending' })
  const statusId = { '': 0, captured: 11, authorized: 7, void: 0, pending: 7 }[paymentStatus]
  return orderOf({ statusId, paymentStatus })
}

function rowsOf({ event, time, isVoid }: Shown, index: number): Transaction[] {
  const id = 10 * (index + 1)
  const createdAtMs = time === 'unsaid' ? null : issuedAtMs[time] + minute
  const start = transactionOf({ id, event, createdAtMs, money: { amount: dueMinor, currency: 'USD' } })
  return isVoid ? [start, { ...start, id: id + 1, event: 'void', referenceId: id }] : [start]
}
