import { describe, expect, test } from 'vitest'
import { conclude } from '../../src/domain/conclusion.ts'
import { judgeDecision } from '../../src/domain/decide-payment.ts'
import { judge } from '../../src/domain/evidence.ts'
import { foreignCharge } from '../../src/domain/foreign-charge.ts'
import type { OrderReading } from '../../src/domain/order.ts'
import type { PaymentAttempt } from '../../src/domain/payment-attempt.ts'
import { orderOf } from '../services/fakes.ts'
import { attemptOf, transactionOf } from './samples.ts'

/*
 * One order, several payments, and charges of other applications: whose is what the order shows? Amounts are in cents, the
 * order's is 60.00 where nothing else is said, and times count from the first payment.
 */
const minute = 60_000
const day = 24 * 60 * minute
const startMs = Date.UTC(2026, 0, 2)
const usd = (amount: number) => ({ amount, currency: 'USD' })

const credit = { instrumentType: 'store_credit', paymentMethodId: 'bigcommerce.store_credit' } as const
const gift = { instrumentType: 'gift_certificate', paymentMethodId: 'bigcommerce.gift_certificate' } as const
const paid = { status: 'succeeded' } as const
const open = {
  status: 'unknown',
  unsettledSinceMs: startMs,
  quiet: { looks: 9, sinceMs: startMs + 70 * minute },
} as const
const notCharged = { status: 'not_charged', unsettledSinceMs: startMs } as const
const declined = { status: 'declined' } as const
const turnedAway = {
  status: 'not_sent',
  unsettledSinceMs: startMs,
  answeredAs: 'turned_away',
  answeredAtMs: startMs,
} as const

const madeAt = (ms: number, ...more: Partial<PaymentAttempt>[]) =>
  attemptOf({
    id: `made-at-${ms}`,
    amount: 6000,
    currency: 'USD',
    orderTotal: 6000,
    createdAtMs: startMs + ms,
    sentAtMs: startMs + ms,
    patIssuedAtMs: startMs + ms,
    patExpiresAtMs: startMs + ms + 60 * minute,
    ...Object.assign({}, ...more),
  })

const row = (id: number, method: string, amount: number, ms: number, more = {}) =>
  transactionOf({
    id,
    method,
    money: usd(amount),
    paymentMethodId: method === 'credit_card' ? 'stripe.card' : `bigcommerce.${method}`,
    createdAtMs: startMs + ms,
    ...more,
  })

const lookedFor = (order: object, transactions: OrderReading['transactions']): OrderReading => ({
  order: orderOf({ total: usd(6000), due: usd(6000), ...order }),
  transactions,
  isWhole: true,
  showsAllVoids: true,
  answeredAtMs: startMs + 90 * minute,
  failures: [],
})
const captured = { statusId: 11, paymentStatus: 'captured' }
const paidInPart = (due: number, total = 6000) => ({
  statusId: 1,
  paymentStatus: 'pending',
  total: usd(total),
  due: usd(due),
})
const endOf = (attempt: PaymentAttempt, reading: OrderReading, others: PaymentAttempt[]) =>
  conclude(attempt, reading, others, startMs + 90 * minute)

