import type { KnownKey } from '../../src/domain/idempotency-key.ts'
import type { LedgerRows } from './ledger/ledger-rows.ts'
import type { Sabotage } from './service/sabotage.ts'

/** Every attempt is claimed on an order of its own, so that no other attempt is in its way. */
export const noFence: Sabotage = {
  calls: (calls, rows) => ({
    ...calls,
    claim(nowMs, scope, fingerprint, attempt) {
      const claim = calls.claim(nowMs, scope, fingerprint, { ...attempt, orderId: -rows.attempts.length - 1 })
      const row = rows.byId.get(attempt.id)
      if (row) row.orderId = attempt.orderId
      if (claim.kind !== 'claimed') return claim
      return { kind: 'claimed', attempt: { ...claim.attempt, orderId: attempt.orderId } }
    },
  }),
}

export const sentBeforeOnRecord: Sabotage = {
  parts(parts) {
    const { markSending } = parts.ledger
    let last: Parameters<typeof markSending> | undefined
    return {
      ...parts,
      ledger: {
        ...parts.ledger,
        async markSending(...sending) {
          last = sending
          return 'sending' as const
        },
      },
      paymentsApi: {
        async processPayment(...charge) {
          const mine = last
          const outcome = await parts.paymentsApi.processPayment(...charge)
          if (mine) await markSending(...mine)
          return outcome
        },
      },
    }
  },
}

export const sendingReleased: Sabotage = {
  calls: (calls, { attempts }) => ({
    ...calls,
    recoverAbandoned(nowMs, stillFor) {
      for (const row of attempts) {
        if (row.status === 'sending' && row.updatedAtMs <= nowMs - stillFor.sendingMs) row.status = 'not_sent'
      }
      return calls.recoverAbandoned(nowMs, stillFor)
    },
  }),
}

export const fingerprintIgnored: Sabotage = {
  parts: (parts) => ({
    ...parts,
    ledger: {
      ...parts.ledger,
      findByKey: async () => null,
      async claim(scope, fingerprint, attempt) {
        const claim = await parts.ledger.claim(scope, fingerprint, attempt)
        if (claim.kind !== 'known') return claim
        const known: KnownKey = { ...claim.known, fingerprint }
        return { kind: 'known', known }
      },
    },
  }),
}

export const lastWriterWins: Sabotage = {
  calls: (calls, rows) => ({
    ...calls,
    settle(nowMs, id, settlement, finalAnswer) {
      reopen(rows, id)
      return calls.settle(nowMs, id, settlement, finalAnswer)
    },
  }),
}

function reopen({ byId }: LedgerRows, id: string): void {
  const row = byId.get(id)
  if (row && row.status !== 'claimed') row.status = row.status === 'not_sent' ? 'claimed' : 'sending'
}
