import { Counter, Gauge, type Registry } from 'prom-client'
import type { Outlook } from '../allowance/permit-store.ts'
import type { Permits } from '../allowance/permits.ts'
import type { Settlement } from '../domain/payment-attempt.ts'
import type { Pay } from '../services/held-orders.ts'
import type { PaymentAttempts } from '../stores/payment-attempts.ts'
import { measured, type ObservePhase, problemOf } from './calls.ts'
import type { KnownMethods } from './upstream-metrics.ts'

export interface PaymentMetrics {
  /** The same function, whose answers are counted: paid, declined, replayed, refused at the fence … */
  payOrder<Command>(payOrder: Pay<Command>): Pay<Command>
  /** The same ledger, for paying: the ends that it writes are counted. */
  ends<Attempts extends Pick<PaymentAttempts, 'settle'>>(attempts: Attempts): Attempts
}

/** Counts what payments come to. */
export function createPaymentMetrics(registry: Registry, methods: KnownMethods): PaymentMetrics {
  const registers = [registry]
  const payments = new Counter({
    name: 'tillgate_payments_total',
    help: 'Attempts to pay, by outcome as the caller was told, problem code, and payment method.',
    labelNames: ['outcome', 'code', 'method'],
    registers,
  })
  const answers = new Counter({
    name: 'tillgate_pay_answers_total',
    help: 'Answers to requests to pay, by status, problem code, and whether they repeat an earlier answer.',
    labelNames: ['status', 'code', 'replayed'],
    registers,
  })
  // Alerts wait for these: Prometheus sees no rise in a series that begins with its first event.
  answers.inc({ status: '503', code: 'store_unavailable', replayed: 'false' }, 0)
  answers.inc({ status: '429', code: 'payment_rate_limited', replayed: 'false' }, 0)
  answers.inc({ status: '429', code: 'velocity_blocked', replayed: 'false' }, 0)
  const inFlight = new Gauge({
    name: 'tillgate_payments_in_flight',
    help: 'Requests to pay that this instance is working on.',
    registers,
  })
  /** Attempts whose caller was told *unknown* because the ledger failed. Their outcome is written again until it is taken. */
  const toldUnwritten = new Set<string>()

  return {
    payOrder<Command>(payOrder: Pay<Command>): Pay<Command> {
      const counted = measured(payOrder, ({ result }) => {
        if (result.status === 'rejected') {
          const { status, code } = problemOf(result.reason)
          return answers.inc({ status, code, replayed: 'false' })
        }
        const { status, body, isReplay } = result.value
        answers.inc({ status, code: 'code' in body ? body.code : 'none', replayed: String(isReplay) })
      })
      return (command, context) => {
        inFlight.inc()
        return counted(command, context).finally(() => inFlight.dec())
      }
    },

    ends: (attempts) => ({
      ...attempts,
      settle: measured(attempts.settle, ({ args: [id, settlement], result }) => {
        const isTold = toldUnwritten.has(id)
        if (result.status === 'fulfilled') toldUnwritten.delete(id)
        if (isTold) return
        if (result.status === 'rejected') {
          const outcome = toldWithout(settlement)
          if (outcome === 'unknown') toldUnwritten.add(id)
          return payments.inc({ outcome, code: 'store_unavailable', method: 'other' })
        }
        const { status: outcome, problemCode, paymentMethodId } = result.value
        if (outcome === 'succeeded' || outcome === 'pending') methods.learn([paymentMethodId])
        payments.inc({ outcome, code: problemCode ?? 'none', method: methods.labelOf(paymentMethodId) })
      }),
    }),
  }
}

/** An outcome that could not be recorded is told as unknown, unless the charge certainly never departed. */
const toldWithout = ({ status }: Settlement) => (status === 'not_sent' ? status : 'unknown')

/** The same permits: how long payments wait for one, and how many wait. */
export type MeasurePermits = (permits: Permits) => Permits

export function createPermitMetrics(registry: Registry, observePhase: ObservePhase): MeasurePermits {
  const waiting = new Gauge({
    name: 'tillgate_payments_waiting',
    help: 'Payments that wait for a permit at this instance.',
    registers: [registry],
  })

  return (permits) => ({
    ...permits,
    arrive(caller) {
      const payment = permits.arrive(caller)
      const takePermit = measured(payment.takePermit, ({ seconds }) => observePhase('queue', seconds))
      return {
        ...payment,
        takePermit() {
          waiting.inc()
          return takePermit().finally(() => waiting.dec())
        },
      }
    },
  })
}

/** Shows at each scrape which of the store's permits are free. */
export function showAllowance(registry: Registry, outlook: () => Promise<Outlook>): void {
  new Gauge({
    name: 'tillgate_payment_tokens',
    help: "The store's permits for payments, free or spent, of all instances together.",
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const seen = await outlook().catch(() => null)
      this.reset()
      if (seen === null) return
      const { permits } = seen
      const free = permits.filter(({ backInMs }) => backInMs <= 0).length
      this.set({ state: 'free' }, free)
      this.set({ state: 'spent' }, permits.length - free)
    },
  })
}
