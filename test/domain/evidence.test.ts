import { describe, expect, test } from 'vitest'
import { judge } from '../../src/domain/evidence.ts'
import type { Order, OrderReading } from '../../src/domain/order.ts'
import type { PaymentAttempt } from '../../src/domain/payment-attempt.ts'
import type { InstrumentType } from '../../src/domain/payment-instrument.ts'
import type { Transaction } from '../../src/domain/transaction.ts'
import { orderOf as order } from '../services/fakes.ts'
import { attemptOf, transactionOf as transaction } from './samples.ts'

const hour = 60 * 60_000
const due = { amount: 6098, currency: 'USD' }
const issuedAtMs = Date.UTC(2026, 0, 2, 3, 4, 5)
const attempt = attemptOf({
  status: 'unknown',
  ...due,
  patIssuedAtMs: issuedAtMs,
  patExpiresAtMs: issuedAtMs + hour,
})
const gift = attemptOf({
  ...attempt,
  instrumentType: 'gift_certificate',
  paymentMethodId: 'bigcommerce.gift_certificate',
})
let lastId = 0
/** Another attempt on the order, which came before this one. */
const earlier = (change: Partial<PaymentAttempt> = {}): PaymentAttempt => ({
  ...attempt,
  id: `earlier-${++lastId}`,
  status: 'declined',
  createdAtMs: attempt.createdAtMs - 1_000 + lastId,
  ...change,
})
const declinedBefore = earlier()
const certificate = earlier({ ...gift, id: 'certificate', status: 'succeeded' })

function verdict(
  transactions: Transaction[],
  {
    of = attempt,
    given = order(),
    others = [],
    ...reading
  }: { of?: PaymentAttempt; given?: Order | null; others?: PaymentAttempt[] } & Partial<OrderReading> = {},
) {
  return judge(
    of,
    {
      order: given,
      transactions,
      isWhole: true,
      showsAllVoids: true,
      answeredAtMs: issuedAtMs,
      failures: [],
      ...reading,
    },
    others,
  )
}

const untouched = { kind: 'absent', word: 'not_charged' }
const seemsDeclined = { kind: 'absent', word: 'declined' }

describe('charged is said of', () => {
  test.each([
    ['a purchase', [transaction()], 'purchase'],
    ['an authorisation', [transaction({ event: 'authorization' })], 'authorization'],
    [
      'an authorisation that was captured',
      [transaction({ event: 'authorization' }), transaction({ event: 'capture' })],
      'purchase',
    ],
    ['a capture alone', [transaction({ event: 'capture' })], 'purchase'],
    ['a pending payment that came through', [transaction({ event: 'pending' }), transaction()], 'purchase'],
    ['a purchase that names no method', [transaction({ paymentMethodId: null })], 'purchase'],
  ])('%s, once', (_name, transactions, transactionType) => {
    expect(verdict(transactions)).toEqual({
      kind: 'charged',
      by: 'transactions',
      transactionType,
      charges: 1,
      sure: 1,
      isDated: false,
    })
  })

  test('two purchases, which a person must hear of', () => {
    expect(verdict([transaction(), transaction()])).toMatchObject({ kind: 'charged', charges: 2 })
  })

  test.each(['captured', 'paid', 'authorized'])(
    'an order that says %s where the gateway records nothing',
    (paymentStatus) => {
      expect(verdict([], { given: order({ statusId: 11, paymentStatus }) })).toMatchObject({
        kind: 'charged',
        charges: 1,
      })
    },
  )

  test('a gift certificate that paid less than was due', () => {
    const part = transaction({
      money: { amount: 2000, currency: 'USD' },
      paymentMethodId: gift.paymentMethodId,
    })
    expect(verdict([part], { of: gift })).toMatchObject({ kind: 'charged' })
  })
})

