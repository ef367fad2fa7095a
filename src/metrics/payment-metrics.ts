import { Counter, Gauge, type Registry } from 'prom-client'
import type { ManagementApi } from '../clients/bigcommerce/management-api.ts'
import type { Settlement } from '../domain/payment-attempt.ts'
import { Problem } from '../domain/problem.ts'
import type { PayOrder } from '../services/pay-order.ts'
import type { PaymentAttempts } from '../stores/payment-attempts.ts'
import { createKnownMethods } from './known-methods.ts'

/** Counts what payments come to. Each function gives back what it is given, counted. */
export interface PaymentMetrics {
  /** The answers, whatever they are: paid, declined, replayed, refused at the fence … */
  countAnswers(payOrder: PayOrder): PayOrder
  /** The attempts whose end this ledger is told by the one who made them. */
  countEnds<T extends Pick<PaymentAttempts, 'settle'>>(attempts: T): T
  /** Learns from BigCommerce's own lists which payment methods there are. */
  learnMethods<T extends Pick<ManagementApi, 'listPaymentMethods'>>(api: T): T
}

export function createPaymentMetrics(registry: Registry): PaymentMetrics {
  const registers = [registry]
  const payments = new Counter({
    name: 'tillgate_payments_total',
    help: 'Attempts to pay, by how they ended as far as the caller was told, problem code, and payment method.',
    labelNames: ['outcome', 'code', 'method'],
    registers,
  })
  const answers = new Counter({
    name: 'tillgate_pay_answers_total',
    help: 'Answers to requests to pay, by status, problem code, and whether they repeat an earlier one.',
    labelNames: ['status', 'code', 'replayed'],
    registers,
  })
  // Alerts wait for these: Prometheus sees no rise in a series that begins with its first event.
  answers.inc({ status: '503', code: 'store_unavailable', replayed: 'false' }, 0)
  answers.inc({ status: '429', code: 'payment_rate_limited', replayed: 'false' }, 0)
  const inFlight = new Gauge({
    name: 'tillgate_payments_in_flight',
    help: 'Requests to pay that are being worked on.',
    registers,
  })
  const methods = createKnownMethods()

  return {
    countAnswers: (payOrder) => async (command, context) => {
      inFlight.inc()
      try {
        const { status, body, isReplay } = await payOrder(command, context)
        answers.inc({ status, code: 'code' in body ? body.code : 'none', replayed: String(isReplay) })
        return { status, body, isReplay }
      } catch (error) {
        const { status, code } = error instanceof Problem ? error : new Problem('internal_error')
        answers.inc({ status, code, replayed: 'false' })
        throw error
      } finally {
        inFlight.dec()
      }
    },

    countEnds: (attempts) => ({
      ...attempts,
      async settle(id, settlement, keptAnswer) {
        try {
          const attempt = await attempts.settle(id, settlement, keptAnswer)
          const { status: outcome, problemCode, paymentMethodId } = attempt
          if (outcome === 'succeeded' || outcome === 'pending') methods.learn(paymentMethodId)
          payments.inc({ outcome, code: problemCode ?? 'none', method: methods.labelOf(paymentMethodId) })
          return attempt
        } catch (error) {
          payments.inc({ outcome: toldWithout(settlement), code: 'store_unavailable', method: 'other' })
          throw error
        }
      },
    }),

    learnMethods: (api) => ({
      ...api,
      async listPaymentMethods(orderId, context) {
        const listed = await api.listPaymentMethods(orderId, context)
        for (const { id } of listed) methods.learn(id)
        return listed
      },
    }),
  }
}

/** An outcome that could not be recorded is told as unknown, unless the charge certainly never left. */
const toldWithout = ({ status }: Settlement) => (status === 'not_sent' ? status : 'unknown')