describe('parts', () => {
  test('a part that was voided takes no trace from the next payment', () => {
    const first = madeAt(0, credit, paid, { bigcommercePaymentId: '1' })
    const mine = madeAt(10 * minute, credit, open)
    const rows = [
      row(1, 'store_credit', 2000, 1000),
      row(2, 'store_credit', 2000, 5 * minute, { event: 'void', referenceId: 1 }),
      row(3, 'store_credit', 3000, 11 * minute),
    ]
    expect(judge(mine, lookedFor(paidInPart(3000), rows), [first]).kind).toBe('charged')
  })

  test.each([
    ['a part again', credit, row(3, 'store_credit', 3000, 11 * minute), paidInPart(3000)],
    [
      'a card, whose row names no method',
      {},
      row(3, '', 6000, 11 * minute, { paymentMethodId: null }),
      captured,
    ],
  ])(
    'if it is not said whose trace was voided, the next payment is not told as absent: %s',
    (_name, kind, trace, order) => {
      const first = madeAt(0, credit, paid)
      const rows = [
        row(1, 'store_credit', 2000, 1000),
        row(2, 'store_credit', 2000, 5 * minute, { event: 'void', referenceId: 1 }),
        trace,
      ]
      const { end } = endOf(madeAt(10 * minute, kind, open), lookedFor(order, rows), [first])
      expect(end?.status ?? 'in doubt').toMatch(/succeeded|in doubt/)
    },
  )

  test('if a total was not known and the order became dearer, less due may still be this part', () => {
    const first = madeAt(0, credit, paid)
    const mine = madeAt(10 * minute, credit, open, { amount: 3000, orderTotal: null })
    expect(judge(mine, lookedFor(paidInPart(3000, 8000), []), [first]).kind).toBe('unclear')
  })

  test('a total is not guessed from amounts that agree by chance', () => {
    const first = madeAt(0, gift, paid, { orderTotal: null })
    const second = madeAt(3000, gift, paid, { amount: 3000, orderTotal: 5000 })
    const mine = madeAt(minute, gift, open, { amount: 2000, orderTotal: 5000 })
    const rows = [row(1, 'gift_certificate', 2000, 1000), row(2, 'gift_certificate', 1000, 4000)]
    expect(judge(mine, lookedFor(paidInPart(2000, 5000), rows), [first, second]).kind).not.toBe('charged')
  })

  test('two in doubt do not wait for each other, if one of their traces is too old for the later one', () => {
    const first = madeAt(0, credit, turnedAway)
    const second = madeAt(70_000, credit, paid)
    const mine = madeAt(670_000, credit, open, { amount: 5000 })
    const rows = [row(1, 'store_credit', 1000, 71_000), row(2, 'store_credit', 2000, 100_000)]
    const reading = lookedFor(paidInPart(3000), rows)
    expect(endOf(first, reading, [mine, second]).end).toMatchObject({ status: 'succeeded' })
    expect(endOf(mine, reading, [first, second]).end).toMatchObject({ status: 'not_charged' })
  })

  test('what is taken off is accounted for also where another part was given back', () => {
    const first = madeAt(0, credit, paid)
    const second = madeAt(40 * minute, credit, paid)
    const mine = madeAt(130 * minute, gift, open)
    const back = row(2, 'store_credit', 2000, 20 * minute, { event: 'refund' })
    const rows = [row(1, 'store_credit', 2000, 1000), back, row(3, 'store_credit', 2000, 41 * minute)]
    const seen = (more = {}) => ({ ...lookedFor(paidInPart(4000), rows), ...more })
    expect(judge(mine, seen(), [first, second]).kind).toBe('absent')
    // More is taken off than they account for, or what was given back may be this one's.
    expect(judge(mine, seen({ order: lookedFor(paidInPart(3000), []).order }), [first, second]).kind).toBe(
      'unclear',
    )
    const unnamed = [...rows.slice(0, 1), { ...back, method: '', paymentMethodId: null }, ...rows.slice(2)]
    expect(judge(mine, seen({ transactions: unnamed }), [first, second]).kind).toBe('unclear')
  })

  test('a void without a reference is of the trace of its own kind', () => {
    const first = madeAt(0, credit, paid)
    const second = madeAt(90_000, gift, paid, { amount: 3000 })
    const mine = madeAt(690_000, open, { amount: 3000 })
    const rows = [
      row(1, 'store_credit', 3000, 1000),
      row(2, 'gift_certificate', 3000, 91_000),
      row(3, 'store_credit', 3000, 600_000, { event: 'void' }),
    ]
    expect(judge(mine, lookedFor(paidInPart(3000), rows), [first, second]).kind).toBe('absent')
  })
})

