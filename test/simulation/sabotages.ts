import type { PaymentAttempt } from '../../src/domain/payment-attempt.ts'
import type { PaymentOutcome } from '../../src/domain/payment-outcome.ts'
import { charging, declined, mistaking, onLedger } from './sabotage-parts.ts'
import { BUCKET_SABOTAGES } from './sabotages-of-the-bucket.ts'
import {
  fingerprintIgnored,
  lastWriterWins,
  noFence,
  sendingReleased,
  sentBeforeOnRecord,
} from './sabotages-of-the-ledger.ts'
import type { Sabotage } from './service/sabotage.ts'

const unknownFor = (reason: string, instead: PaymentOutcome): Sabotage =>
  mistaking((outcome) => (outcome.kind === 'unknown' && outcome.reason === reason ? instead : outcome))

/** A judge that takes an attempt for another. */
const judging = (change: (attempt: PaymentAttempt) => PaymentAttempt): Sabotage =>
  onLedger(({ conclude }) => ({
    conclude: (id, weigh, ...rest) =>
      conclude(id, (attempt, others) => weigh(change(attempt), others), ...rest),
  }))

const paid: PaymentOutcome = { kind: 'succeeded', bigcommercePaymentId: 'bc', transactionType: 'purchase' }

/** Bugs that payment systems are known for, by what they do. */
export const SABOTAGES: Readonly<Record<string, Sabotage>> = {
  'has no fence': noFence,
  'sends before it is on record': sentBeforeOnRecord,
  'frees what a crash left in sending': sendingReleased,
  'replays whatever the body': fingerprintIgnored,
  'lets the last writer win': lastWriterWins,

  'sends again after a 5xx': charging(
    ({ paymentsApi, managementApi }) =>
      async (pat, payment, context, permit) => {
        const outcome = await paymentsApi.processPayment(pat, payment, context, permit)
        if (outcome.kind !== 'unknown' || outcome.reason !== 'server_error') return outcome
        const another = await managementApi.createPaymentAccessToken(100, context)
        return paymentsApi.processPayment(another.token, payment, context, permit)
      },
  ),
  'takes a timeout for a decline': unknownFor('timed_out', declined),
  'takes a reset for never sent': unknownFor('connection_lost', { kind: 'not_sent', reason: 'unreachable' }),
  'takes a 5xx for never sent': unknownFor('server_error', { kind: 'not_sent', reason: 'unreachable' }),
  'takes a suspected duplicate for a decline': unknownFor('possible_duplicate', declined),
  'takes any 2xx for a success': unknownFor('unreadable_answer', paid),
  'takes pending for paid': mistaking((outcome) => (outcome.kind === 'pending' ? paid : outcome)),

  'charges when the ledger fails': onLedger(({ markSending }) => ({
    markSending: (...sending) => markSending(...sending).catch(() => 'sending' as const),
  })),
  'charges what recovery has released': onLedger(({ markSending }) => ({
    markSending: async (...sending) => {
      await markSending(...sending)
      return 'sending'
    },
  })),
  'never recovers': onLedger(() => ({
    recoverAbandoned: async () => ({ released: [], unknown: [] }),
  })),

  ...BUCKET_SABOTAGES,

  'does not wait for the PAT to expire': judging((attempt) => ({
    ...attempt,
    patExpiresAtMs: attempt.sentAtMs,
  })),
  'calls a charge off the moment its PAT expires': judging((attempt) => ({
    ...attempt,
    patExpiresAtMs: (attempt.patExpiresAtMs ?? 0) - 300_000,
    quiet: { looks: 9, sinceMs: 0 },
  })),
  'takes an order that says pending for paid': {
    parts: (parts) => ({
      ...parts,
      managementApi: {
        ...parts.managementApi,
        getOrder: async (orderId, context) => {
          const order = await parts.managementApi.getOrder(orderId, context)
          return order?.paymentStatus === 'pending' ? { ...order, paymentStatus: 'captured' } : order
        },
      },
    }),
  },
}