describe('charged is not said of', () => {
  test.each([
    ['a larger amount', transaction({ money: { amount: 6099, currency: 'USD' } })],
    ['a smaller amount', transaction({ money: { amount: 6097, currency: 'USD' } })],
    ['another currency', transaction({ money: { amount: 6098, currency: 'EUR' } })],
    ['another method', transaction({ paymentMethodId: 'authorizenet.card' })],
    ['a gift certificate', transaction({ paymentMethodId: null, method: 'gift_certificate' })],
    ['an amount that is none', transaction({ money: null })],
    ['a refund', transaction({ event: 'refund' })],
    ['a purchase that is not done yet', transaction({ status: 'pending' })],
  ])('%s', (_name, other) => {
    expect(verdict([other]).kind).not.toBe('charged')
  })

  test.each([
    'offline',
    'custom',
    'offsite',
    'apple_pay_card',
    'apple_pay_token',
    'electronic_wallet',
    'store_credit',
  ])('what no card of ours is told as, whether it names our method or none: %s', (method) => {
    for (const paymentMethodId of [null, attempt.paymentMethodId])
      for (const event of ['purchase', 'authorization', 'pending'])
        expect(verdict([transaction({ method, event, paymentMethodId })])).toMatchObject(untouched)
  })

  test('what a stored PayPal account or a bank account is not told as', () => {
    const by = (instrumentType: InstrumentType, method: string) =>
      verdict([transaction({ method, paymentMethodId: null })], { of: { ...attempt, instrumentType } }).kind
    expect(by('stored_paypal_account', 'electronic_wallet')).toBe('charged')
    expect(by('stored_paypal_account', 'offline')).toBe('absent')
    expect(by('stored_bank_account', 'bigpay_token')).toBe('charged')
    expect(by('stored_bank_account', 'custom')).toBe('unclear')
    expect(by('stored_bank_account', 'offline')).toBe('absent')
    expect(by('gift_certificate', 'credit_card')).toBe('unclear')
  })

  test('a kind in a word that we do not know, which proves neither that nor the opposite', () => {
    const odd = transaction({ method: 'carrier_pigeon', paymentMethodId: null })
    expect(verdict([odd])).toEqual({ kind: 'unclear', isSign: true })
    expect(verdict([{ ...odd, paymentMethodId: attempt.paymentMethodId }])).toMatchObject({ kind: 'charged' })
    expect(verdict([{ ...odd, paymentMethodId: 'adyenv2.scheme' }])).toMatchObject(untouched)
    const began = { ...odd, id: 700, event: 'pending' }
    const failed = { ...odd, status: 'error', referenceId: 700 }
    expect(verdict([began, failed]).kind).not.toBe('failed')
  })

  test('the trace of an earlier gift certificate, when this one is the second', () => {
    const first = transaction({
      money: { amount: 2000, currency: 'USD' },
      paymentMethodId: gift.paymentMethodId,
    })
    expect(verdict([first], { of: gift, others: [certificate] }).kind).not.toBe('charged')
  })

  test('the nameless trace of an earlier part, paid by another method', () => {
    const part = transaction({ money: { amount: 2000, currency: 'USD' }, paymentMethodId: null })
    expect(
      verdict([part], { of: gift, others: [{ ...certificate, paymentMethodId: 'bigcommerce.store_credit' }] })
        .kind,
    ).not.toBe('charged')
  })

  test('an order that was paid elsewhere, by another method', () => {
    const elsewhere = transaction({ paymentMethodId: 'paypal.express' })
    expect(verdict([elsewhere], { given: order({ statusId: 11, paymentStatus: 'captured' }) })).toEqual({
      kind: 'absent',
      word: 'not_charged',
      isPaidOtherwise: true,
    })
  })
})