describe('what is taken off', () => {
  test('is carried over where the total of that time is not known: edits change totals alone', () => {
    const first = madeAt(0, declined)
    const mine = madeAt(10 * minute, gift, open, { amount: 5000, orderTotal: null })
    const cheaper = lookedFor({ ...paidInPart(4500, 5000), paymentStatus: '' }, [])
    expect(endOf(mine, cheaper, [first]).end).toBeNull()
    const credited = madeAt(0, declined, { amount: 5000 })
    const dearer = lookedFor({ total: usd(7000), due: usd(6000) }, [])
    const next = madeAt(10 * minute, gift, open, { amount: 6000, orderTotal: null })
    expect(endOf(next, dearer, [credited]).end).toMatchObject({ status: 'not_charged' })
  })

  test('is nothing on an order of which all is due, however cheap it became', () => {
    const first = madeAt(0, gift, notCharged, { orderTotal: null })
    const mine = madeAt(80 * minute, open, { amount: 5000, orderTotal: 5000 })
    const cheaper = { total: usd(5000), due: usd(5000) }
    expect(judge(mine, lookedFor({ ...captured, ...cheaper }, []), [first]).kind).toBe('charged')
    const unread = { ...lookedFor(cheaper, []), isWhole: false, showsAllVoids: false }
    expect(endOf(first, unread, [])).toMatchObject({ alert: null })
  })

  test.each([
    ['half of it before the card', 8000, 4000, 4000, 4000],
    ['a little before the card, and it was made cheaper since', 4000, 2000, 2000, 6000],
  ])('explains nothing of what is due: %s', (_name, total, due, taken, amount) => {
    const mine = madeAt(0, open, { amount, orderTotal: 8000 })
    const reading = lookedFor({ ...captured, total: usd(total), due: usd(due) }, [
      row(1, 'gift_certificate', taken, -minute),
    ])
    expect(endOf(mine, reading, []).end).toMatchObject({ status: 'succeeded' })
  })

  test('by another application makes the order pending, and not the card that was sent before', () => {
    const reading = lookedFor(paidInPart(4000), [row(1, 'gift_certificate', 2000, minute)])
    expect(endOf(madeAt(0, open, { quiet: null }), reading, []).end).toBeNull()
    expect(endOf(madeAt(0, open), reading, []).end).toMatchObject({ status: 'not_charged' })
    // What was taken off before says nothing of who makes it pending.
    const before = madeAt(0, open, { amount: 4000 })
    expect(endOf(before, reading, []).end).toMatchObject({ status: 'pending' })
  })
})

describe('voids', () => {
  const authorised = row(1, 'credit_card', 6000, 1000, { event: 'authorization' })

  test.each([
    ['token', 'stripe.card'],
    ['bigpay_token', 'stripe.card'],
    ['custom', null],
    ['credit_card', 'stripe'],
  ])('cancel also where they are spelt as %s of %s', (method, paymentMethodId) => {
    const voided = row(2, method, 6000, 2000, { event: 'void', paymentMethodId })
    const reading = lookedFor({ statusId: 6, paymentStatus: 'void' }, [authorised, voided])
    expect(endOf(madeAt(0, open), reading, []).end).toMatchObject({ status: 'declined' })
    const later = madeAt(30_000, open)
    const unsaid = lookedFor({ statusId: 0, paymentStatus: '' }, [authorised, voided])
    expect(endOf(later, unsaid, [madeAt(0, declined)]).end?.status).not.toBe('succeeded')
  })

  test('of another kind leave it open whether they cancel the only one that they can be of', () => {
    const voided = row(2, 'store_credit', 6000, 2000, { event: 'void' })
    expect(endOf(madeAt(0, open), lookedFor({}, [authorised, voided]), []).end).toBeNull()
    const said = lookedFor({ statusId: 6, paymentStatus: 'void' }, [authorised, voided])
    expect(endOf(madeAt(0, open), said, []).end).toMatchObject({ status: 'declined' })
  })

  test.each([4, 10])('leave it open whose of two parts they cancelled, %i minutes apart', (minutes) => {
    const rows = [
      row(1, 'store_credit', 2000, 1000),
      row(2, 'store_credit', 2000, minutes * minute - 1000, { event: 'void', referenceId: 1 }),
      row(3, 'store_credit', 3000, minutes * minute + 60_000),
    ]
    const mine = madeAt(minutes * minute, credit, open)
    const { end } = endOf(mine, lookedFor(paidInPart(3000), rows), [madeAt(0, credit, paid)])
    expect(end?.status ?? 'succeeded').toBe('succeeded')
  })

  test('in doubt are not settled by an order that another payment has paid', () => {
    const voided = madeAt(30_000, notCharged)
    const later = madeAt(81 * minute, paid, { holdsOrder: true })
    const rows = [
      row(1, 'credit_card', 6000, 1000, { event: 'authorization', status: 'error' }),
      row(2, 'credit_card', 6000, 50_000, { event: 'authorization' }),
      row(3, 'credit_card', 6000, 60_000, { event: 'void' }),
      row(4, 'credit_card', 6000, 82 * minute),
    ]
    expect(endOf(voided, lookedFor(captured, rows), [madeAt(0, declined), later])).toMatchObject({
      end: null,
    })
  })
})

