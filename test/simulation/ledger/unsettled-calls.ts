import { isFinal, isUnsettled } from '../../../src/domain/payment-attempt.ts'
import { Problem } from '../../../src/domain/problem.ts'
import type { Abandoned } from '../../../src/stores/recover-abandoned.ts'
import type { Sync, UnsettledPorts } from './ledger-calls.ts'
import { type AttemptRow, type LedgerRows, toAttempt, toOrderAttempt } from './ledger-rows.ts'
import { tellNotes, tellStep } from './outbox-calls.ts'
import { passOrderOn, settleRow } from './payment-calls.ts'

const leaseMs = 60_000
const wakeGapMs = 1_000

const watchForMs = 30 * 24 * 60 * 60_000
const ownNewsMs = 10 * 60_000

/** The statements of `UnsettledAttempts`. */
export function createUnsettledCalls(rows: LedgerRows): Sync<UnsettledPorts> {
  const { attempts, byId, keys } = rows
  return {
    lease(nowMs, limit) {
      const leased: AttemptRow[] = []
      for (const column of ['askedAtMs', 'nextLookAtMs', 'nextWatchAtMs'] as const) {
        const due = attempts
          .filter((row) => row[column] !== null && row[column] <= nowMs)
          .filter((row) => row.leasedUntilMs === null || row.leasedUntilMs <= nowMs)
          .sort((one, other) => (one[column] ?? 0) - (other[column] ?? 0))
          .slice(0, limit - leased.length)
        for (const row of due) row.leasedUntilMs = nowMs + leaseMs
        leased.push(...due)
      }
      return leased.map(toOrderAttempt)
    },

    putOff(_nowMs, id, nextLookAtMs) {
      const row = byId.get(id)
      if (!row) return
      row.leasedUntilMs = null
      for (const column of ['askedAtMs', 'nextLookAtMs', 'nextWatchAtMs'] as const)
        if (row[column] !== null) row[column] = Math.max(row[column], nextLookAtMs)
    },

    wake(nowMs, orderId, isNews) {
      const onOrder = attempts.filter((row) => row.orderId === orderId)
      const woken = onOrder.filter((row) => isUnsettled(row.status))
      for (const row of woken) {
        if (row.askedAtMs !== null && row.askedAtMs <= nowMs && row.leasedUntilMs === null) continue
        row.askedAtMs = Math.max(nowMs, row.lookedAtMs === null ? nowMs : row.lookedAtMs + wakeGapMs)
      }
      const isOfAnEnd = onOrder.some((row) => row.endedAtMs !== null && row.endedAtMs > nowMs - ownNewsMs)
      for (const row of onOrder) {
        const isWatched =
          row.sentAtMs !== null && row.endedAtMs !== null && row.endedAtMs > nowMs - watchForMs
        if (!isNews || !isFinal(row.status) || !isWatched) continue
        if (row.unsettledSinceMs !== null || !isOfAnEnd) row.nextWatchAtMs = nowMs
      }
      return woken.length
    },

    conclude(nowMs, id, weigh, finalAnswer, lookedFromMs) {
      const row = byId.get(id)
      if (!row) throw new Problem('store_unavailable')
      const before = toOrderAttempt(row)
      const others = attempts.filter((one) => one.orderId === row.orderId && one.id !== id)
      const weighed = weigh(before, others.map(toAttempt))
      const { end, isUnaccounted } = weighed
      Object.assign(row, {
        leasedUntilMs: null,
        lookedAtMs: nowMs,
        looks: row.looks + (weighed.countsAsScheduled ? 1 : 0),
        quiet: weighed.quiet,
        nextLookAtMs: isUnsettled(row.status) ? weighed.nextLookAtMs : null,
        nextWatchAtMs: isFinal(row.status) ? weighed.nextWatchAtMs : null,
        askedAtMs: row.askedAtMs !== null && row.askedAtMs > lookedFromMs ? row.askedAtMs : null,
      })
      const isNewlyUnaccounted = isUnaccounted === true && !rows.unaccounted.has(before.orderId)
      if (isUnaccounted === true) rows.unaccounted.add(before.orderId)
      if (isUnaccounted === false) rows.unaccounted.delete(before.orderId)
      const after = end ? settleRow(rows, nowMs, row, end, finalAnswer) : before
      const showsLate =
        isFinal(before.status) && after.status === 'succeeded' && before.status !== 'succeeded'
      if (!end || after.status === end.status) tellNotes(rows, weighed.notes, before.status, row, nowMs)
      // Told as it stands before what is not sent any more is stopped.
      if (showsLate || isUnaccounted) stopUnsent(rows, before.orderId, nowMs)
      return { before, after, weighed, isNewlyUnaccounted }
    },

    recoverAbandoned(nowMs, { claimedMs, sendingMs }) {
      const released: Abandoned[] = []
      const unknown: Abandoned[] = []
      for (const row of attempts) {
        if (row.status === 'claimed' && row.updatedAtMs <= nowMs - claimedMs) {
          Object.assign(row, {
            status: 'not_sent',
            problemCode: 'internal_error',
            holdsOrder: false,
            updatedAtMs: nowMs,
            endedAtMs: nowMs,
          })
          released.push({ paymentId: row.id, orderId: row.orderId })
        } else if (row.status === 'sending' && row.updatedAtMs <= nowMs - sendingMs) {
          Object.assign(row, {
            status: 'unknown',
            updatedAtMs: nowMs,
            nextLookAtMs: nowMs,
            unsettledSinceMs: nowMs,
          })
          tellStep(rows, 'sending', row, nowMs)
          unknown.push({ paymentId: row.id, orderId: row.orderId })
        }
      }
      const byId = (one: Abandoned, other: Abandoned) => (one.paymentId < other.paymentId ? -1 : 1)
      return { released: released.sort(byId), unknown: unknown.sort(byId) }
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

function stopUnsent(rows: LedgerRows, orderId: number, nowMs: number): void {
  for (const row of rows.attempts) {
    if (row.orderId !== orderId || row.status !== 'claimed') continue
    Object.assign(row, {
      status: 'not_sent',
      problemCode: 'order_already_paid',
      holdsOrder: false,
      updatedAtMs: nowMs,
      endedAtMs: nowMs,
    })
  }
  passOrderOn(rows, orderId)
}
