import { type Attempt, isCharged, wasPaidAt } from './attempts.ts'
import { judgeAnswers } from './judge-answers.ts'
import { judgeWaits } from './judge-waits.ts'
import type { Evidence, Promised, Violation } from './promises.ts'

/** Compares every answer, and the ledger, with what was really charged. */
export function judgeRun(evidence: Evidence): Violation[] {
  const { attempts, charges } = evidence
  const violations: Violation[] = []
  const taken = charges.filter(({ state }) => state === 'charged')
  for (const [orderId, own] of Map.groupBy(taken, ({ order_id }) => order_id)) {
    if (own.length > 1) violations.push({ promise: 'once', orderId, what: `${own.length} charges` })
  }
  violations.push(...judgeCheckouts(evidence, new Set(taken.map(({ order_id }) => order_id))))
  violations.push(...judgeMakings(evidence), ...judgeAnswers(evidence), ...judgeWaits(evidence.told))
  if (evidence.hasLedger) violations.push(...attempts.flatMap(judgeRow), ...unrecorded(evidence))
  return violations
}

function judgeCheckouts({ checkouts }: Evidence, charged: ReadonlySet<number>): Violation[] {
  const ofOne = Map.groupBy(charged, (orderId) => checkouts.get(orderId) ?? null)
  return [...ofOne].flatMap(([checkout, [orderId = 0, ...others]]) =>
    checkout === null || others.length === 0
      ? []
      : [{ promise: 'onceForCheckout', orderId, what: `and ${others.join(', ')} of one checkout` }],
  )
}

/** As many as the service allows within an hour; no run is longer. */
const makingsMax = 5

function judgeMakings({ makings, checkouts }: Evidence): Violation[] {
  return [...makings]
    .filter(([, count]) => count > makingsMax)
    .map(([checkoutId, count]) => ({
      promise: 'makings',
      orderId: [...checkouts].find(([, each]) => each === checkoutId)?.[0] ?? 0,
      what: `${count} orders made of ${checkoutId}`,
    }))
}

/** Final states that charged nothing. */
const negative = new Set(['declined', 'not_sent', 'not_charged'])

function judgeRow(attempt: Attempt): Violation[] {
  const { row, orderId, requests } = attempt
  if (!row) return []
  const found: Violation[] = []
  const add = (promise: Promised, what: string) =>
    found.push({ promise, orderId, what: `${row.id}: ${what}` })
  const taken = requests.filter(({ isTurnedAway }) => !isTurnedAway)
  if (taken.length > 1) add('sentOnce', `sent ${taken.length} times`)
  if (requests.length > 0 && row.sentAtMs === null) add('recorded', `sent, and the row says ${row.status}`)
  if (negative.has(row.status) && isCharged(attempt)) add('ledger', `${row.status}, and charged`)
  if (row.status === 'succeeded' && !wasPaidAt(attempt, row.updatedAtMs))
    add('ledger', 'succeeded, and not charged')
  if (isUnsettled(attempt)) add('settles', `still ${row.status}${isCharged(attempt) ? ', and charged' : ''}`)
  return found
}

/**
 * An attempt of which the platform shows nothing is held on purpose: that nothing was charged is said only when its
 * PAT has expired, more than an hour later. Every other attempt has to have come to its end.
 */
export function isUnsettled(attempt: Attempt): boolean {
  const status = attempt.row?.status ?? ''
  if (['claimed', 'sending', 'pending'].includes(status)) return true
  // A charge that was voided shows nothing either.
  const shows = attempt.charges.some(({ state }) => state !== 'voided')
  return ['unknown', 'needs_review'].includes(status) && shows
}

function unrecorded({ attempts, requests, charges }: Evidence): Violation[] {
  const known = new Set(attempts.flatMap(({ row }) => row?.correlationId ?? []))
  return requests
    .filter(({ correlationId }) => !known.has(correlationId))
    .map(({ tokenId, correlationId }) => ({
      promise: 'recorded',
      orderId: charges.find(({ pat_jti }) => pat_jti === tokenId)?.order_id ?? 0,
      what: `a charge request without an attempt: ${correlationId}`,
    }))
}