describe('a decline', () => {
  const decline = (change: Partial<Transaction> = {}) => transaction({ status: 'error', ...change })

  test('that ends a pending payment of this attempt is its end', () => {
    const pending = transaction({ event: 'pending' })
    expect(verdict([pending, decline({ referenceId: pending.id })]).kind).toBe('failed')
    expect(verdict([pending, decline({ referenceId: 4711 })]).kind).not.toBe('failed')
  })

  test('that ends a pending payment is not counted against the cards that were declined at once before it', () => {
    const pending = transaction({ event: 'pending' })
    const ended = [pending, decline({ referenceId: pending.id })]
    expect(verdict(ended, { others: [declinedBefore] }).kind).toBe('failed')
  })

  test('that ends an earlier pending payment says nothing of this one', () => {
    const first = transaction({ event: 'pending' })
    const ended = [first, decline({ referenceId: first.id })]
    const others = [earlier({ unsettledSinceMs: 1 })]
    expect(verdict(ended, { others })).toMatchObject(untouched)
    const pending = transaction({ event: 'pending' })
    // The earlier one may also be of a shopper who pays elsewhere, as long as this one is still open.
    expect(verdict([...ended, pending]).kind).toBe('pending')
    expect(verdict([...ended, pending], { others }).kind).toBe('pending')
    expect(verdict([...ended, pending, decline({ referenceId: pending.id })], { others }).kind).toBe('failed')
  })

  test('of an earlier pending payment that a look has seen, and this one does not yet, makes this one neither pending nor free', () => {
    const first = transaction({ event: 'pending' })
    const others = [earlier({ status: 'declined', unsettledSinceMs: 1, pendingSinceMs: 1 })]
    const unclear = { kind: 'unclear', isSign: true }
    const busy = order({ statusId: 7, paymentStatus: 'pending' })
    expect(verdict([first], { others })).toEqual(unclear)
    expect(verdict([first], { others, given: busy })).toEqual(unclear)
    expect(verdict([], { others, given: busy })).toEqual(unclear)
    // One more than can be theirs is this one's; and what others have not been is.
    expect(verdict([first, transaction({ event: 'pending' })], { others }).kind).toBe('pending')
    expect(verdict([first], { others: [earlier({ status: 'declined' })] }).kind).toBe('pending')
    expect(verdict([], { given: busy }).kind).toBe('pending')
    // Its end shows: what is open now is this one's.
    const ended = [first, decline({ referenceId: first.id })]
    expect(verdict(ended, { others })).toMatchObject(untouched)
    expect(verdict([...ended, transaction({ event: 'pending' })], { others }).kind).toBe('pending')
  })

  test('more than our other attempts account for only seems to be this one: the shopper may have tried elsewhere', () => {
    expect(verdict([decline()])).toMatchObject(seemsDeclined)
    expect(verdict([decline()], { others: [declinedBefore] })).toMatchObject(untouched)
    expect(verdict([decline(), decline()], { others: [declinedBefore] })).toMatchObject(seemsDeclined)
  })

  test('of the whole order only seems to be of this attempt', () => {
    expect(verdict([], { given: order({ statusId: 6, paymentStatus: 'declined' }) })).toMatchObject(
      seemsDeclined,
    )
  })

  test('counts for nothing beside a charge, or while BigCommerce is still at it', () => {
    expect(verdict([decline(), transaction()]).kind).toBe('charged')
    const busy = order({ statusId: 7, paymentStatus: 'pending' })
    expect(verdict([transaction({ event: 'pending' }), decline()], { given: busy }).kind).toBe('pending')
  })
})

describe('a part payment where the gateway records nothing', () => {
  const money = (amount: number) => ({ amount, currency: 'USD' })
  const part = { ...certificate, status: 'unknown' as const, amount: 4098, orderTotal: 6098 }
  const earlier = { ...certificate, id: 'earlier', patIssuedAtMs: 0, amount: 6098, orderTotal: 6098 }
  const shown = (due: number) =>
    order({ statusId: 1, paymentStatus: 'pending', total: money(6098), due: money(due) })
  const said = (due: number, others = [earlier]) => verdict([], { of: part, others, given: shown(due) })

  test('is in doubt where less is due than its access token said', () => {
    expect(said(3098)).toEqual({ kind: 'unclear', isSign: true })
    expect(said(4098)).toMatchObject({ kind: 'absent', word: 'not_charged' })
  })

  test('unless a later part explains it', () => {
    const later = { ...earlier, id: 'later', patIssuedAtMs: Date.UTC(2030, 0, 1) }
    expect(said(3098, [earlier, later])).toMatchObject({ kind: 'absent' })
  })
})

test('pending is said of a pending transaction, and of a pending order unless it is paid in part', () => {
  expect(verdict([transaction({ event: 'pending' })]).kind).toBe('pending')
  expect(verdict([], { given: order({ statusId: 7, paymentStatus: 'pending' }) }).kind).toBe('pending')
  expect(verdict([], { given: order({ statusId: 12, paymentStatus: 'held for review' }) }).kind).toBe(
    'pending',
  )
  const partPaid = {
    given: order({ statusId: 1, paymentStatus: 'pending' }),
    others: [certificate],
  }
  expect(verdict([], partPaid)).toMatchObject(untouched)
})

test('absent is said only of an order in a state that no payment has', () => {
  for (const statusId of [0, 1, 5, 6]) expect(verdict([], { given: order({ statusId }) }).kind).toBe('absent')
  for (const statusId of [2, 3, 4, 8, 9, 10, 11, 12, 13, 14])
    expect(verdict([], { given: order({ statusId }) }).kind, String(statusId)).toBe('unclear')
})

test('an order that was edited, and shows no trace, is as good as an untouched one', () => {
  expect(verdict([], { given: order({ due: { amount: 4098, currency: 'USD' } }) })).toMatchObject(untouched)
  expect(verdict([], { given: order({ statusId: 7 }) })).toMatchObject(untouched)
  expect(verdict([], { given: order({ statusId: 7, paymentProviderId: 'ch_1' }) }).kind).toBe('unclear')
  expect(verdict([], { given: order({ statusId: 7, paymentStatus: 'void pending' }) }).kind).toBe('unclear')
})

