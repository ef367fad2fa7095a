import { isFreeAgain } from '../../../src/domain/idempotency-key.ts'
import {
  closesOrder,
  isFinal,
  isUnsettled,
  mayBeCorrected,
  mayBecome,
  mayBeDecided,
  mayBeFreed,
  mayBeTakenBack,
  mayEndSoon,
  mayHaveCharged,
  mayHoldOrder,
  type PaymentAttempt,
  type Settlement,
  statusesBefore,
} from '../../../src/domain/payment-attempt.ts'
import { paysAPart } from '../../../src/domain/payment-instrument.ts'
import type { Claim } from '../../../src/stores/claim-attempt.ts'
import type { PaymentAttempts } from '../../../src/stores/payment-attempts.ts'
import type { FinalAnswer } from '../../../src/stores/settle-attempt.ts'
import { insertAttempt, knownKey, rowOf } from './insert-attempt.ts'
import type { Sync } from './ledger-calls.ts'
import { type AttemptRow, keyOf, type LedgerRows, toAttempt, toOrderAttempt } from './ledger-rows.ts'
import { tellStep } from './outbox-calls.ts'

const firstLookMs = 2_000

/** The statements of `PaymentAttempts`. */
export function createPaymentCalls(rows: LedgerRows): Sync<PaymentAttempts> {
  const fenceOf = (orderId: number) => rows.attempts.find((row) => row.orderId === orderId && row.holdsOrder)

  return {
    findByKey(_nowMs, scope) {
      const key = rows.keys.get(keyOf(scope))
      return key ? knownKey(rows, key) : null
    },

    findFence(_nowMs, orderId) {
      const fence = fenceOf(orderId)
      return fence ? toOrderAttempt(fence) : null
    },

    findByOrder: (_nowMs, orderId) =>
      rows.attempts
        .filter((row) => row.orderId === orderId)
        .sort((one, other) => other.createdAtMs - one.createdAtMs || (one.id < other.id ? -1 : 1))
        .map(toOrderAttempt),

    findEnded: (_nowMs, ids) =>
      ids.filter((id) => {
        const row = rows.byId.get(id)
        return row !== undefined && !mayEndSoon(row.status)
      }),

    claim(nowMs, scope, fingerprint, attempt): Claim {
      const key = rows.keys.get(keyOf(scope))
      const known = key && knownKey(rows, key)
      if (known && !isFreeAgain(known, fingerprint)) return { kind: 'known', known }
      const fence = fenceOf(attempt.orderId)
      if (fence) return { kind: 'fenced', by: toOrderAttempt(fence) }
      if (rows.byId.has(attempt.id)) throw new Error(`attempt ${attempt.id} is there already`)
      const paid = closingOf(rows, attempt.orderId)
      if (paid) return { kind: 'fenced', by: toOrderAttempt(paid) }
      if (rows.unaccounted.has(attempt.orderId)) {
        askForLook(rows, attempt.orderId, nowMs)
        return { kind: 'charged_otherwise' }
      }
      const checkout = checkoutStanding(rows, attempt)
      if (checkout !== 'free') return { kind: 'checkout', standing: checkout }

      const row = insertAttempt(rows, nowMs, { scope, fingerprint, attempt })
      return { kind: 'claimed', attempt: toOrderAttempt(row) }
    },

    markSending(nowMs, id, { due, patIssuedAtMs, patExpiresAtMs, orderTotal }) {
      const row = rows.byId.get(id)
      if (!row || row.orderId === null || !statusesBefore('sending').includes(row.status)) return 'not_ours'
      if (rows.unaccounted.has(row.orderId)) return 'not_ours'
      const standing = checkoutStanding(rows, row)
      if (standing !== 'free') return `checkout_${standing}`
      if (row.cartId !== null) rows.checkouts.set(row.cartId, { orderId: row.orderId, holder: id })
      const sent = {
        status: 'sending',
        sentAtMs: nowMs,
        updatedAtMs: nowMs,
        patIssuedAtMs,
        patExpiresAtMs,
      } as const
      Object.assign(row, sent, { amount: due.amount, currency: due.currency, orderTotal })
      return 'sending'
    },

    markSendingAgain(nowMs, id) {
      const row = rows.byId.get(id)
      if (row?.status !== 'sending' || rows.unaccounted.has(row.orderId ?? 0)) return false
      const sinceMs = row.sentAtMs ?? 0
      const hasPaid = (other: AttemptRow) =>
        closesOrder(other) || (other.status === 'succeeded' && (other.endedAtMs ?? 0) >= sinceMs)
      const isOther = (other: AttemptRow) => other !== row && other.orderId === row.orderId
      if (
        moneyElsewhere(rows, row) !== 'free' ||
        rows.attempts.some((other) => isOther(other) && hasPaid(other))
      )
        return false
      row.updatedAtMs = nowMs
      return true
    },

    settle: (nowMs, id, settlement, finalAnswer) =>
      settleRow(rows, nowMs, rowOf(rows, id), settlement, finalAnswer),
  }
}

/** A look may open the order again; one a minute, however often it is asked for. */
function askForLook({ attempts }: LedgerRows, orderId: number, nowMs: number): void {
  const [latest] = attempts
    .filter((row) => row.orderId === orderId && isFinal(row.status) && row.sentAtMs !== null)
    .sort((one, other) => (other.endedAtMs ?? 0) - (one.endedAtMs ?? 0) || (one.id < other.id ? 1 : -1))
  if (!latest || (latest.lookedAtMs !== null && latest.lookedAtMs > nowMs - 60_000)) return
  if (latest.nextWatchAtMs === null || latest.nextWatchAtMs > nowMs) latest.nextWatchAtMs = nowMs
}

