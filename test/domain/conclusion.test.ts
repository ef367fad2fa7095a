import { describe, expect, test } from 'vitest'
import { conclude } from '../../src/domain/conclusion.ts'
import type { PaymentAttempt } from '../../src/domain/payment-attempt.ts'
import { orderOf } from '../services/fakes.ts'
import { attemptOf, transactionOf } from './samples.ts'

const issuedAtMs = Date.UTC(2026, 0, 2)
const hour = 60 * 60_000
const ended: PaymentAttempt = attemptOf({
  status: 'not_charged',
  amount: 6098,
  currency: 'USD',
  sentAtMs: issuedAtMs,
  unsettledSinceMs: issuedAtMs + 1_000,
  patIssuedAtMs: issuedAtMs,
  patExpiresAtMs: issuedAtMs + hour,
})
const other = { ...ended, id: 'other' }
const seen = (...transactions: ReturnType<typeof transactionOf>[]) => ({
  order: orderOf(),
  transactions,
  isWhole: true,
  showsAllVoids: true,
  answeredAtMs: issuedAtMs + 3 * hour,
  failures: [],
})
const late = transactionOf({ createdAtMs: issuedAtMs + 1_000 })
const concluded = (
  attempt: PaymentAttempt,
  transactions: ReturnType<typeof transactionOf>[],
  others: PaymentAttempt[] = [],
) => conclude(attempt, seen(...transactions), others, issuedAtMs + 3 * hour)

test('a late charge corrects the one end that it can be of, and people hear of it', () => {
  expect(concluded(ended, [late])).toMatchObject({ end: { status: 'succeeded' }, alert: 'late_charge' })
})

test('a charge without a date, where two ends could be meant, changes no word, closes the order and is told', () => {
  expect(concluded(ended, [transactionOf()], [other])).toMatchObject({
    end: null,
    isUnaccounted: true,
    alert: 'late_charge',
  })
})

test('a charge in the time of one end corrects it, whatever else without a date the order shows', () => {
  const next = { ...other, patIssuedAtMs: issuedAtMs + 2 * hour, patExpiresAtMs: issuedAtMs + 3 * hour }
  const declinedElsewhere = transactionOf({ status: 'error' })
  const ofAnotherAmount = transactionOf({ money: { amount: 1, currency: 'USD' } })
  expect(concluded(ended, [declinedElsewhere, ofAnotherAmount, late], [next])).toMatchObject({
    end: { status: 'succeeded' },
    alert: 'late_charge',
  })
})

describe('a late charge, where a later payment is told as paid', () => {
  const paid: PaymentAttempt = {
    ...other,
    status: 'succeeded',
    holdsOrder: true,
    paymentMethodId: 'adyenv2.scheme',
    patIssuedAtMs: issuedAtMs + 2 * hour,
    patExpiresAtMs: issuedAtMs + 3 * hour,
  }
  const theirs = transactionOf({ id: 9, paymentMethodId: 'adyenv2.scheme', createdAtMs: null })
  const corrected = { end: { status: 'succeeded' }, alert: 'duplicate_charge' }

  test.each([
    ['of another method', transactionOf({ createdAtMs: null })],
    ['of an earlier time', { ...late, paymentMethodId: null }],
  ])('by the order’s word alone, changes no word, and people hear of it: %s', (_what, charge) => {
    expect(concluded(ended, [charge], [paid])).toMatchObject({
      end: null,
      isUnaccounted: true,
      alert: 'late_charge',
    })
  })

  test.each<[string, PaymentAttempt, ReturnType<typeof transactionOf>[]]>([
    ['by its answer', { ...paid, bigcommercePaymentId: 'b-1' }, [late]],
    ['without doubt', { ...paid, unsettledSinceMs: null }, [late]],
    ['by a transaction', paid, [late, theirs]],
    ['by the order’s word, with a charge more', paid, [late, { ...late, id: 10 }]],
  ])('%s, corrects the end', (_what, told, charges) => {
    expect(concluded(ended, charges, [told])).toMatchObject(corrected)
  })
})