describe('a partial reading', () => {
  test('proves that a charge is there, by either witness', () => {
    expect(verdict([transaction()], { isWhole: false }).kind).toBe('charged')
    expect(verdict([transaction()], { given: null, isWhole: false }).kind).toBe('charged')
    const paid = order({ statusId: 11, paymentStatus: 'captured' })
    expect(verdict([], { given: paid, isWhole: false }).kind).toBe('charged')
    expect(verdict([transaction({ event: 'pending' })], { given: null, isWhole: false }).kind).toBe('pending')
  })

  test('proves nothing else', () => {
    expect(verdict([], { isWhole: false }).kind).toBe('unclear')
    expect(verdict([transaction({ status: 'error' })], { isWhole: false }).kind).toBe('unclear')
    const pending = transaction({ event: 'pending' })
    const failed = transaction({ status: 'error', referenceId: pending.id })
    expect(verdict([pending, failed], { isWhole: false }).kind).toBe('unclear')
  })
})

test('a success keeps its charge although the clock of BigCommerce was set back before it', () => {
  const credit = { instrumentType: 'store_credit', paymentMethodId: 'bigcommerce.store_credit' } as const
  const mine = { ...attempt, ...credit, amount: 3716, createdAtMs: attempt.createdAtMs + 1_000 }
  const paid = earlier({
    ...attempt,
    ...credit,
    id: 'paid',
    status: 'succeeded',
    createdAtMs: attempt.createdAtMs,
  })
  const its = transaction({
    money: { amount: 2382, currency: 'USD' },
    paymentMethodId: credit.paymentMethodId,
    createdAtMs: issuedAtMs - 2 * 60_000,
  })
  expect(verdict([its], { of: mine, others: [paid] }).kind).not.toBe('charged')
})

describe('a part on an order that has become less due', () => {
  // 40.00 of 100.00 came off by a certificate whose charge showed late; its access token knew nothing of that.
  const money = (amount: number, currency = 'USD') => ({ amount, currency })
  const credit = {
    ...attempt,
    instrumentType: 'store_credit',
    paymentMethodId: 'bigcommerce.store_credit',
    amount: 10_000,
    orderTotal: 10_000,
  } as const
  const gift = { ...certificate, amount: 10_000, orderTotal: 10_000, patIssuedAtMs: issuedAtMs - 3_600_000 }
  const shown = transaction({
    method: 'gift_certificate',
    paymentMethodId: gift.paymentMethodId,
    money: money(4_000),
    createdAtMs: issuedAtMs - 60_000,
  })
  const less = (due: number) =>
    order({ statusId: 1, paymentStatus: 'pending', total: money(10_000), due: money(due) })
  const judged = (rows: Transaction[], given = less(6_000)) =>
    verdict(rows, { of: credit, others: [gift], given })

  test('is not there where the traces of others account for all of it', () => {
    expect(judged([shown])).toMatchObject({ kind: 'absent' })
  })

  test('is not there where the trace of another one, which was told as not charged, accounts for all of it', () => {
    const paid = order({ statusId: 11, paymentStatus: 'paid', total: money(10_000), due: money(0) })
    const late = { ...shown, money: money(10_000) }
    const others = [{ ...gift, status: 'not_charged' as const }]
    expect(verdict([late], { of: credit, others, given: paid })).toMatchObject({ kind: 'absent' })
  })

  describe('where a trace may be of it or of another part', () => {
    const same = { ...credit, id: 'same', patIssuedAtMs: issuedAtMs - 3_600_000 }
    const trace = {
      ...shown,
      method: '',
      paymentMethodId: credit.paymentMethodId,
      money: money(10_000),
      createdAtMs: issuedAtMs + 60_000,
    }
    const paid = order({ statusId: 11, paymentStatus: 'paid', total: money(10_000), due: money(0) })
    const beside = (others: PaymentAttempt[]) => verdict([trace], { of: credit, others, given: paid }).kind

    test('is not there if the other one was told as paid, late', () => {
      expect(beside([{ ...same, status: 'succeeded', unsettledSinceMs: same.createdAtMs }])).toBe('absent')
    })

    test('may be it if only a card was, which takes nothing off', () => {
      const card = { ...same, instrumentType: 'card' as const, status: 'succeeded' as const }
      const unnamed = { ...trace, paymentMethodId: null }
      const others: PaymentAttempt[] = [card, { ...same, id: 'second', status: 'not_charged' }]
      expect(verdict([unnamed], { of: credit, others, given: paid }).kind).toBe('unclear')
    })
  })

  test.each<[string, Transaction[], number]>([
    ['nothing of it', [], 6_000],
    ['a part of it', [shown], 5_999],
    [
      'what was given back',
      [shown, transaction({ event: 'refund', referenceId: shown.id, money: money(1) })],
      6_000,
    ],
    ['money of another currency', [{ ...shown, money: money(4_000, 'EUR') }], 6_000],
    ['a trace that may be its own', [{ ...shown, paymentMethodId: null, method: 'balance' }], 6_000],
  ])('may be it where they account for %s', (_what, rows, due) => {
    expect(judged(rows, less(due)).kind).not.toBe('absent')
  })
})