describe('what the order says of itself', () => {
  test.each(['credit_card', 'electronic_wallet'])(
    'is not explained by a charge elsewhere that was given back: %s',
    (method) => {
      const elsewhere = row(1, method, 6000, -120 * minute)
      const back = {
        ...elsewhere,
        id: 2,
        event: 'refund' as const,
        referenceId: 1,
        createdAtMs: startMs - 60 * minute,
      }
      expect(endOf(madeAt(0, open), lookedFor(captured, [elsewhere, back]), []).end).toMatchObject({
        status: 'succeeded',
      })
      const refunded = lookedFor({ statusId: 4, paymentStatus: 'refunded' }, [elsewhere, back])
      expect(endOf(madeAt(0, open), refunded, []).end).toMatchObject({ status: 'not_charged' })
    },
  )

  test.each([
    [
      'made cheaper, then paid in cash',
      5000,
      5000,
      row(1, 'offline', 5000, minute, { paymentMethodId: 'cash' }),
    ],
    [
      'made cheaper, then paid by PayPal',
      5000,
      5000,
      row(1, 'electronic_wallet', 5000, minute, { paymentMethodId: 'paypalcommerce.paypal' }),
    ],
    [
      'paid in part by the merchant, the rest by PayPal',
      6000,
      5000,
      row(1, 'electronic_wallet', 5000, minute, { paymentMethodId: 'paypalcommerce.paypal' }),
    ],
  ])('an order that was %s is not told as our success', (_name, total, due, trace) => {
    const reading = lookedFor({ ...captured, total: usd(total), due: usd(due) }, [trace])
    expect(judge(madeAt(0, open), reading, []).kind).toBe('absent')
    const ended = { ...madeAt(0, open), status: 'not_charged' as const }
    expect(endOf(ended, reading, []).end).toBeNull()
  })

  test('it is not of this payment, if the trace of an earlier one is shown that was told as not charged', () => {
    const first = madeAt(0, turnedAway)
    const mine = madeAt(70_000, open, { amount: 8000, orderTotal: 8000 })
    const rows = [row(1, 'credit_card', 6000, 100_000)]
    const reading = lookedFor({ ...captured, total: usd(8000), due: usd(8000) }, rows)
    expect(judge(mine, reading, [first]).kind).not.toBe('charged')
  })

  test('it is not of a card, if balances have taken all off since it was prepared', () => {
    const first = madeAt(0, gift, { status: 'not_charged', unsettledSinceMs: startMs })
    const mine = madeAt(80 * minute, open)
    const absent = { kind: 'absent', isPaidOtherwise: true }
    for (const others of [[], [first]])
      expect(judge(mine, lookedFor({ ...captured, due: usd(0) }, []), others)).toMatchObject(absent)
    // Of a part we do not know which of the two is meant.
    expect(judge(mine, lookedFor({ ...captured, due: usd(4000) }, []), []).kind).toBe('unclear')
    expect(judge(mine, lookedFor(captured, []), [first]).kind).toBe('charged')
  })

  test('a charge elsewhere that was given back before ours began leaves no doubt about ours', () => {
    const elsewhere = row(1, 'credit_card', 6000, -120 * minute)
    const back = { ...row(2, 'credit_card', 6000, -60 * minute), event: 'refund' as const, referenceId: 1 }
    expect(foreignCharge(lookedFor({}, [elsewhere, back]), [])).toBe('none')
    expect(judge(madeAt(0, open), lookedFor({}, [elsewhere, back]), []).kind).toBe('absent')
    expect(judge(madeAt(0, open), lookedFor({}, [elsewhere]), []).kind).toBe('unclear')
  })
})