const hourMs = 60 * 60_000
const dayMs = 24 * hourMs

/** Whether the checkout lets this order be charged. */
function checkoutStanding(
  rows: LedgerRows,
  { cartId, orderId }: Pick<PaymentAttempt, 'cartId' | 'orderId'>,
): 'free' | 'busy' | 'paid' {
  const { byId, checkouts } = rows
  if (cartId === null) return 'free'
  const named = checkouts.get(cartId)
  // Its order is being made; a making whose payment has ended holds up no other.
  if (named?.orderId === null && byId.get(named.holder)?.status === 'claimed') return 'busy'
  return moneyElsewhere(rows, { cartId, orderId })
}

/** Whether another order of the checkout has money, or may have. */
function moneyElsewhere(
  { attempts, unaccounted }: LedgerRows,
  { cartId, orderId }: Pick<PaymentAttempt, 'cartId' | 'orderId'>,
): 'free' | 'busy' | 'paid' {
  const others = attempts.filter((row) => cartId !== null && row.cartId === cartId && row.orderId !== orderId)
  if (others.some((row) => row.status === 'succeeded' || unaccounted.has(row.orderId ?? 0))) return 'paid'
  return others.some(({ status }) => mayHaveCharged(status)) ? 'busy' : 'free'
}

/** A success that closes its order, whether or not it holds it. */
const closingOf = ({ attempts }: LedgerRows, orderId: number) =>
  attempts.find(
    (row) => row.orderId === orderId && row.status === 'succeeded' && !paysAPart(row.instrumentType),
  )

/** `settleAttempt`, in memory. */
export function settleRow(
  rows: LedgerRows,
  nowMs: number,
  row: AttemptRow,
  settlement: Settlement,
  finalAnswer: FinalAnswer,
): PaymentAttempt {
  const { status } = settlement
  const mayMove =
    mayBecome(row.status, status) ||
    (status === 'succeeded' && mayBeCorrected(row)) ||
    (status === 'not_sent' && mayBeFreed(row)) ||
    (settlement.isProvenUnsent === true && mayBeTakenBack(row)) ||
    (settlement.isDecided === true && mayBeDecided(row))
  if (!mayMove) return toAttempt(row)
  const isLate = status === 'succeeded' && isFinal(row.status)
  const needsLooking = status === 'unknown' || status === 'pending'
  const isWatched =
    isFinal(status) && status !== 'succeeded' && isUnsettled(row.status) && !settlement.isProvenUnsent
  const isHeldByAnother = rows.attempts.some(
    (other) => other !== row && other.orderId === row.orderId && other.holdsOrder,
  )
  const moved: AttemptRow = {
    ...row,
    status,
    updatedAtMs: nowMs,
    leasedUntilMs: null,
    askedAtMs: null,
    nextLookAtMs: needsLooking
      ? nowMs + (settlement.firstLookInMs ?? firstLookMs)
      : status === 'needs_review'
        ? nowMs + dayMs
        : null,
    nextWatchAtMs: isWatched ? nowMs + hourMs : null,
    holdsOrder: mayHoldOrder(status, row.instrumentType) && !isHeldByAnother,
    unsettledSinceMs:
      needsLooking || settlement.isDecided
        ? (row.unsettledSinceMs ?? nowMs)
        : settlement.isProvenUnsent
          ? null
          : row.unsettledSinceMs,
    pendingSinceMs: status === 'pending' ? (row.pendingSinceMs ?? nowMs) : row.pendingSinceMs,
    endedAtMs: isFinal(status) ? nowMs : row.endedAtMs,
    decidedAtMs: settlement.isDecided ? nowMs : null,
    transactionType: settlement.transactionType ?? row.transactionType,
    bigcommercePaymentId: settlement.bigcommercePaymentId ?? row.bigcommercePaymentId,
    bigcommerceCode:
      settlement.bigcommerceCode === undefined ? row.bigcommerceCode : settlement.bigcommerceCode,
    problemCode: status === 'succeeded' ? null : (settlement.problemCode ?? row.problemCode),
    answeredAs: settlement.answeredAs ?? row.answeredAs,
    answeredAtMs: settlement.answeredAtMs === undefined ? row.answeredAtMs : settlement.answeredAtMs,
  }
  const attempt = toAttempt(moved)
  // Before anything is written: what throws here undoes the whole transaction.
  const answer = finalAnswer(attempt)
  if (answer) keepAnswer(rows, row.id, answer.status, JSON.stringify(answer.body))
  const before = row.status
  Object.assign(row, moved)
  tellStep(rows, before, row, nowMs)
  const { orderId, cartId } = row
  const named = cartId === null ? undefined : rows.checkouts.get(cartId)
  if (isLate && orderId !== null && cartId !== null && named)
    rows.checkouts.set(cartId, { orderId, holder: row.id })
  if (!row.holdsOrder) passOrderOn(rows, row.orderId)
  return attempt
}

export function passOrderOn(rows: LedgerRows, orderId: number | null): void {
  if (orderId === null) return
  const isHeld = rows.attempts.some((row) => row.orderId === orderId && row.holdsOrder)
  const paid = closingOf(rows, orderId)
  if (paid && !isHeld) paid.holdsOrder = true
}

function keepAnswer({ keys }: LedgerRows, attemptId: string, status: number, body: string): void {
  for (const key of keys.values()) {
    if (key.attemptId !== attemptId) continue
    key.answerStatus = status
    key.answerBody = body
  }
}