test('a look at one end does not take back that a charge is shown which another may be meant by', () => {
  const next = { ...other, patIssuedAtMs: issuedAtMs + 2 * hour, patExpiresAtMs: issuedAtMs + 3 * hour }
  expect(concluded(next, [late], [ended])).toMatchObject({ end: null, isUnaccounted: null })
  const paid = { ...ended, status: 'succeeded' as const, holdsOrder: true }
  expect(concluded(next, [late], [paid])).toMatchObject({ end: null, isUnaccounted: false })
  expect(concluded(next, [], [ended])).toMatchObject({ end: null, isUnaccounted: false })
})

test('a charge that has ended one payment in doubt does not correct another, however late it was made', () => {
  const pendingOnce = { ...ended, status: 'declined' as const, pendingSinceMs: issuedAtMs + 2_000 }
  const paid = { ...other, status: 'succeeded' as const, holdsOrder: true }
  const long = transactionOf({ createdAtMs: issuedAtMs + 40 * hour })
  expect(concluded(pendingOnce, [long], [paid])).toMatchObject({ end: null, isUnaccounted: false })
  const certain = { ...paid, unsettledSinceMs: null }
  expect(concluded(pendingOnce, [long], [certain])).toMatchObject({ end: { status: 'succeeded' } })
})

test('a charge that could be of two successes is left to the one that fits no other', () => {
  const rest = {
    ...other,
    status: 'succeeded' as const,
    patIssuedAtMs: issuedAtMs + hour,
    patExpiresAtMs: issuedAtMs + 2 * hour,
  }
  const first = {
    ...rest,
    id: 'first',
    patIssuedAtMs: issuedAtMs + 1_000,
    patExpiresAtMs: issuedAtMs + hour + 1_000,
  }
  const ofRest = transactionOf({ createdAtMs: issuedAtMs + hour + 1_000 })
  const earlier = { ...ended, patExpiresAtMs: issuedAtMs + hour - 6 * 60_000 }
  for (const others of [
    [first, rest],
    [rest, first],
  ])
    for (const rows of [
      [late, ofRest],
      [ofRest, late],
    ])
      expect(concluded(earlier, rows, others)).toMatchObject({ end: null, isUnaccounted: false })
})

describe('a part payment told as not made, on an order that is less due, where not all transactions could be read', () => {
  const part: PaymentAttempt = { ...ended, instrumentType: 'store_credit', orderTotal: 6098 }
  const money = (amount: number, currency = 'USD') => ({ amount, currency })
  const shown = (order: Partial<ReturnType<typeof orderOf>>, isWhole = false) => ({
    ...seen(),
    isWhole,
    order: orderOf({ total: money(6098), due: money(5098), ...order }),
  })
  const told = { end: null, isUnaccounted: true, alert: 'late_charge' }
  const notTold = { end: null, alert: null }

  test.each([
    ['whose total was read', part],
    ['of all that was due, whose total was not', { ...part, orderTotal: null }],
  ])('changes no word, and people hear of it: %s', (_what, attempt) => {
    expect(conclude(attempt, shown({}), [], issuedAtMs + 3 * hour)).toMatchObject(told)
  })

  test.each<[string, PaymentAttempt, ReturnType<typeof shown>, PaymentAttempt[]]>([
    ['all transactions were read', part, shown({}, true), []],
    ['as much is due as was', part, shown({ due: money(6098) }), []],
    ['the order costs less as well', part, shown({ total: money(5098) }), []],
    ['the currency is another', part, shown({ total: money(6098, 'EUR'), due: money(5098, 'EUR') }), []],
    ['what is due was not read', part, shown({ due: null }), []],
    ['the whole was to be paid by card', { ...part, instrumentType: 'card' }, shown({}), []],
    ['it ended without doubt', { ...part, unsettledSinceMs: null }, shown({}), []],
    ['a part that was paid explains it', part, shown({}), [{ ...part, id: 'paid', status: 'succeeded' }]],
    ['a part on its way may', part, shown({}), [{ ...part, id: 'sent', status: 'unknown' }]],
  ])('says nothing where %s', (_what, attempt, reading, others) => {
    expect(conclude(attempt, reading, others, issuedAtMs + 3 * hour)).toMatchObject(notTold)
  })
})