describe('several in doubt', () => {
  test('a late charge that the order alone shows stays noted, also when another payment is looked at', () => {
    const first = madeAt(0, gift, { status: 'not_charged', unsettledSinceMs: startMs })
    const second = madeAt(80 * minute, { status: 'not_charged', unsettledSinceMs: startMs })
    const reading = lookedFor({ ...captured, due: usd(0) }, [])
    expect(endOf(first, reading, [second]).isUnaccounted).toBe(true)
    expect(endOf(second, reading, [first]).isUnaccounted).toBeNull()
    expect(endOf(second, lookedFor({}, []), [first]).isUnaccounted).toBe(false)
  })

  test('a success clears no note of a charge that may be of one in doubt', () => {
    const ended = madeAt(0, { status: 'not_charged', unsettledSinceMs: startMs })
    const part = madeAt(80 * minute, gift, paid)
    const rows = [row(1, 'credit_card', 6000, 1000), row(2, 'gift_certificate', 6000, 81 * minute)]
    const reading = lookedFor({ ...captured, due: usd(0) }, rows)
    expect(endOf(part, reading, [ended])).toMatchObject({ isUnaccounted: null, alert: null })
    expect(endOf(part, lookedFor({ ...captured, due: usd(0) }, rows.slice(1)), [ended]).isUnaccounted).toBe(
      false,
    )
  })

  test('a charge that either of two may have made corrects none of them, and people are told', () => {
    const first = madeAt(0, turnedAway)
    const second = madeAt(70_000, turnedAway)
    const reading = lookedFor(captured, [row(1, 'credit_card', 6000, 100_000)])
    expect(endOf(first, reading, [second])).toMatchObject({ end: null, alert: 'late_charge' })
    expect(endOf(second, reading, [first])).toMatchObject({ end: null, alert: 'late_charge' })
  })

  test('a charge that was made before the second began is the first one’s', () => {
    const first = madeAt(0, turnedAway)
    const second = madeAt(70_000, turnedAway)
    const reading = lookedFor(captured, [row(1, 'credit_card', 6000, 60_000)])
    expect(endOf(first, reading, [second]).end).toMatchObject({ status: 'succeeded' })
    expect(endOf(second, reading, [first]).end).toBeNull()
  })

  test('a charge that an open one has made explains no success, and so makes no other trace free', () => {
    const part = madeAt(0, gift, paid, { unsettledSinceMs: startMs })
    const ended = madeAt(5_000, { status: 'not_charged', unsettledSinceMs: startMs, amount: 3000 })
    const mine = madeAt(120 * minute, open, { amount: 3000 })
    const unnamed = { method: '', paymentMethodId: null }
    const rows = [row(1, '', 3000, 10_000, unnamed), row(2, '', 3000, 125 * minute, unnamed)]
    const reading = lookedFor({ ...paidInPart(3000), paymentStatus: 'authorized', statusId: 7 }, rows)
    expect(endOf(ended, reading, [part, mine])).toMatchObject({ end: null, alert: null })
    expect(endOf(mine, reading, [part, ended]).end).toMatchObject({ status: 'succeeded' })
    const closed = { ...mine, status: 'succeeded' as const }
    expect(endOf(ended, reading, [part, closed])).toMatchObject({ end: null, alert: null })
  })

  test('nor does it wait for an open one that cannot have made it', () => {
    const first = madeAt(0, turnedAway)
    const mine = madeAt(400_000, open)
    const reading = lookedFor(captured, [row(1, 'credit_card', 6000, 30_000)])
    const ends = [endOf(first, reading, [mine]), endOf(mine, reading, [first])]
    expect(ends.some(({ end }) => end !== null)).toBe(true)
  })
})

