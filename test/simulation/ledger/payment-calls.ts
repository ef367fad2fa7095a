import { isFreeAgain, type KnownKey } from '../../../src/domain/idempotency-key.ts'
import { holdsOrder, type NewAttempt, statusesBefore } from '../../../src/domain/payment-attempt.ts'
import type { Claim } from '../../../src/stores/claim-attempt.ts'
import type { PaymentAttempts } from '../../../src/stores/payment-attempts.ts'
import type { Sync } from './ledger-calls.ts'
import { type AttemptRow, type KeyRow, keyOf, type LedgerRows, toAttempt } from './ledger-rows.ts'

const firstLookMs = 2_000

/** The statements of `PaymentAttempts`. */
export function createPaymentCalls(rows: LedgerRows): Sync<PaymentAttempts> {
  const rowOf = (id: string): AttemptRow => {
    const row = rows.byId.get(id)
    if (!row) throw new Error(`no attempt ${id}`)
    return row
  }
  const known = ({ fingerprint, attemptId, answerStatus, answerBody }: KeyRow): KnownKey => ({
    fingerprint,
    attempt: toAttempt(rowOf(attemptId)),
    answer:
      answerStatus === null || answerBody === null
        ? null
        : { status: answerStatus, body: JSON.parse(answerBody) },
  })

  const fenceOf = (orderId: number) => rows.attempts.find((row) => row.orderId === orderId && holdsOrder(row))

  return {
    findByKey(_nowMs, scope) {
      const key = rows.keys.get(keyOf(scope))
      return key ? known(key) : null
    },

    findFence(_nowMs, orderId) {
      const fence = fenceOf(orderId)
      return fence ? toAttempt(fence) : null
    },

    findByOrder: (_nowMs, orderId) =>
      rows.attempts
        .filter((row) => row.orderId === orderId)
        .sort((one, other) => other.createdAtMs - one.createdAtMs || (one.id < other.id ? -1 : 1))
        .map(toAttempt),

    claim(nowMs, scope, fingerprint, attempt): Claim {
      const name = keyOf(scope)
      const key = rows.keys.get(name)
      if (key && !isFreeAgain(known(key), fingerprint)) return { kind: 'known', known: known(key) }
      const fence = fenceOf(attempt.orderId)
      if (fence) return { kind: 'fenced', by: toAttempt(fence) }
      if (rows.byId.has(attempt.id)) throw new Error(`attempt ${attempt.id} is there already`)

      const row = newRow(attempt, nowMs)
      rows.attempts.push(row)
      rows.byId.set(row.id, row)
      if (key) key.attemptId = row.id
      else {
        const answer = { answerStatus: null, answerBody: null }
        rows.keys.set(name, { fingerprint, attemptId: row.id, ...answer, createdAtMs: nowMs })
      }
      return { kind: 'claimed', attempt: toAttempt(row) }
    },

    markSending(nowMs, id, due, patExpiresAtMs) {
      const row = rows.byId.get(id)
      if (!row || !statusesBefore('sending').includes(row.status)) return false
      const sent = { status: 'sending', sentAtMs: nowMs, updatedAtMs: nowMs, patExpiresAtMs } as const
      Object.assign(row, sent, { amount: due.amount, currency: due.currency })
      return true
    },

    takeBack(nowMs, id) {
      const row = rows.byId.get(id)
      if (!row || !statusesBefore('claimed').includes(row.status)) return false
      Object.assign(row, { status: 'claimed', updatedAtMs: nowMs })
      return true
    },

    settle(nowMs, id, settlement, finalAnswer) {
      const row = rowOf(id)
      const { status } = settlement
      if (!statusesBefore(status).includes(row.status)) return toAttempt(row)
      const moved: AttemptRow = { ...row, status, updatedAtMs: nowMs, leasedUntilMs: null }
      const needsLooking = status === 'unknown' || status === 'pending'
      moved.nextLookAtMs = needsLooking ? nowMs + firstLookMs : null
      if (needsLooking) moved.unsettledSinceMs ??= nowMs
      if (settlement.transactionType !== undefined) moved.transactionType = settlement.transactionType
      if (settlement.bigcommercePaymentId !== undefined)
        moved.bigcommercePaymentId = settlement.bigcommercePaymentId
      if (settlement.bigcommerceCode !== undefined) moved.bigcommerceCode = settlement.bigcommerceCode
      if (settlement.problemCode !== undefined) moved.problemCode = settlement.problemCode
      const attempt = toAttempt(moved)
      // Before anything is written: an error here undoes the whole transaction.
      const answer = finalAnswer(attempt)
      if (answer) keepAnswer(rows, id, answer.status, JSON.stringify(answer.body))
      Object.assign(row, moved)
      return attempt
    },
  }
}

function keepAnswer({ keys }: LedgerRows, attemptId: string, status: number, body: string): void {
  for (const key of keys.values()) {
    if (key.attemptId !== attemptId) continue
    key.answerStatus = status
    key.answerBody = body
  }
}

const newRow = (attempt: NewAttempt, nowMs: number): AttemptRow => ({
  id: attempt.id,
  orderId: attempt.orderId,
  customerId: attempt.customerId,
  instrumentType: attempt.instrumentType,
  paymentMethodId: attempt.paymentMethodId,
  status: 'claimed',
  amount: null,
  currency: null,
  transactionType: null,
  bigcommercePaymentId: null,
  bigcommerceCode: null,
  problemCode: null,
  correlationId: attempt.correlationId,
  requestId: attempt.requestId,
  createdAtMs: nowMs,
  updatedAtMs: nowMs,
  sentAtMs: null,
  patExpiresAtMs: null,
  looks: 0,
  quiet: null,
  nextLookAtMs: null,
  leasedUntilMs: null,
  lookedAtMs: null,
  unsettledSinceMs: null,
})