test('an end without doubt is never corrected: no payment accounts for the charge', () => {
  const certain = { ...ended, status: 'declined' as const, unsettledSinceMs: null }
  expect(concluded(certain, [late])).toMatchObject({ end: null, isUnaccounted: true, alert: 'late_charge' })
})

test('a charge that may be of an attempt alive is left to that one', () => {
  const alive = { ...other, status: 'unknown' as const }
  expect(concluded(ended, [late], [alive])).toMatchObject({ end: null, isUnaccounted: null, alert: null })
})

test('a second charge beside a success raises the alert and changes nothing', () => {
  const paid = { ...ended, status: 'succeeded' as const, holdsOrder: true }
  expect(concluded(paid, [late])).toMatchObject({ end: null, isUnaccounted: false, alert: null })
  expect(concluded(paid, [late, transactionOf({ createdAtMs: issuedAtMs + 2_000 })])).toMatchObject({
    end: null,
    isUnaccounted: true,
    alert: 'duplicate_charge',
  })
})

test.each([
  ['30105', { bigcommerceCode: 30105 }],
  ['once pending', { pendingSinceMs: issuedAtMs }],
  ['a bank account', { instrumentType: 'stored_bank_account' as const }],
])('absence never ends an attempt: %s', (_what, change) => {
  const quiet = { looks: 9, sinceMs: issuedAtMs }
  const open = { ...ended, ...change, status: 'unknown' as const, quiet }
  expect(concluded(open, []).end).toBeNull()
  expect(concluded({ ...open, sentAtMs: issuedAtMs - 8 * 24 * hour }, []).end).toEqual({
    status: 'needs_review',
  })
})

test.each([
  ['refused', 60_000, 'declined'],
  ['turned_away', 60_000, 'not_sent'],
  ['refused_oddly', 600_000, 'declined'],
] as const)('an answer %s is settled when nothing has shown for %i ms', (answeredAs, windowMs, status) => {
  const sentAtMs = issuedAtMs + 90_000
  const open = { ...ended, status: 'unknown' as const, answeredAs, answeredAtMs: issuedAtMs, sentAtMs }
  const at = (ageMs: number, ownAgeMs = ageMs) =>
    conclude(open, { ...seen(), answeredAtMs: issuedAtMs + ageMs }, [], sentAtMs + ownAgeMs).end
  expect(at(windowMs - 1)).toBeNull()
  expect(at(windowMs)).toMatchObject({ status })
  // The clock of the host that is looked at is ahead of the one that answered the charge.
  expect(at(windowMs, windowMs - 1)).toBeNull()
  // It is behind: by our clock alone the window is over.
  expect(at(windowMs - 1, windowMs)).toBeNull()
  // Ours was set back by an hour.
  expect(at(windowMs, windowMs - hour)).toMatchObject({ status })
})

test('two charges that can only be of one open attempt end it, raise the alert and close the order', () => {
  const open = { ...ended, status: 'unknown' as const }
  const second = transactionOf({ createdAtMs: issuedAtMs + 2_000 })
  expect(concluded(open, [late])).toMatchObject({
    end: { status: 'succeeded' },
    isUnaccounted: false,
    alert: null,
  })
  expect(concluded(open, [late, second])).toMatchObject({
    end: { status: 'succeeded' },
    isUnaccounted: true,
    alert: 'duplicate_charge',
  })
})

