import { isFinal, isUnsettled } from '../../../src/domain/payment-attempt.ts'
import type { Sync, UnsettledPorts } from './ledger-calls.ts'
import { type LedgerRows, toAttempt } from './ledger-rows.ts'

const leaseMs = 60_000
const wakeGapMs = 1_000

/** The statements of `UnsettledAttempts`. */
export function createUnsettledCalls({ attempts, byId, keys }: LedgerRows): Sync<UnsettledPorts> {
  return {
    lease(nowMs, limit) {
      const due = attempts
        .filter((row) => row.nextLookAtMs !== null && row.nextLookAtMs <= nowMs)
        .filter((row) => row.leasedUntilMs === null || row.leasedUntilMs <= nowMs)
        .sort((one, other) => (one.nextLookAtMs ?? 0) - (other.nextLookAtMs ?? 0))
        .slice(0, limit)
      for (const row of due) row.leasedUntilMs = nowMs + leaseMs
      return due.map(toAttempt)
    },

    postpone(nowMs, id, nextLookAtMs, quiet) {
      const row = byId.get(id)
      if (!row || !isUnsettled(row.status)) return
      // Looked quiet since some moment, or never.
      Object.assign(row, {
        nextLookAtMs,
        quiet,
        looks: row.looks + 1,
        lookedAtMs: nowMs,
        leasedUntilMs: null,
      })
    },

    putOff(_nowMs, id, nextLookAtMs) {
      const row = byId.get(id)
      if (!row || !isUnsettled(row.status)) return
      Object.assign(row, { nextLookAtMs, leasedUntilMs: null })
    },

    wake(nowMs, orderId) {
      const woken = attempts.filter((row) => row.orderId === orderId && isUnsettled(row.status))
      for (const row of woken) {
        if (row.nextLookAtMs !== null && row.nextLookAtMs <= nowMs) continue
        const soonestMs = row.lookedAtMs === null ? nowMs : row.lookedAtMs + wakeGapMs
        row.nextLookAtMs = Math.max(nowMs, soonestMs)
      }
      return woken.length
    },

    priorOutcomes(_nowMs, { id, orderId, paymentMethodId }) {
      const others = attempts.filter((row) => row.orderId === orderId && row.id !== id)
      const sameMethod = others.filter((row) => row.paymentMethodId === paymentMethodId)
      return {
        succeeded: sameMethod.filter((row) => row.status === 'succeeded').length,
        declined: others.filter((row) => row.status === 'declined').length,
        parts: others.filter((row) => row.status === 'succeeded').length,
        failedLater: others.filter(
          (row) =>
            row.unsettledSinceMs !== null && (row.status === 'declined' || row.status === 'not_charged'),
        ).length,
      }
    },

    recoverAbandoned(nowMs, { claimedMs, sendingMs }) {
      const recovered = { released: 0, unknown: 0 }
      for (const row of attempts) {
        if (row.status === 'claimed' && row.updatedAtMs <= nowMs - claimedMs) {
          Object.assign(row, { status: 'not_sent', problemCode: 'internal_error', updatedAtMs: nowMs })
          recovered.released += 1
        } else if (row.status === 'sending' && row.updatedAtMs <= nowMs - sendingMs) {
          Object.assign(row, {
            status: 'unknown',
            updatedAtMs: nowMs,
            nextLookAtMs: nowMs,
            unsettledSinceMs: nowMs,
          })
          recovered.unknown += 1
        }
      }
      return recovered
    },

    deleteKeysBefore(_nowMs, beforeMs) {
      let deleted = 0
      for (const [name, key] of keys) {
        const status = byId.get(key.attemptId)?.status
        if (key.createdAtMs >= beforeMs || status === undefined || !isFinal(status)) continue
        keys.delete(name)
        deleted += 1
      }
      return deleted
    },
  }
}