describe('a part whose answer was lost, of which no transaction is recorded', () => {
  // 30.00 were taken off 100.00, by this certificate.
  const money = (amount: number) => ({ amount, currency: 'USD' })
  const gift = { ...certificate, status: 'unknown' as const, amount: 10_000, orderTotal: 10_000 }
  const earlierMs = issuedAtMs - 60_000
  const taken = { total: money(10_000), due: money(7_000) }
  const judged = (given: ReturnType<typeof order>, rows: Transaction[] = [], others: PaymentAttempt[] = []) =>
    verdict(rows, { of: gift, others, given }).kind
  const card = { ...attempt, id: 'card', amount: 10_000, patIssuedAtMs: earlierMs }
  const cardRow = transaction({ money: money(10_000), createdAtMs: earlierMs })

  test.each<[string, ReturnType<typeof order>]>([
    ['as it was', order(taken)],
    ['dearer by a cent', order({ total: money(10_001), due: money(7_001) })],
    ['cheaper by a discount', order({ total: money(9_000), due: money(6_000) })],
    ['without what is due', order({ total: money(10_000), due: null })],
    ['without a total', order({ total: null, due: null })],
  ])('is not told as absent where the order is %s', (_what, given) => {
    expect(judged(given)).toBe('unclear')
  })

  test('is not told as absent for money that takes nothing off', () => {
    const paid = { ...card, status: 'succeeded' as const }
    const captured = order({ ...taken, statusId: 11, paymentStatus: 'captured' })
    expect(judged(captured, [cardRow], [paid])).not.toBe('absent')
    expect(judged(order(taken), [cardRow], [{ ...card, status: 'not_charged' }])).not.toBe('absent')
    for (const amount of [3_000, 5_000]) {
      const offline = transaction({ method: 'offline', paymentMethodId: null, money: money(amount) })
      expect(judged(order(taken), [offline])).not.toBe('absent')
    }
    const foreign = transaction({
      event: 'authorization',
      paymentMethodId: 'other.card',
      money: money(10_000),
    })
    expect(judged(order(taken), [foreign])).not.toBe('absent')
  })

  test('is not told as absent for another part that was given back', () => {
    const first = { ...gift, id: 'first', status: 'succeeded' as const, bigcommercePaymentId: '901' }
    const row = transaction({
      id: 901,
      method: 'gift_certificate',
      paymentMethodId: gift.paymentMethodId,
      money: money(3_000),
    })
    const refund = transaction({
      event: 'refund',
      method: 'gift_certificate',
      paymentMethodId: null,
      money: money(3_000),
    })
    expect(judged(order(taken), [row, refund], [{ ...first, patIssuedAtMs: earlierMs }])).not.toBe('absent')
  })

  test('is not told as absent as the second of two, whose total was not read', () => {
    const first = { ...gift, id: 'first', status: 'succeeded' as const, patIssuedAtMs: earlierMs }
    const second = { ...gift, amount: 7_000, orderTotal: null }
    const given = order({ statusId: 1, paymentStatus: 'pending', total: money(10_000), due: money(4_000) })
    expect(verdict([], { of: second, others: [first], given }).kind).not.toBe('absent')
  })

  test('is put in order by amounts only where the order cost the same', () => {
    const first = { ...gift, id: 'first', status: 'succeeded' as const, createdAtMs: gift.createdAtMs - 900 }
    const second = { ...gift, amount: 12_000, orderTotal: 15_000 }
    const given = order({ statusId: 1, paymentStatus: 'pending', total: money(15_000), due: money(7_000) })
    expect(verdict([], { of: second, others: [first], given }).kind).not.toBe('absent')
  })
})

