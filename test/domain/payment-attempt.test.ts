import fc from 'fast-check'
import { expect, test } from 'vitest'
import { placeOf } from '../../src/domain/decline-limits.ts'
import {
  ATTEMPT_STATUSES,
  type AttemptStatus,
  FINAL_STATUSES,
  hasFailed,
  isFinal,
  isLookedUp,
  isRunning,
  isSent,
  isUnsettled,
  mayBecome,
  mayHoldOrder,
  PUBLIC_STATUSES,
  publicStatus,
  statusesBefore,
  UNSETTLED_STATUSES,
} from '../../src/domain/payment-attempt.ts'
import { INSTRUMENT_TYPES } from '../../src/domain/payment-instrument.ts'

const finals: readonly AttemptStatus[] = ['succeeded', 'declined', 'not_sent', 'not_charged']
const status = fc.constantFrom(...ATTEMPT_STATUSES)

/** The statuses that any walk from this one can come to. */
function reachableFrom(start: AttemptStatus): Set<AttemptStatus> {
  const seen = new Set<AttemptStatus>()
  const open = [start]
  for (let from = open.pop(); from !== undefined; from = open.pop()) {
    for (const to of ATTEMPT_STATUSES) {
      if (!mayBecome(from, to) || seen.has(to)) continue
      seen.add(to)
      open.push(to)
    }
  }
  return seen
}

test.each(ATTEMPT_STATUSES)('%s is final exactly when nothing follows it', (from) => {
  expect(isFinal(from)).toBe(finals.includes(from))
  expect(reachableFrom(from).size === 0).toBe(isFinal(from))
})

test('every status is one of three kinds: a request works on it, its end is not known yet, or it has ended', () => {
  expect(ATTEMPT_STATUSES.filter(isRunning)).toEqual(['claimed', 'sending'])
  expect(UNSETTLED_STATUSES.toSorted()).toEqual(['needs_review', 'pending', 'unknown'])
  expect(FINAL_STATUSES.toSorted()).toEqual(finals.toSorted())
  for (const each of ATTEMPT_STATUSES)
    expect([isRunning(each), isUnsettled(each), isFinal(each)].filter(Boolean), each).toHaveLength(1)
})

test('what the table says of charges: which may take money, which are looked up, which took none', () => {
  expect(ATTEMPT_STATUSES.filter(isSent).toSorted()).toEqual([
    'needs_review',
    'pending',
    'sending',
    'unknown',
  ])
  expect(ATTEMPT_STATUSES.filter(isLookedUp).toSorted()).toEqual(['pending', 'unknown'])
  expect(ATTEMPT_STATUSES.filter(hasFailed).toSorted()).toEqual(['declined', 'not_charged'])
})

test('an attempt holds its order until its end is known, and for good once it has paid all that was due', () => {
  const holding = ATTEMPT_STATUSES.flatMap((each) =>
    INSTRUMENT_TYPES.filter((instrumentType) => mayHoldOrder(each, instrumentType)).map(
      (instrumentType) => `${each} ${instrumentType}`,
    ),
  )
  const all = ['claimed', 'sending', 'unknown', 'pending', 'needs_review'].flatMap((each) =>
    INSTRUMENT_TYPES.map((instrumentType) => `${each} ${instrumentType}`),
  )
  const paidInFull = ['card', 'stored_card', 'tokenized_card', 'stored_bank_account', 'stored_paypal_account']
  expect(holding.toSorted()).toEqual([...all, ...paidInFull.map((type) => `succeeded ${type}`)].toSorted())
})

test('every status can be reached from claimed, and nothing goes back to it', () => {
  expect(['claimed', ...reachableFrom('claimed')].sort()).toEqual([...ATTEMPT_STATUSES].sort())
  expect(statusesBefore('claimed')).toEqual([])
})

test('no walk leaves a final status', () => {
  fc.assert(
    fc.property(fc.array(status, { maxLength: 40 }), (wishes) => {
      let at: AttemptStatus = 'claimed'
      let end: AttemptStatus | null = null
      for (const wish of wishes) {
        if (mayBecome(at, wish)) at = wish
        if (end !== null) expect(at).toBe(end)
        if (isFinal(at)) end = at
      }
    }),
  )
})

test('from every status that is not final there is a way to an end', () => {
  for (const from of ATTEMPT_STATUSES.filter((one) => !isFinal(one))) {
    expect([...reachableFrom(from)].some(isFinal), from).toBe(true)
  }
})

test('no status becomes itself, so that a second settlement of the same kind changes nothing', () => {
  expect(ATTEMPT_STATUSES.filter((one) => mayBecome(one, one))).toEqual([])
})

test('a payment that may have been charged is never said to be not sent', () => {
  for (const from of ['unknown', 'pending', 'needs_review', 'succeeded'] as const) {
    expect(reachableFrom(from).has('not_sent'), from).toBe(false)
  }
})

test('a charge is sent only from claimed, and nothing is charged without having been sent', () => {
  expect(statusesBefore('sending')).toEqual(['claimed'])
  for (const to of ['succeeded', 'pending', 'declined', 'unknown'] as const) {
    expect(mayBecome('claimed', to), to).toBe(false)
  }
})

test('not_charged comes only after unknown or review, never directly after sending', () => {
  expect(statusesBefore('not_charged').sort()).toEqual(['needs_review', 'unknown'])
})

test('statusesBefore is the inverse of mayBecome', () => {
  fc.assert(
    fc.property(status, status, (from, to) => {
      expect(statusesBefore(to).includes(from)).toBe(mayBecome(from, to))
    }),
  )
})

test('every status has a published word, and every published word is used', () => {
  expect(new Set(ATTEMPT_STATUSES.map(publicStatus))).toEqual(new Set(PUBLIC_STATUSES))
})

test('only succeeded is published as success, and nothing that may be charged as not_charged', () => {
  expect(ATTEMPT_STATUSES.filter((one) => publicStatus(one) === 'success')).toEqual(['succeeded'])
  expect(ATTEMPT_STATUSES.filter((one) => publicStatus(one) === 'declined')).toEqual(['declined'])
  expect(ATTEMPT_STATUSES.filter((one) => publicStatus(one) === 'not_charged')).toEqual([
    'not_sent',
    'not_charged',
  ])
})

test.each([
  ['claimed', null, 'running'],
  ['sending', null, 'running'],
  ['declined', 'payment_declined', 'declined'],
  ['declined', 'payment_authentication_required', 'declined'],
  ['declined', 'payment_rejected', 'declined'],
  ['declined', 'instrument_not_found', 'declined'],
  ['declined', 'merchant_configuration', null],
  ['declined', 'order_not_found', null],
  ['declined', 'amount_changed', null],
  ['unknown', null, 'unknown'],
  ['pending', null, 'unknown'],
  ['needs_review', null, 'unknown'],
  ['succeeded', null, null],
  ['not_sent', 'upstream_unavailable', null],
  ['not_charged', 'payment_not_charged', null],
] as const)('the place of an attempt that is %s (%s) stands for: %s', (status, problemCode, place) => {
  expect(placeOf(status, problemCode)).toBe(place)
})
