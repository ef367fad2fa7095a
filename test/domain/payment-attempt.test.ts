import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  ATTEMPT_STATUSES,
  type AttemptStatus,
  isFinal,
  mayBecome,
  PUBLIC_STATUSES,
  publicStatus,
  statusesBefore,
} from '../../src/domain/payment-attempt.ts'

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

test('every status can come about: each is reached from claimed, to which only a charge that is being sent goes back', () => {
  expect([...reachableFrom('claimed')].sort()).toEqual([...ATTEMPT_STATUSES].sort())
  expect(statusesBefore('claimed')).toEqual(['sending'])
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

test('what may have been charged is never again said to be never sent', () => {
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

test('not_charged is said only after doubt, never straight after sending', () => {
  expect(statusesBefore('not_charged').sort()).toEqual(['needs_review', 'unknown'])
})

test('statusesBefore is the inverse of mayBecome', () => {
  fc.assert(
    fc.property(status, status, (from, to) => {
      expect(statusesBefore(to).includes(from)).toBe(mayBecome(from, to))
    }),
  )
})

test('a caller is told a word of the published list for every status, and each published word is used', () => {
  expect(new Set(ATTEMPT_STATUSES.map(publicStatus))).toEqual(new Set(PUBLIC_STATUSES))
})

test('success is told of nothing but succeeded, and not_charged of nothing that may be charged', () => {
  expect(ATTEMPT_STATUSES.filter((one) => publicStatus(one) === 'success')).toEqual(['succeeded'])
  expect(ATTEMPT_STATUSES.filter((one) => publicStatus(one) === 'declined')).toEqual(['declined'])
  expect(ATTEMPT_STATUSES.filter((one) => publicStatus(one) === 'not_charged')).toEqual([
    'not_sent',
    'not_charged',
  ])
})