describe('an authorisation whose void may be unread', () => {
  const authorization = transaction({ event: 'authorization' })
  const partial = { isWhole: false, showsAllVoids: false }

  test('proves no charge: it may not stand', () => {
    for (const given of [null, order(), order({ paymentStatus: 'void pending' })])
      expect(verdict([authorization], { given, ...partial }).kind).toBe('unclear')
  })

  test('is a charge where the order says so, where it is captured, and where all voids were read', () => {
    for (const paymentStatus of ['authorized', 'captured'])
      expect(verdict([authorization], { given: order({ paymentStatus }), ...partial })).toMatchObject({
        kind: 'charged',
        transactionType: 'authorization',
      })
    const captured = [authorization, transaction({ event: 'capture' })]
    expect(verdict(captured, { given: null, ...partial }).kind).toBe('charged')
    expect(verdict([authorization], { given: null, isWhole: false }).kind).toBe('charged')
  })

  test('takes nothing from a purchase beside it', () => {
    expect(verdict([authorization, transaction()], partial)).toMatchObject({ kind: 'charged', charges: 1 })
  })
})

test('a part-paid order that was cancelled says nothing of the rest', () => {
  const cancelled = order({ statusId: 5, paymentStatus: 'pending' })
  expect(verdict([], { given: cancelled, others: [certificate] })).toMatchObject(untouched)
  expect(verdict([], { given: cancelled }).kind).toBe('pending')
  // Of the rest, perhaps: where the gateway records nothing, only a person can tell.
  for (const paymentStatus of ['captured', 'authorized', 'refunded', 'held for review'])
    expect(
      verdict([], { given: order({ statusId: 5, paymentStatus }), others: [certificate] }).kind,
      paymentStatus,
    ).toBe('unclear')
})

describe('a void', () => {
  const authorization = transaction({ event: 'authorization' })

  test('cancels what it refers to', () => {
    const undone = transaction({ event: 'void', referenceId: authorization.id })
    for (const given of [
      order(),
      order({ statusId: 6, paymentStatus: 'void' }),
      order({ statusId: 5, paymentStatus: 'void' }),
    ])
      expect(verdict([authorization, undone], { given })).toMatchObject(seemsDeclined)
  })

  test('cancels the only charge of its amount where it refers to none, and the order may say it alone', () => {
    expect(verdict([authorization, transaction({ event: 'void' })])).toMatchObject(seemsDeclined)
    expect(verdict([authorization], { given: order({ paymentStatus: 'void' }) })).toMatchObject(seemsDeclined)
  })

  test('cancels nothing while it is pending, or where it failed', () => {
    const pending = order({ statusId: 7, paymentStatus: 'void pending' })
    expect(verdict([authorization], { given: pending }).kind).toBe('charged')
    const failed = transaction({ event: 'void', status: 'error', referenceId: authorization.id })
    expect(verdict([authorization, failed]).kind).toBe('charged')
    const notYet = transaction({ event: 'void', status: 'pending', referenceId: authorization.id })
    expect(verdict([authorization, notYet]).kind).toBe('charged')
  })

  test('of one of two charges leaves the other', () => {
    const undone = transaction({ event: 'void', referenceId: authorization.id })
    expect(verdict([authorization, undone, transaction()])).toMatchObject({ kind: 'charged', charges: 1 })
  })

  test('of a try that failed takes nothing of a charge that stands', () => {
    const refused = transaction({ event: 'authorization', status: 'error' })
    const its = transaction({ event: 'void', referenceId: refused.id })
    const declined = earlier({ ...attempt, id: 'declined', status: 'declined' })
    for (const given of [order(), order({ statusId: 7, paymentStatus: 'authorized' })])
      expect(verdict([refused, authorization, its], { given, others: [declined] })).toMatchObject({
        kind: 'charged',
        charges: 1,
      })
  })

  test('leaves it open where it may be of a try that failed, or names what is not shown, or takes a part', () => {
    const refused = transaction({ event: 'authorization', status: 'error' })
    const declined = earlier({ ...attempt, id: 'declined', status: 'declined' })
    const unnamed = transaction({ event: 'void' })
    const given = order({ paymentStatus: 'void' })
    const isSign = { kind: 'unclear', isSign: true }
    expect(verdict([refused, authorization, unnamed], { others: [declined] })).toMatchObject(isSign)
    expect(verdict([refused, authorization], { given, others: [declined] })).toMatchObject(isSign)
    const itself = transaction({ event: 'void' })
    for (const odd of [
      transaction({ event: 'void', referenceId: 4_711 }),
      { ...itself, referenceId: itself.id },
      transaction({
        event: 'void',
        referenceId: authorization.id,
        money: { amount: 5_000, currency: 'USD' },
      }),
      transaction({
        event: 'void',
        referenceId: authorization.id,
        money: { amount: attempt.amount ?? 0, currency: 'CAD' },
      }),
    ]) {
      expect(verdict([authorization, odd]), JSON.stringify(odd)).toMatchObject(isSign)
      const authorized = order({ statusId: 7, paymentStatus: 'authorized' })
      expect(verdict([authorization, odd], { given: authorized })).toMatchObject({
        kind: 'charged',
        charges: 1,
      })
    }
  })

  test('cancels what a charge began as: a pending payment, or an authorisation of which only the capture is shown', () => {
    const begun = transaction({ event: 'pending' })
    const charged = transaction({ event: 'purchase', referenceId: begun.id })
    expect(verdict([begun, charged, transaction({ event: 'void', referenceId: begun.id })]).kind).not.toBe(
      'charged',
    )
    const captured = transaction({ event: 'capture', referenceId: 4_711 })
    expect(verdict([captured, transaction({ event: 'void', referenceId: 4_711 })])).toMatchObject(
      seemsDeclined,
    )
  })

  test('without an amount, or over none, cancels all of what it refers to', () => {
    for (const money of [null, { amount: 0, currency: 'USD' }])
      expect(
        verdict([authorization, transaction({ event: 'void', referenceId: authorization.id, money })]),
      ).toMatchObject(seemsDeclined)
  })

  test('leaves it open whose charge it cancels, where it could be either', () => {
    const other = transaction({ event: 'authorization' })
    const unplaced = transaction({ event: 'void' })
    expect(verdict([authorization, other, unplaced])).toMatchObject({ kind: 'charged', charges: 1 })
    const paid = earlier({ ...attempt, id: 'paid', status: 'succeeded' })
    expect(verdict([authorization, other, unplaced], { others: [paid] }).kind).toBe('unclear')
  })
})