describe('what a person may decide', () => {
  const atMs = startMs + 30 * day
  const decided = (attempt: PaymentAttempt, seen: OrderReading, others: PaymentAttempt[]) => {
    const reading = { ...seen, answeredAtMs: atMs }
    const conclusion = conclude(attempt, reading, others, atMs)
    return judgeDecision('not-charged', attempt, conclusion, reading, atMs).kind
  }
  const waiting = madeAt(81 * minute, open, { status: 'needs_review', quiet: null })

  test('that a card was not charged where a certificate has taken all', () => {
    const first = madeAt(0, gift, notCharged)
    expect(decided(waiting, lookedFor({ ...captured, due: usd(0) }, []), [first])).toBe('decided')
  })

  test('nor is it kept from that by an old charge that two others may have made', () => {
    const doubtful = [madeAt(0, turnedAway), madeAt(70_000, notCharged)]
    const reading = lookedFor(captured, [row(1, 'credit_card', 6000, 170_000)])
    expect(decided(waiting, reading, doubtful)).toBe('decided')
    expect(decided(waiting, reading, [])).toBe('refused')
  })
})

test('looks that bring nothing now and then do not hold an untouched order', () => {
  const every10s = (isLost: (look: number) => boolean) => {
    let mine = madeAt(0, open, { quiet: null })
    for (let look = 0; look < 360; look++) {
      const atMs = startMs + 66 * minute + look * 10_000
      const reading = isLost(look) ? null : { ...lookedFor({}, []), answeredAtMs: atMs }
      const { end, quiet } = conclude(mine, reading, [], atMs)
      if (end) return look / 6
      mine = { ...mine, quiet }
    }
    return Number.POSITIVE_INFINITY
  }
  expect(every10s(() => false)).toBe(10)
  expect(every10s((look) => look % 30 === 0)).toBeLessThan(11)
})

test('a sign between quiet looks starts them anew', () => {
  const mine = madeAt(0, open, { quiet: { looks: 2, sinceMs: startMs + 70 * minute } })
  const odd = lookedFor({}, [row(1, 'unheard_of', 6000, minute, { paymentMethodId: null })])
  expect(endOf(mine, odd, [])).toMatchObject({ end: null, quiet: null })
  const partly = { ...lookedFor({}, []), isWhole: false }
  expect(endOf(mine, partly, []).quiet).toEqual(mine.quiet)
})

describe('what was answered, and proves little', () => {
  const answered = (answeredAs: 'refused' | 'turned_away') => ({ answeredAs, answeredAtMs: startMs })

  test('turned away twice and with a person since, it ends by quiet looks', () => {
    let one = madeAt(0, open, { ...answered('turned_away'), status: 'needs_review', quiet: null })
    const ends = Array.from({ length: 3 }, (_, look) => {
      const atMs = startMs + 8 * day + look * day
      const { end, quiet } = conclude(one, { ...lookedFor({}, []), answeredAtMs: atMs }, [], atMs)
      one = { ...one, quiet }
      return end?.status ?? null
    })
    expect(ends).toEqual([null, null, 'not_charged'])
  })

  test('a duplicate (30105) is no decline because something pending has failed', () => {
    const one = madeAt(0, open, { bigcommerceCode: 30105, quiet: null })
    const pending = row(1, 'credit_card', 6000, 1000, { event: 'pending' })
    for (const end of [
      { status: 'error', event: 'purchase' },
      { status: 'ok', event: 'void' },
    ]) {
      const reading = lookedFor({}, [pending, row(2, 'credit_card', 6000, 2000, { ...end, referenceId: 1 })])
      expect(endOf(one, reading, []).end).toBeNull()
      expect(endOf({ ...one, bigcommerceCode: null }, reading, []).end).toMatchObject({ status: 'declined' })
    }
  })

  test('and a person can say that it was not charged', () => {
    const one = madeAt(0, open, { ...answered('turned_away'), status: 'needs_review', quiet: null })
    const atMs = startMs + 8 * day
    const reading = { ...lookedFor({}, []), answeredAtMs: atMs }
    const conclusion = conclude(one, reading, [], atMs)
    expect(judgeDecision('not-charged', one, conclusion, reading, atMs)).toMatchObject({ kind: 'decided' })
  })

  test.each([
    ['refused', 'declined'],
    ['turned_away', 'not_sent'],
  ] as const)('a bank payment that was %s has its window as any other', (as, status) => {
    const one = madeAt(0, open, { ...answered(as), instrumentType: 'stored_bank_account', quiet: null })
    const atMs = startMs + 2 * minute
    expect(conclude(one, { ...lookedFor({}, []), answeredAtMs: atMs }, [], atMs).end).toMatchObject({
      status,
    })
  })
})