describe('an open attempt of which nothing shows', () => {
  const skewMs = 5 * 60_000
  const open = { ...ended, status: 'unknown' as const }
  const overMs = issuedAtMs + hour + skewMs
  /** Our own clock is always hours ahead: it decides nothing. */
  const lookedAt = (
    answeredAtMs: number | null,
    attempt: Partial<PaymentAttempt> = {},
    transactions: ReturnType<typeof transactionOf>[] = [],
  ) =>
    conclude({ ...open, ...attempt }, { ...seen(...transactions), answeredAtMs }, [], issuedAtMs + 9 * hour)

  test('is quiet from the expiry of its PAT on, with what clocks may differ by', () => {
    expect(lookedAt(overMs - 1)).toMatchObject({ end: null, quiet: null })
    expect(lookedAt(overMs)).toMatchObject({ end: null, quiet: { looks: 1, sinceMs: overMs } })
  })

  test('is not quiet by any clock but that of BigCommerce', () => {
    expect(lookedAt(null)).toMatchObject({ end: null, quiet: null })
    expect(lookedAt(overMs + hour, { patExpiresAtMs: null })).toMatchObject({ end: null, quiet: null })
  })

  test('was not charged after three looks over ten minutes, and not before', () => {
    const quietAfter = (looks: number, forMs: number) =>
      lookedAt(overMs + forMs, { quiet: { looks, sinceMs: overMs } })
    expect(quietAfter(2, 10 * 60_000)).toMatchObject({ end: { status: 'not_charged' } })
    expect(quietAfter(9, 10 * 60_000 - 1)).toMatchObject({ end: null, quiet: { looks: 10 } })
    expect(quietAfter(1, 3 * hour)).toMatchObject({ end: null, quiet: { looks: 2 } })
  })

  test('but a decline was declined then, and not before either: it may be of a payment made elsewhere', () => {
    const declinedThere = [transactionOf({ status: 'error', createdAtMs: issuedAtMs + 1_000 })]
    expect(lookedAt(issuedAtMs + 60_000, {}, declinedThere)).toMatchObject({ end: null })
    expect(lookedAt(overMs, {}, declinedThere)).toMatchObject({ end: null, quiet: { looks: 1 } })
    expect(
      lookedAt(overMs + 10 * 60_000, { quiet: { looks: 2, sinceMs: overMs } }, declinedThere),
    ).toMatchObject({ end: { status: 'declined' } })
  })
})

describe('a charge that is of none of our payments', () => {
  const open = { ...ended, status: 'unknown' as const }
  const elsewhere = transactionOf({ paymentMethodId: 'adyenv2.scheme', createdAtMs: issuedAtMs + 1_000 })
  const atEnd = { quiet: { looks: 2, sinceMs: issuedAtMs + 2 * hour } }

  test('closes the order when an attempt without a charge ends, and before', () => {
    expect(concluded(open, [elsewhere])).toMatchObject({ end: null, isUnaccounted: true, alert: null })
    expect(concluded({ ...open, ...atEnd }, [elsewhere])).toMatchObject({
      end: { status: 'not_charged' },
      isUnaccounted: true,
      alert: null,
    })
    const refused = { answeredAs: 'refused' as const, answeredAtMs: issuedAtMs }
    expect(concluded({ ...open, ...refused }, [elsewhere])).toMatchObject({
      end: { status: 'declined' },
      isUnaccounted: true,
    })
  })

  test('closes it where an ended attempt is looked at again, and opens it when it shows no more', () => {
    expect(concluded(ended, [elsewhere])).toMatchObject({ end: null, isUnaccounted: true })
    const voided = transactionOf({
      event: 'void',
      referenceId: elsewhere.id,
      createdAtMs: issuedAtMs + 2_000,
    })
    expect(concluded(ended, [elsewhere, voided])).toMatchObject({ end: null, isUnaccounted: false })
    expect(concluded(open, [elsewhere, voided])).toMatchObject({ end: null, isUnaccounted: false })
  })

  test('beside our own is one charge too many', () => {
    const paid = { ...ended, status: 'succeeded' as const, holdsOrder: true }
    for (const attempt of [open, paid])
      expect(concluded(attempt, [late, elsewhere])).toMatchObject({
        isUnaccounted: true,
        alert: 'duplicate_charge',
      })
  })

  test('is not told of while it may be of an attempt alive, or of one in doubt whose time it lies in', () => {
    const alive = { ...other, status: 'unknown' as const, paymentMethodId: 'adyenv2.scheme' }
    expect(concluded(open, [elsewhere], [alive])).toMatchObject({ isUnaccounted: null })
    expect(concluded(ended, [elsewhere], [{ ...alive, status: 'not_charged' }])).toMatchObject({
      isUnaccounted: null,
    })
  })

  test('is not told of where its void may be what could not be read', () => {
    const partly = { ...seen(elsewhere), isWhole: false, showsAllVoids: false }
    expect(conclude(open, partly, [], issuedAtMs + 3 * hour)).toMatchObject({ isUnaccounted: null })
  })
})