describe('whose charge it is', () => {
  test("BigCommerce's payment id decides where it is shown", () => {
    const paid = earlier({ status: 'succeeded', bigcommercePaymentId: 'pay-1' })
    const its = transaction({ gatewayTransactionId: 'pay-1' })
    expect(verdict([its], { others: [paid] }).kind).toBe('absent')
    expect(verdict([its, transaction()], { others: [paid] })).toMatchObject({ kind: 'charged', charges: 1 })
    const pending = earlier({ status: 'pending', bigcommercePaymentId: 'pay-1' })
    expect(verdict([its], { others: [pending] }).kind).not.toBe('charged')
    expect(verdict([its], { of: pending, others: [attempt] })).toMatchObject({ kind: 'charged', charges: 1 })
  })

  test('a failed try from before the PAT declines nothing of this attempt', () => {
    const before = transaction({ status: 'error', createdAtMs: issuedAtMs - 24 * hour })
    expect(verdict([before])).toMatchObject({ kind: 'absent', word: 'not_charged' })
    expect(verdict([before, transaction({ status: 'error' })])).toMatchObject(seemsDeclined)
  })

  test('a trace from before the PAT is not of this attempt, and proves no absence either', () => {
    const before = transaction({ createdAtMs: issuedAtMs - hour })
    expect(verdict([before]).kind).toBe('unclear')
    expect(verdict([transaction({ createdAtMs: issuedAtMs + 3 * hour })]).kind).toBe('charged')
  })

  test('once an attempt has ended, a trace from after its PAT is not its own either', () => {
    const ended = { ...attempt, status: 'not_charged' as const }
    expect(verdict([transaction({ createdAtMs: issuedAtMs + hour })], { of: ended }).kind).toBe('charged')
    expect(verdict([transaction({ createdAtMs: issuedAtMs + 2 * hour })], { of: ended }).kind).not.toBe(
      'charged',
    )
  })

  test('of earlier part payments only those are subtracted that the trace can be of', () => {
    const first = { ...certificate, amount: 9000, orderTotal: 9000, createdAtMs: gift.createdAtMs - 1 }
    const second = { ...gift, amount: 3000, orderTotal: 9000 }
    // What was due fell from 90 to 30, so the first certificate paid 60.
    const its = transaction({
      money: { amount: 2500, currency: 'USD' },
      paymentMethodId: gift.paymentMethodId,
    })
    expect(verdict([its], { of: second, others: [first] })).toMatchObject({ kind: 'charged', charges: 1 })
  })

  test('what a part paid is not known once the total of the order changed', () => {
    const first = { ...certificate, amount: 9000, orderTotal: 9000, createdAtMs: gift.createdAtMs - 1 }
    const second = { ...gift, amount: 5000, orderTotal: 11_000 }
    const its = transaction({
      money: { amount: 4500, currency: 'USD' },
      paymentMethodId: gift.paymentMethodId,
    })
    // The first certificate may have paid 45.
    expect(verdict([its], { of: second, others: [first] }).kind).not.toBe('charged')
  })

  test('clocks of BigCommerce that differ by minutes hide no charge of an attempt without an end', () => {
    const stepped = transaction({ createdAtMs: issuedAtMs - 3 * 60_000 })
    expect(verdict([stepped]).kind).toBe('charged')
    expect(verdict([stepped], { of: { ...attempt, status: 'not_charged' } }).kind).not.toBe('charged')
  })

  test('while a part is paid, the word of the order says nothing of the rest', () => {
    const says = order({ statusId: 1, paymentStatus: 'captured' })
    expect(verdict([], { given: says, others: [certificate] })).toMatchObject(untouched)
    const done = order({ statusId: 11, paymentStatus: 'captured' })
    expect(verdict([], { given: done, others: [certificate] }).kind).toBe('unclear')
  })

  test('an order that another attempt has paid says nothing of this one', () => {
    const paid = earlier({ status: 'succeeded' })
    const given = order({ statusId: 11, paymentStatus: 'captured' })
    expect(verdict([], { given, others: [paid] })).toMatchObject({ kind: 'absent', isPaidOtherwise: true })
    expect(verdict([transaction()], { given, others: [paid] }).kind).toBe('absent')
    expect(verdict([transaction(), transaction()], { given, others: [paid] })).toMatchObject({ charges: 1 })
  })
})

test('an order that does not say what is due is untouched as long as its state is', () => {
  expect(verdict([], { given: order({ due: null, total: null }) })).toMatchObject(untouched)
  expect(verdict([], { given: order({ due: null, statusId: null }) }).kind).toBe('unclear')
})

test('a pending payment without an id stays open, whatever refers to nothing', () => {
  const pending = transaction({ id: null, event: 'pending' })
  expect(verdict([pending, transaction({ status: 'error' })], { isWhole: false }).kind).toBe('pending')
})

test('the method is compared without case', () => {
  const spelled = attemptOf({ ...attempt, paymentMethodId: 'Stripe.Card' })
  expect(verdict([transaction()], { of: spelled }).kind).toBe('charged')
})

describe('what a part payment can have paid', () => {
  // 60.98 in all: 30 by a certificate, whose row is not shown, and the rest by a card, whose row names no method.
  const part = { ...certificate, amount: 6098, orderTotal: 6098, patIssuedAtMs: issuedAtMs - 60_000 }
  const rest = { ...attempt, amount: 3098, orderTotal: 6098 }
  const restPaid = transaction({ money: { amount: 3098, currency: 'USD' }, paymentMethodId: null })
  const shown = (total: number, stillDue: number) =>
    order({
      total: { amount: total, currency: 'USD' },
      due: { amount: stillDue, currency: 'USD' },
      statusId: 11,
      paymentStatus: 'captured',
    })
  const judged = (of: PaymentAttempt, others: PaymentAttempt[], given = shown(6098, 3098)) =>
    verdict([restPaid], { of, others, given })

  test('is told by what was due next, whichever instance has the faster clock', () => {
    expect(judged(rest, [part])).toMatchObject({ kind: 'charged' })
    const byFastClock = { ...part, createdAtMs: rest.createdAtMs + 60_000 }
    expect(judged(rest, [byFastClock])).toMatchObject({ kind: 'charged' })
    const before = earlier({
      amount: 6098,
      orderTotal: 6098,
      status: 'not_sent',
      patIssuedAtMs: issuedAtMs - 90_000,
    })
    expect(judged(rest, [{ ...before, createdAtMs: part.createdAtMs + 1 }, part])).toMatchObject({
      kind: 'charged',
    })
  })

  test.each([-60_000, 0, 60_000])(
    'is told by what was due next, where both were prepared within one second by BigCommerce, and by its instances %i ms apart',
    (apartMs) => {
      const atOnce = { ...part, patIssuedAtMs: rest.patIssuedAtMs, createdAtMs: rest.createdAtMs + apartMs }
      expect(judged(rest, [atOnce])).toMatchObject({ kind: 'charged' })
    },
  )

  test('is told by the order where it was not read before the payments', () => {
    const unread = [{ ...part, orderTotal: null }]
    expect(judged({ ...rest, orderTotal: null }, unread)).toMatchObject({ kind: 'charged' })
    expect(judged({ ...rest, orderTotal: null }, unread, shown(7098, 3098))).toMatchObject({
      kind: 'unclear',
      isSign: true,
    })
    expect(judged({ ...rest, orderTotal: null }, unread, shown(6098, 6098))).toMatchObject({
      kind: 'unclear',
      isSign: true,
    })
  })

  test('is not told where the total changed in between: then nothing is said of the rest', () => {
    expect(judged({ ...rest, orderTotal: 7098 }, [part])).toMatchObject({ kind: 'unclear', isSign: true })
  })
})
